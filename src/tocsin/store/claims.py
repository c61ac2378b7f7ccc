"""Claiming deliveries: the second look, the claim that is durable before a request leaves, and what it carries."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, Move, RecipientKind, State, moved
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.dialect import run_many
from tocsin.store.mentions import (
    members_named,
    note_unreached,
    still_gathering,
    without_members,
)
from tocsin.store.second_look import Place, ended, places_of
from tocsin.store.tables import deliveries

LEASE = timedelta(seconds=120)
BUSY_PAUSE = timedelta(milliseconds=250)
"""A channel with a post under way is free soon."""
OPENING_PAUSE = timedelta(minutes=1)
"""A DM channel takes longer to open; when it is, what waits for it is brought forward."""
UNOPENED = "the DM channel with the member is not open yet"
GATHERING_PAUSE = timedelta(seconds=2)
"""A mention waits for its firing's other members."""
RESTRAINT_PAUSE = timedelta(seconds=30)
MOST_LOOKED_AT = 1_000
"""Deliveries that one claim looks at, whatever comes of them."""
REOPENED = "reopened"
"""The outcome of an attempt after which the member's DM channel was to be opened anew."""
_KINDS = {kind.value: kind for kind in Kind}
_RECIPIENT_KINDS = {kind.value: kind for kind in RecipientKind}


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery that this worker, and no other, may now send; as it was committed.

    `members` are those whom a mention names; `reopened` says that the DM channel was opened anew for it already.
    """

    id: int
    attempt: int
    revision: int
    kind: Kind
    recipient_kind: RecipientKind
    recipient_id: int
    channel_id: int
    anchor_id: int | None
    lead: int
    starts_at: datetime
    due_at: datetime
    occurrence_id: int
    server_id: int
    plain: bool
    epoch: int
    claimed_at: datetime
    members: tuple[int, ...] = ()
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery that ended when it was looked at again."""

    id: int
    occurrence_id: int
    server_id: int
    revision: int
    kind: Kind
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What one claim gave: what to send, how many ended at the second look, who has no DM channel yet.

    `more` says that further rows are ready right now.
    """

    taken: list[Claimed]
    settled: list[Settled]
    unopened: list[int]
    more: bool


@dataclass(frozen=True, slots=True)
class Restraint:
    """What is not to be tried for now: DMs at all, or destinations that never worked before."""

    no_dms: bool = False
    proven_only: bool = False

    def keeps_back(self, row: sa.Row[Any], anchor_id: int | None) -> bool:
        """Whether this delivery has to wait."""
        if row.recipient_kind == RecipientKind.MEMBER and self.no_dms:
            return True
        return self.proven_only and anchor_id is None


UNRESTRAINED = Restraint()


# CROSS JOIN fixes the order for SQLite: from the occurrence's few keys to the one row of each. Values stay as they
# are kept: what the rows of one occurrence share is read once, below. For a snooze
# any lead of the subscription will do: it has none of its own.
_CANDIDATES = f"""
SELECT d.id, d.occurrence_id, d.starts_at, d.recipient_kind, d.recipient_id, d.kind, d.lead, d.server_id,
 d.due_at, d.expires_at, d.attempt, d.revision, d.plain,
 c.channel_id AS dm_channel_id, c.last_message_id, c.suspended_because, coalesce(c.epoch, 0) AS epoch,
 CASE WHEN d.owed OR d.recipient_kind = 1 THEN 1
  WHEN d.kind = {Kind.SNOOZE.value} THEN EXISTS (SELECT 1 FROM occurrence_keys k CROSS JOIN leads_in_use l
  CROSS JOIN subscription_pairs p WHERE k.occurrence_id = d.occurrence_id AND l.server_id = d.server_id
   AND p.server_id = d.server_id AND p.choice = k.key AND p.lead = l.lead AND p.member_id = d.recipient_id)
  ELSE EXISTS (SELECT 1 FROM occurrence_keys k
  CROSS JOIN subscription_pairs p WHERE k.occurrence_id = d.occurrence_id AND p.server_id = d.server_id
   AND p.choice = k.key AND p.lead = d.lead AND p.member_id = d.recipient_id) END AS asked,
 CASE WHEN d.attempt = 0 THEN 0 ELSE EXISTS
  (SELECT 1 FROM attempts a WHERE a.delivery_id = d.id AND a.outcome = '{REOPENED}') END AS reopened
FROM (SELECT id, order_at FROM deliveries WHERE state = 0 AND ready_at <= :now ORDER BY order_at LIMIT :limit) q
 JOIN deliveries d ON d.id = q.id
 LEFT JOIN dm_channels c ON d.recipient_kind = 0 AND c.member_id = d.recipient_id
ORDER BY q.order_at
"""


def claim(
    connection: sa.Connection,
    now: datetime,
    worker: str,
    limit: int,
    *,
    restraint: Restraint = UNRESTRAINED,
    second_look: bool = True,
) -> Claims:
    """Claim up to `limit` deliveries that are due, the most urgent first.

    Each is looked at again: the subscription, the occurrence's start, the server, the member's DMs. What fails
    that look is settled here and never sent. When this transaction is committed the claim is durable, and only
    then may a request leave. `second_look` is there for the harness that shows what happens without it.
    """
    claims = Claims([], [], [], more=True)
    busy = _busy_channels(connection)
    looked_at = 0
    # Those that end or wait here cost no budget: a thousand closed DMs must not hold up whoever comes after them.
    while claims.more and len(claims.taken) < limit and looked_at < MOST_LOOKED_AT:
        rows = connection.execute(sa.text(_CANDIDATES), {"now": to_ms(now), "limit": limit}).all()
        looked_at += len(rows)
        places = places_of(connection, {row.occurrence_id for row in rows})
        judged = _Judged(limit - len(claims.taken), now, busy, restraint)
        judged.gathering = still_gathering(connection, rows, now)
        judged.without_members = without_members(connection, rows)
        for row in rows:
            judged.judge(row, places[row.occurrence_id], second_look=second_look)
        write_claims(connection, judged.taken, now, worker)
        judged.taken = [_with_members(connection, one) for one in judged.taken]
        _settle(connection, judged.settled, now)
        _postpone(connection, judged.postponed)
        claims = Claims(
            claims.taken + judged.taken,
            claims.settled + judged.settled,
            claims.unopened + judged.unopened,
            more=len(rows) == limit,
        )
    return claims


class _Judged:
    """The candidates of one look, told apart: who may go, who has ended, and who has to wait until when."""

    def __init__(self, room: int, now: datetime, busy: set[int], restraint: Restraint) -> None:
        self._room = room
        self._now = now
        self._busy = busy
        self._restraint = restraint
        self.gathering: frozenset[int] = frozenset()
        self.without_members: frozenset[int] = frozenset()
        self.taken: list[Claimed] = []
        self.settled: list[Settled] = []
        self.unopened: list[int] = []
        self.postponed: list[tuple[int, datetime, str | None]] = []

    def judge(self, row: sa.Row[Any], place: Place, *, second_look: bool) -> None:
        """Tell where this candidate belongs; once there is no more room it is left as it is."""
        if len(self.taken) == self._room:
            return
        end = ended(row, place, self._now) if second_look else None
        if end is None and row.id in self.without_members:
            end = moved(State.PENDING, Move.CANCEL), "nobody is left to be mentioned"
        if end is not None:
            identity = (row.id, row.occurrence_id, row.server_id, row.revision, _KINDS[row.kind])
            self.settled.append(Settled(*identity, *end))
            return
        channel_id, anchor_id = (
            place.target(row.kind)
            if row.recipient_kind
            else (row.dm_channel_id, row.last_message_id)
        )
        if row.id in self.gathering:
            self.postponed.append((row.id, self._now + GATHERING_PAUSE, None))
        elif channel_id is None:
            self.unopened.append(row.recipient_id)
            self.postponed.append((row.id, self._now + OPENING_PAUSE, UNOPENED))
        elif self._restraint.keeps_back(row, anchor_id):
            self.postponed.append((row.id, self._now + RESTRAINT_PAUSE, None))
        elif row.recipient_kind and channel_id in self._busy:
            self.postponed.append((row.id, self._now + BUSY_PAUSE, None))
        else:
            if row.recipient_kind:
                self._busy.add(channel_id)
            self.taken.append(_claimed(row, place, channel_id, anchor_id, self._now))


def _claimed(
    row: sa.Row[Any], place: Place, channel_id: int, anchor_id: int | None, now: datetime
) -> Claimed:
    return Claimed(
        id=row.id,
        attempt=row.attempt + 1,
        revision=row.revision,
        kind=_KINDS[row.kind],
        recipient_kind=_RECIPIENT_KINDS[row.recipient_kind],
        recipient_id=row.recipient_id,
        channel_id=channel_id,
        anchor_id=anchor_id,
        lead=row.lead,
        starts_at=from_ms(row.starts_at),
        due_at=from_ms(row.due_at),
        occurrence_id=row.occurrence_id,
        server_id=row.server_id,
        plain=bool(row.plain) or place.texts_refused is not None,
        epoch=row.epoch,
        claimed_at=now,
        reopened=bool(row.reopened),
    )


def _with_members(connection: sa.Connection, one: Claimed) -> Claimed:
    if one.kind is not Kind.MENTION:
        return one
    named = members_named(connection, one.id, first_time=one.attempt == 1, now=one.claimed_at)
    return replace(one, members=named)


def _busy_channels(connection: sa.Connection) -> set[int]:
    """The server channels in which a post is under way: one in flight each."""
    return set(
        connection.scalars(
            sa.select(deliveries.c.channel_id).where(
                sa.text(f"deliveries.state IN ({State.SENDING.value}, {State.UNKNOWN.value})"),
                deliveries.c.recipient_kind == RecipientKind.CHANNEL,
            )
        )
    )


def write_claims(
    connection: sa.Connection, taken: list[Claimed], now: datetime, worker: str
) -> None:
    """Note that `worker` may send these: once committed, and not before, a request may leave."""
    run_many(
        connection,
        f"UPDATE deliveries SET state = {State.SENDING.value}, attempt = :attempt, worker = :worker,"
        " claimed_at = :now, lease_until = :lease, channel_id = :channel, anchor_id = :anchor, epoch = :epoch"
        f" WHERE id = :id AND state = {State.PENDING.value}",
        [
            {
                "id": one.id,
                "attempt": one.attempt,
                "worker": worker,
                "now": to_ms(now),
                "lease": to_ms(now + LEASE),
                "channel": one.channel_id,
                "anchor": one.anchor_id,
                "epoch": one.epoch,
            }
            for one in taken
        ],
    )


def _settle(connection: sa.Connection, settled: list[Settled], now: datetime) -> None:
    run_many(
        connection,
        "UPDATE deliveries SET state = :state, reason = :reason, settled_at = :now"
        f" WHERE id = :id AND state = {State.PENDING.value}",
        [
            {"id": one.id, "state": one.state.value, "reason": one.reason, "now": to_ms(now)}
            for one in settled
        ],
    )
    refused = [one.id for one in settled if one.state is State.FAILED]
    if refused:
        note_unreached(connection, refused, now)


def _postpone(connection: sa.Connection, postponed: list[tuple[int, datetime, str | None]]) -> None:
    run_many(
        connection,
        "UPDATE deliveries SET ready_at = :later, reason = coalesce(:reason, reason) WHERE id = :id",
        [{"id": id_, "later": to_ms(at), "reason": reason} for id_, at, reason in postponed],
    )


def next_ready(connection: sa.Connection) -> datetime | None:
    """When the next pending delivery can be claimed."""
    ready: datetime | None = connection.scalar(
        sa.select(sa.func.min(deliveries.c.ready_at)).where(sa.text("deliveries.state = 0"))
    )
    return ready


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many deliveries are pending, how many of them could be claimed now, and when the first one's turn is."""

    pending: int
    ready: int
    first_turn: datetime | None


def backlog(connection: sa.Connection, now: datetime) -> Backlog:
    """What waits to be claimed. Reads one index, which holds nothing but what is pending."""
    row = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(deliveries.c.ready_at <= now),
            sa.func.min(deliveries.c.order_at),
        ).where(sa.text("deliveries.state = 0"))
    ).one()
    return Backlog(*row)
