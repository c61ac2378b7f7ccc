"""Rows that an import of the old files writes: placeholders, what was sent, failed or is still owed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.category import slugify
from tocsin.calendar.event import Event
from tocsin.reminders.delivery import OPEN_STATES, Kind, Move, RecipientKind, State, moved
from tocsin.reminders.plan import GAP, due_at, expires_at, order_base
from tocsin.store.dialect import insert_new
from tocsin.store.placeholders import PLACEHOLDER
from tocsin.store.server_calendar import ServerCalendar
from tocsin.store.stored_events import event_values
from tocsin.store.tables import attempts, deliveries, events, occurrences

IMPORTED = "import"
"""The worker, and the evidence, of what an import says."""
_DAY = timedelta(days=1)
_FOR_EVER = datetime.fromisoformat("9000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Dated:
    """An occurrence as far as a marker needs it."""

    id: int
    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime


def find_dated(
    connection: sa.Connection,
    server_id: int,
    public_id: str,
    category: str,
    start: datetime,
    title: str = "",
) -> Dated | None:
    """The occurrence with that public id, else the calendar's own of that category at that start.

    Of several the one with the title is meant; where none has it, only an id without a name takes the first.
    """
    found = connection.execute(
        sa.select(occurrences, events.c.source)
        .join(events, events.c.id == occurrences.c.event_id)
        .where(
            occurrences.c.server_id == server_id,
            sa.or_(
                occurrences.c.public_id == public_id,
                sa.and_(
                    occurrences.c.starts_at == start,
                    occurrences.c.category == category,
                    occurrences.c.cancelled.is_(False),
                    events.c.source != PLACEHOLDER,
                ),
            ),
        )
        .order_by(occurrences.c.public_id != public_id, occurrences.c.id)
    ).all()
    named = [row for row in found if title and slugify(row.title) == slugify(title)]
    exact = [row for row in found if row.public_id == public_id]
    alone = found if not title or len(found) == 1 else []
    chosen = next(iter(exact or named or alone), None)
    return None if chosen is None else _dated(chosen)


def find_at(connection: sa.Connection, server_id: int, start: datetime, title: str) -> Dated | None:
    """The occurrence at that start with that title; of any title if it is the only one there."""
    found = connection.execute(
        sa.select(occurrences)
        .where(occurrences.c.server_id == server_id, occurrences.c.starts_at == start)
        .order_by(occurrences.c.id)
    ).all()
    named = [row for row in found if slugify(row.title) == slugify(title)]
    chosen = named or (found if len(found) == 1 else [])
    return _dated(chosen[0]) if chosen else None


def _dated(row: sa.Row[Any]) -> Dated:
    return Dated(row.id, row.public_id, row.title, row.starts_at, row.ends_at)


def place(
    calendar: ServerCalendar,
    *,
    category: str,
    title: str,
    start: datetime,
    end: datetime | None = None,
    zone: str = "",
    description: str = "",
    public_id: str | None = None,
) -> Dated:
    """Make a placeholder event with its one occurrence, which the calendar adopts when it brings the event.

    `zone` is text about the place. Raises CalendarError for an event that cannot be.
    """
    digest = sha256(f"{category}\n{title}\n{start.isoformat()}\n{public_id}".encode()).hexdigest()
    event = Event.single(
        uid=f"{digest[:32]}@seed",
        title=title,
        start=start,
        end=end,
        category=category,
        location=zone,
        description=description,
        place_zone=zone or None,
    )
    connection = calendar.connection
    event_id = connection.scalar(
        sa.insert(events)
        .values(
            server_id=calendar.server.id,
            source=PLACEHOLDER,
            **event_values(event),
            content_hash=event.content_hash,
            expanded_until=_FOR_EVER,
            created_at=calendar.now,
            updated_at=calendar.now,
        )
        .returning(events.c.id)
    )
    assert event_id is not None
    (date,) = calendar.expand(event, start - _DAY, start + _DAY)
    assigned = calendar.ledger.place(event_id, category, date, public_id)
    made = connection.execute(
        sa.select(occurrences).where(
            occurrences.c.server_id == calendar.server.id, occurrences.c.public_id == assigned
        )
    ).one()
    return _dated(made)


def _identity(occurrence: Dated, member_id: int, lead: int) -> dict[str, Any]:
    return {
        "occurrence_id": occurrence.id,
        "starts_at": occurrence.starts_at,
        "recipient_kind": RecipientKind.MEMBER,
        "recipient_id": member_id,
        "kind": Kind.REMINDER,
        "lead": lead,
        "sequence": 0,
    }


def find_reminder(
    connection: sa.Connection, occurrence: Dated, member_id: int, lead: int
) -> tuple[int, State] | None:
    """The number and the state of the member's reminder, or None if there is none."""
    same = (
        deliveries.c[name] == value
        for name, value in _identity(occurrence, member_id, lead).items()
    )
    row = connection.execute(sa.select(deliveries.c.id, deliveries.c.state).where(*same)).first()
    return None if row is None else (row.id, row.state)


def mark_sent(
    connection: sa.Connection,
    server_id: int,
    occurrence: Dated,
    member_id: int,
    lead: int,
    now: datetime,
) -> bool:
    """Keep that this reminder arrived: it will never be sent again. Returns whether that is news."""
    at = min(now, due_at(occurrence.starts_at, lead))
    values = {"state": State.SENT, "reason": IMPORTED, "settled_at": at}
    known = find_reminder(connection, occurrence, member_id, lead)
    if known is None:
        _insert(connection, server_id, occurrence, member_id, lead, **values)
        return True
    number, state = known
    if state is State.SENT:
        return False
    values["state"] = moved(state, Move.ACCEPTED)
    connection.execute(sa.update(deliveries).where(deliveries.c.id == number).values(**values))
    return True


def owe(
    connection: sa.Connection, server_id: int, occurrence: Dated, member_id: int, lead: int
) -> bool:
    """Owe this reminder, also without a subscription. Returns whether that is news.

    What was cancelled or superseded while it waited is owed again; any other row keeps what it is.
    """
    values = {"state": State.PENDING, "reason": None, "settled_at": None, "owed": True}
    known = find_reminder(connection, occurrence, member_id, lead)
    if known is None:
        _insert(connection, server_id, occurrence, member_id, lead, **values)
        return True
    revived = connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.id == known[0],
            deliveries.c.state.in_([State.CANCELLED, State.SUPERSEDED]),
            deliveries.c.worker.is_(None),
        )
        .values(**values)
    )
    return bool(revived.rowcount)


def mark_failed(
    connection: sa.Connection,
    server_id: int,
    occurrence: Dated,
    member_id: int,
    lead: int,
    reason: str,
    at: datetime,
) -> None:
    """Keep that a try at this reminder failed at `at`, as an attempt of its own in its history.

    Where nothing else is known of the reminder, and it is past, that was the end of it.
    """
    reason = reason or "the old log gives no reason"
    known = find_reminder(connection, occurrence, member_id, lead)
    if known is None and due_at(occurrence.starts_at, lead) > at:
        # A failure before its time: the reminder itself is still to come.
        return
    if known is None:
        _insert(
            connection,
            server_id,
            occurrence,
            member_id,
            lead,
            state=State.FAILED,
            reason=reason,
            settled_at=at,
            worker=IMPORTED,
        )
        known = find_reminder(connection, occurrence, member_id, lead)
        assert known is not None
    number, state = known
    if state in OPEN_STATES:
        # Its own attempts are still to come, and are numbered from 1.
        return
    before = connection.scalar(
        sa.select(sa.func.coalesce(sa.func.max(attempts.c.attempt), 0)).where(
            attempts.c.delivery_id == number
        )
    )
    connection.execute(
        insert_new(connection, attempts).values(
            delivery_id=number,
            attempt=(before or 0) + 1,
            worker=IMPORTED,
            claimed_at=at,
            ended_at=at,
            outcome="failed, says the old log",
            detail=reason,
        )
    )


def _insert(
    connection: sa.Connection,
    server_id: int,
    occurrence: Dated,
    member_id: int,
    lead: int,
    **values: Any,
) -> None:
    start, due = occurrence.starts_at, due_at(occurrence.starts_at, lead)
    connection.execute(
        insert_new(connection, deliveries).values(
            **_identity(occurrence, member_id, lead),
            server_id=server_id,
            due_at=due,
            expires_at=expires_at(start, occurrence.ends_at, lead),
            order_at=order_base(start, lead) + GAP,
            ready_at=due,
            **values,
        )
    )


def asked_for(
    connection: sa.Connection, server_id: int, occurrence: Dated, member_id: int, lead: int
) -> bool:
    """Whether the member's subscription asks for this reminder."""
    return (
        connection.scalar(
            sa.text(
                "SELECT 1 FROM occurrence_keys k CROSS JOIN subscription_pairs p"
                " WHERE k.occurrence_id = :occurrence AND p.server_id = :server"
                " AND p.choice = k.key AND p.lead = :lead AND p.member_id = :member LIMIT 1"
            ),
            {
                "occurrence": occurrence.id,
                "server": server_id,
                "lead": lead,
                "member": member_id,
            },
        )
        is not None
    )
