"""Bots that lack one safeguard each, to show that the harness would notice. Never a setting: they are built here."""

from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from tocsin.clock import Clock
from tocsin.dispatch import dispatcher
from tocsin.dispatch.messenger import Message, Messenger, Search, Sighting
from tocsin.dispatch.outcome import Outcome
from tocsin.dispatch.pacing import Pacer
from tocsin.engine import Engine, EngineBuilder, build_engine
from tocsin.settings import Settings
from tocsin.store.claims import Claimed, write_claims
from tocsin.store.engine import Connection, Store


class _Passing:
    """A messenger that passes everything on."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    async def send(self, message: Message) -> Outcome:
        return await self._messenger.send(message)

    async def open_dm(self, member_id: int) -> int | Outcome:
        return await self._messenger.open_dm(member_id)

    async def find(self, search: Search) -> int | Sighting:
        return await self._messenger.find(search)

    async def delete(self, channel_id: int, message_id: int) -> Outcome:
        return await self._messenger.delete(channel_id, message_id)


class _Blind(_Passing):
    """Never looks into a history: what is in doubt counts as not arrived."""

    async def find(self, search: Search) -> int | Sighting:
        return Sighting.ABSENT


class _Suspicious(_Passing):
    """Takes a DM for a place where the history may be hidden."""

    async def find(self, search: Search) -> int | Sighting:
        return await self._messenger.find(replace(search, in_dm=False))


class _Nameless(_Passing):
    """Sends each attempt under a nonce of its own."""

    async def send(self, message: Message) -> Outcome:
        return await self._messenger.send(replace(message, nonce=token_hex(12)))


def no_history(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """The look into the history is left out."""
    return build_engine(settings, store, clock, pacer, _Blind(messenger), *rest)


def no_empty_dms(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """That there is nothing in a DM counts for nothing."""
    return build_engine(settings, store, clock, pacer, _Suspicious(messenger), *rest)


def no_nonce(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """A repeat does not carry the nonce of the attempt before."""
    return build_engine(settings, store, clock, pacer, _Nameless(messenger), *rest)


class _Undone(Exception):
    """Rolls a unit of work back; carries what it had returned."""

    def __init__(self, result: Any) -> None:
        self.result = result


class _ClaimsAfterwards(Store):
    """Keeps a claim in memory alone, and writes it together with the outcome."""

    def __init__(self, store: Store) -> None:
        self.__dict__.update(vars(store))
        self._claims: dict[int, Claimed] = {}

    def write_now(self, unit: Any, *args: Any, **kwargs: Any) -> Any:
        """Let everything be written but claims, and those before outcomes."""
        if unit is dispatcher._claim_with_cards:
            return self._claim(*args, **kwargs)
        if unit is dispatcher._record_all:
            return super().write_now(self._record, *args)
        return super().write_now(unit, *args, **kwargs)

    def _claim(self, now: datetime, worker: str, limit: int, **how: Any) -> Any:
        def tried(connection: Connection) -> None:
            more = limit + len(self._claims)
            raise _Undone(dispatcher._claim_with_cards(connection, now, worker, more, **how))

        try:
            super().write_now(tried)
        except _Undone as undone:
            claims, cards = undone.result
        new = [one for one in claims.taken if one.id not in self._claims][:limit]
        self._claims |= {one.id: one for one in new}
        return replace(claims, taken=new, more=False), cards

    def _record(
        self,
        connection: Connection,
        sent: list[Any],
        setbacks: list[Any],
        *more: Any,
    ) -> None:
        mine = [self._claims.pop(one.claimed.id) for one in (*sent, *setbacks)]
        *_, worker, now = more
        write_claims(connection, mine, now, worker)
        dispatcher._record_all(connection, sent, setbacks, *more)


def no_claim(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """A request leaves before its claim is written."""
    late = _ClaimsAfterwards(store)
    return build_engine(settings, late, clock, pacer, messenger, *rest)


def no_sync(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """What is committed is not synced to the disk."""
    with store.connect() as connection:
        # Not through SQLAlchemy, which would begin a transaction, in which the pragma does nothing.
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA synchronous = OFF")
        assert raw.execute("PRAGMA synchronous").fetchone() == (0,)
    return build_engine(settings, store, clock, pacer, messenger, *rest)


def no_second_look(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """Nothing is looked at again at the claim."""
    engine = build_engine(settings, store, clock, pacer, messenger, *rest)
    engine.dispatcher.second_look = False
    return engine


_SPOKEN = (
    "new.category || ':' || strftime('%Y-%m-%dT%H:%M:%S+00:00', new.starts_at / 1000, 'unixepoch')"
)
_KEY = (
    "o.id = new.occurrence_id AND k.public_id = o.public_id AND k.recipient_kind = new.recipient_kind"
    " AND k.recipient_id = new.recipient_id AND k.kind = new.kind AND k.lead = new.lead"
    " AND k.sequence = new.sequence"
)
_KEYED_BY_PUBLIC_ID = (
    "CREATE TABLE IF NOT EXISTS keys (public_id, recipient_kind, recipient_id, kind, lead, sequence,"
    " PRIMARY KEY (public_id, recipient_kind, recipient_id, kind, lead, sequence))",
    # The public id says when an occurrence starts, so it follows where that is moved to.
    "CREATE TRIGGER IF NOT EXISTS renamed AFTER UPDATE OF starts_at ON occurrences"
    " WHEN new.starts_at <> old.starts_at BEGIN"
    f" UPDATE occurrences SET public_id = CASE WHEN EXISTS (SELECT 1 FROM occurrences WHERE public_id = {_SPOKEN})"
    f" THEN {_SPOKEN} || ':' || new.title ELSE {_SPOKEN} END WHERE id = new.id; END",
    "CREATE TRIGGER IF NOT EXISTS known BEFORE INSERT ON deliveries WHEN EXISTS"
    f" (SELECT 1 FROM occurrences o, keys k WHERE {_KEY}) BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER IF NOT EXISTS named AFTER INSERT ON deliveries BEGIN INSERT OR IGNORE INTO keys"
    " SELECT public_id, new.recipient_kind, new.recipient_id, new.kind, new.lead, new.sequence"
    " FROM occurrences WHERE id = new.occurrence_id; END",
)


def _key_by_public_id(connection: Connection) -> None:
    for statement in _KEYED_BY_PUBLIC_ID:
        connection.exec_driver_sql(statement)


def public_id_as_key(
    settings: Settings, store: Store, clock: Clock, pacer: Pacer, messenger: Messenger, *rest: Any
) -> Engine:
    """A delivery is known by its occurrence's public id, `<category>:<start>`."""
    store.write_now(_key_by_public_id)
    return build_engine(settings, store, clock, pacer, messenger, *rest)


MUTANTS: dict[str, EngineBuilder] = {
    one.__name__: one
    for one in (
        no_history,
        no_empty_dms,
        no_nonce,
        no_claim,
        no_sync,
        no_second_look,
        public_id_as_key,
    )
}
