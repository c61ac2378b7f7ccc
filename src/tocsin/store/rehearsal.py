"""Test mode: an event that takes place for nobody, told to one channel and one member, and removed.

Its occurrence is cancelled from the beginning. So no list, plan or statistic that leaves cancelled
occurrences out shows it, nothing is staged for it, and only deliveries of the kind TEST, which do
not ask whether their occurrence takes place, speak of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.calendar.event import Event
from tocsin.errors import TocsinError
from tocsin.reminders.delivery import OPEN_STATES, Kind, Move, RecipientKind, State, sources_of
from tocsin.store.audit import record
from tocsin.store.engine import Connection
from tocsin.store.pruning import forget_occurrences
from tocsin.store.server_calendar import ServerUnknown
from tocsin.store.servers import Server, find_server
from tocsin.store.stored_events import event_values
from tocsin.store.tables import channel_messages, deliveries, events, occurrences

SOURCE = "tocsin:test"
TITLE = "Test Ruins"
CATEGORY = "ruins"
STARTS_IN = timedelta(minutes=2)
LASTS = timedelta(seconds=30)
LEADS = (60, 30, 10, 0)
USEFUL_FOR = timedelta(seconds=30)
"""A test that comes later than this after its time says nothing any more."""


class RehearsalUnderWay(TocsinError):
    """A test is under way in this server already: it is over within three minutes, then try again."""


class NobodyToTell(TocsinError):
    """There is nobody to tell: the server has no channel yet (/setup chooses one), and no member is named."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A test that was planned: what falls due when, and to whom."""

    occurrence_id: int
    starts_at: datetime
    channel_id: int | None
    member_id: int | None
    deliveries: tuple[int, ...]


def rehearse(
    connection: Connection, server_id: int, member_id: int | None, now: datetime, actor: str
) -> Rehearsal:
    """Plan a test event in two minutes, told in the server's channel and to the member, if any.

    Raises ServerUnknown, NobodyToTell and RehearsalUnderWay.
    """
    server = find_server(connection, server_id)
    if server is None:
        raise ServerUnknown
    channel_id = server.channel_id
    if channel_id is None and member_id is None:
        raise NobodyToTell
    if _under_way(connection, server_id, now):
        raise RehearsalUnderWay
    start = now + STARTS_IN
    occurrence_id = stage_event(connection, server, start, now)
    recipients = [(RecipientKind.CHANNEL, channel_id), (RecipientKind.MEMBER, member_id)]
    planned = [
        owe_test(connection, occurrence_id, server_id, start, kind, recipient, lead)
        for lead in LEADS
        for kind, recipient in recipients
        if recipient is not None
    ]
    record(connection, now, actor, "tested reminders", server_id, {"member": member_id})
    return Rehearsal(occurrence_id, start, channel_id, member_id, tuple(planned))


def stage_event(connection: Connection, server: Server, start: datetime, now: datetime) -> int:
    """Write the test event at `start`; returns the id of its occurrence."""
    name = f"test:{start.isoformat()}"
    event = Event.single(uid=name, title=TITLE, start=start, end=LASTS, category=CATEGORY)
    event_id = connection.scalar(
        sa.insert(events)
        .values(
            server_id=server.id,
            source=SOURCE,
            **{**event_values(event), "status": "cancelled"},
            content_hash="",
            expanded_until=datetime.max.replace(tzinfo=now.tzinfo),
            created_at=now,
            updated_at=now,
        )
        .returning(events.c.id)
    )
    made = connection.scalar(
        sa.insert(occurrences)
        .values(
            event_id=event_id,
            server_id=server.id,
            slot=start.isoformat(),
            public_id=name,
            category=CATEGORY,
            title=TITLE,
            location="",
            description="",
            url="",
            starts_at=start,
            ends_at=start + LASTS,
            all_day=False,
            cancelled=True,
        )
        .returning(occurrences.c.id)
    )
    return int(made or 0)


def owe_test(
    connection: Connection,
    occurrence_id: int,
    server_id: int,
    start: datetime,
    recipient_kind: RecipientKind,
    recipient_id: int,
    lead: int,
    *,
    due: datetime | None = None,
) -> int:
    """Owe a test message at its lead, or at `due`; returns the delivery's id."""
    due = due or start - timedelta(seconds=lead)
    same = (
        deliveries.c.occurrence_id == occurrence_id,
        deliveries.c.recipient_id == recipient_id,
        deliveries.c.starts_at == start,
        deliveries.c.lead == lead,
        deliveries.c.recipient_kind == recipient_kind,
        deliveries.c.kind == Kind.TEST,
    )
    before = connection.scalar(sa.select(sa.func.max(deliveries.c.sequence)).where(*same))
    made = connection.scalar(
        sa.insert(deliveries)
        .values(
            occurrence_id=occurrence_id,
            starts_at=start,
            recipient_kind=recipient_kind,
            recipient_id=recipient_id,
            kind=Kind.TEST,
            lead=lead,
            sequence=0 if before is None else before + 1,
            server_id=server_id,
            state=State.PENDING,
            due_at=due,
            expires_at=due + USEFUL_FOR,
            order_at=due,
            ready_at=due,
            owed=True,
        )
        .returning(deliveries.c.id)
    )
    return int(made or 0)


def _under_way(connection: Connection, server_id: int, now: datetime) -> bool:
    return (
        connection.scalar(
            _test_occurrences().where(
                occurrences.c.server_id == server_id, occurrences.c.ends_at > now
            )
        )
        is not None
    )


def _test_occurrences() -> sa.Select[tuple[int]]:
    return (
        sa.select(occurrences.c.id)
        .join(events, events.c.id == occurrences.c.event_id)
        .where(events.c.source == SOURCE, occurrences.c.cancelled)
    )


def drop_tests(connection: Connection, now: datetime) -> int:
    """A bot starts: tests that an earlier one left are not taken up again. Returns how many."""
    return connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.kind == Kind.TEST,
            deliveries.c.state.in_(sources_of(Move.CANCEL) & OPEN_STATES),
        )
        .values(
            state=State.CANCELLED,
            reason="the bot was restarted, and tests are not taken up again",
            settled_at=now,
        )
    ).rowcount


def over_tests(connection: Connection, now: datetime) -> list[int]:
    """The occurrences of tests that are over, with no message in doubt and no post still standing."""
    in_doubt = (
        sa.select(deliveries.c.id)
        .where(deliveries.c.occurrence_id == occurrences.c.id, deliveries.c.state.in_(OPEN_STATES))
        .exists()
    )
    stands = (
        sa.select(channel_messages.c.message_id)
        .where(
            channel_messages.c.occurrence_id == occurrences.c.id,
            channel_messages.c.removed_at.is_(None),
        )
        .exists()
    )
    return list(
        connection.scalars(
            _test_occurrences().where(occurrences.c.ends_at <= now, ~in_doubt, ~stands)
        )
    )


def remove_tests(connection: Connection, occurrence_ids: Sequence[int]) -> int:
    """Remove tests that are over with everything that belongs to them. Returns how many there were."""
    own = sa.select(occurrences.c.event_id).where(occurrences.c.id.in_(occurrence_ids))
    event_ids = list(connection.scalars(own))
    forget_occurrences(connection, list(occurrence_ids))
    connection.execute(
        sa.delete(events).where(events.c.id.in_(event_ids), events.c.source == SOURCE)
    )
    return len(event_ids)
