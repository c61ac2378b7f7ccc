"""One reminder to one member at once, as a test: chosen, owed, and claimed by whoever sends it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.errors import TocsinError
from tocsin.reminders.delivery import OPEN_STATES, Kind, RecipientKind, State
from tocsin.store.audit import record
from tocsin.store.cards import cards
from tocsin.store.claims import Claimed, write_claims
from tocsin.store.dm_channels import find_dm
from tocsin.store.engine import Connection
from tocsin.store.facts import instance_of
from tocsin.store.rehearsal import STARTS_IN, owe_test, stage_event
from tocsin.store.server_calendar import ServerUnknown
from tocsin.store.servers import Server, find_server
from tocsin.store.tables import deliveries, occurrence_keys, occurrences, subscription_pairs

USEFUL_FOR = timedelta(minutes=3)
"""Time enough for the running bot to open a DM channel first."""
WITHOUT_CHANNEL = 0


class NoSuchDate(TocsinError):
    """There is no such event ahead."""


class MemberSuspended(TocsinError):
    """Discord refuses DMs to this member."""


class BotLeft(TocsinError):
    """The bot is no longer in that server: nothing is sent from it."""


@dataclass(frozen=True, slots=True)
class Single:
    """The delivery as it is to be sent; its channel is 0 where none is open yet.

    `card` has the fields of `dispatch.messenger.Card`.
    """

    claimed: Claimed
    card: dict[str, Any]
    instance: str

    @property
    def ends_at(self) -> datetime:
        """When the event ends."""
        ends: datetime = self.card["ends_at"]
        return ends


def owe_single(
    connection: Connection,
    server_id: int,
    member_id: int,
    lead: int,
    event: str | None,
    now: datetime,
    *,
    actor: str,
    worker: str | None = None,
) -> Single:
    """Owe the member one reminder of the event now; with `worker` it is claimed as well.

    Without an event it speaks of the next one that the member asked for, else of the server's next,
    else of a test event. Raises ServerUnknown, BotLeft, NoSuchDate and MemberSuspended.
    """
    server = find_server(connection, server_id)
    if server is None:
        raise ServerUnknown
    if server.left_at is not None:
        raise BotLeft
    channel_id = _open_channel(connection, member_id)
    occurrence_id, start = _choose(connection, server, member_id, event, now)
    kind = RecipientKind.MEMBER
    delivery_id = owe_test(
        connection, occurrence_id, server_id, start, kind, member_id, lead, due=now
    )
    connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(expires_at=now + USEFUL_FOR)
    )
    claimed = _claimed(connection, delivery_id, channel_id, now)
    if worker is not None:
        write_claims(connection, [claimed], now, worker)
    record(connection, now, actor, "sent a test", server_id, {"member": member_id, "lead": lead})
    return Single(
        claimed, cards(connection, {occurrence_id})[occurrence_id], instance_of(connection)
    )


def _open_channel(connection: Connection, member_id: int) -> int:
    known = find_dm(connection, member_id)
    if known is not None and known.suspended_because is not None:
        raise MemberSuspended(
            f"Discord refuses DMs to member {member_id}: {known.suspended_because}. None is tried "
            "until the member opens their DMs and uses a command or a button of the bot."
        )
    return (known.channel_id if known else None) or WITHOUT_CHANNEL


def _choose(
    connection: Connection, server: Server, member_id: int, event: str | None, now: datetime
) -> tuple[int, datetime]:
    ahead = (
        sa.select(occurrences.c.id, occurrences.c.starts_at)
        .where(
            occurrences.c.server_id == server.id,
            occurrences.c.cancelled.is_(False),
            occurrences.c.ends_at > now,
        )
        .order_by(occurrences.c.starts_at)
        .limit(1)
    )
    if event is not None:
        number = int(event) if event.isascii() and event.isdigit() and len(event) < 19 else -1
        found = connection.execute(
            ahead.where(sa.or_(occurrences.c.public_id == event, occurrences.c.event_id == number))
        ).first()
        if found is None:
            raise NoSuchDate(
                f"There is no event {event} ahead in server {server.id}; `tocsin events list "
                f"--server {server.id}` shows those there are."
            )
        return found.id, found.starts_at
    asked = (
        sa.select(occurrence_keys.c.occurrence_id)
        .join(subscription_pairs, subscription_pairs.c.choice == occurrence_keys.c.key)
        .where(
            subscription_pairs.c.server_id == server.id,
            subscription_pairs.c.member_id == member_id,
            occurrence_keys.c.occurrence_id == occurrences.c.id,
        )
        .exists()
    )
    found = connection.execute(ahead.where(asked)).first() or connection.execute(ahead).first()
    if found is not None:
        return found.id, found.starts_at
    start = now + STARTS_IN
    return stage_event(connection, server, start, now), start


def _claimed(connection: Connection, delivery_id: int, channel_id: int, now: datetime) -> Claimed:
    row = connection.execute(sa.select(deliveries).where(deliveries.c.id == delivery_id)).one()
    known = find_dm(connection, row.recipient_id)
    return Claimed(
        id=row.id,
        attempt=1,
        revision=row.revision,
        kind=Kind.TEST,
        recipient_kind=RecipientKind.MEMBER,
        recipient_id=row.recipient_id,
        channel_id=channel_id,
        anchor_id=known.last_message_id if known else None,
        lead=row.lead,
        starts_at=row.starts_at,
        due_at=row.due_at,
        occurrence_id=row.occurrence_id,
        server_id=row.server_id,
        plain=False,
        epoch=known.epoch if known else 0,
        claimed_at=now,
    )


def give_up_single(connection: Connection, delivery_id: int, now: datetime) -> None:
    """Nobody tries it again: what is still open of it ends."""
    connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state.in_(OPEN_STATES))
        .values(state=State.CANCELLED, settled_at=now)
    )
