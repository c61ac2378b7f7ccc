"""What stands on a server's calendar, to be shown."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.occurrence import NINE, Occurrence, public_id
from tocsin.store.engine import Connection
from tocsin.store.server_calendar import Horizon, ServerCalendar
from tocsin.store.stored_events import StoredEvent, events_of
from tocsin.store.tables import categories, occurrences

_START = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """One occurrence with the name and the emoji of its category."""

    id: int
    public_id: str
    category: str
    label: str
    emoji: str
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One date of an event, whether it is a row yet or lies beyond the horizon.

    Beyond the horizon `occurrence_id` is None, and `public_id` is the one that it will most likely
    get. `slot` names the date within the event.
    """

    event_id: int
    occurrence_id: int | None
    public_id: str
    slot: str
    source: str
    category: str
    title: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    recurring: bool
    location: str
    description: str
    url: str


def upcoming(
    connection: Connection, server_id: int, now: datetime, until: datetime, limit: int
) -> list[Listed]:
    """What starts from `now` to `until` and is not cancelled, the next first, at most `limit`."""
    names = ("id", "public_id", "category", "title", "starts_at", "ends_at", "location", "url")
    query = (
        sa.select(
            *(occurrences.c[name] for name in names),
            sa.func.coalesce(categories.c.label, occurrences.c.category).label("label"),
            sa.func.coalesce(categories.c.emoji, "").label("emoji"),
        )
        .outerjoin(
            categories,
            sa.and_(
                categories.c.server_id == occurrences.c.server_id,
                categories.c.key == occurrences.c.category,
            ),
        )
        .where(
            occurrences.c.server_id == server_id,
            occurrences.c.starts_at >= now,
            occurrences.c.starts_at <= until,
            occurrences.c.cancelled.is_(False),
        )
        .order_by(occurrences.c.starts_at, occurrences.c.id)
        .limit(limit)
    )
    return [Listed(**row._asdict()) for row in connection.execute(query)]


def between(
    connection: Connection,
    server_id: int,
    start: datetime,
    end: datetime,
    *,
    event_id: int | None = None,
    all_day_at: time = NINE,
) -> list[Entry]:
    """What is on the calendar and overlaps [start, end), whether it is a row or not, earliest first.

    Events are expanded on demand, those of one event only with `event_id`. Raises ServerUnknown, and
    TooManyOccurrences for too much at once.
    """
    calendar = ServerCalendar(connection, server_id, start, Horizon(timedelta(), all_day_at))
    dates: list[tuple[StoredEvent, Occurrence]] = []
    for stored in events_of(connection, server_id):
        if event_id is None or stored.id == event_id:
            dates += [(stored, date) for date in calendar.expand(stored.event, start, end)]
    dates.sort(key=lambda each: (each[1].start, each[0].id))
    rows = _rows_of(connection, server_id, start, end, {stored.id for stored, _ in dates})
    taken = {row.public_id for row in rows.values()}
    entries = []
    for stored, date in dates:
        row = rows.get((stored.id, date.slot))
        name = (
            row.public_id
            if row
            else public_id(stored.event.category, date.start, taken, date.title)
        )
        taken.add(name)
        entries.append(_entry(stored, date, None if row is None else row.id, name))
    return entries


def find_entry(connection: Connection, server_id: int, name: str) -> Entry | None:
    """The date of that public id, also beyond the horizon; None if there is none.

    Raises ServerUnknown.
    """
    row = connection.execute(
        sa.select(occurrences.c.event_id, occurrences.c.starts_at).where(
            occurrences.c.server_id == server_id, occurrences.c.public_id == name
        )
    ).first()
    start = row.starts_at if row is not None else _start_in(name)
    if start is None:
        return None
    entries = between(
        connection,
        server_id,
        start,
        start + timedelta(minutes=1),
        event_id=None if row is None else row.event_id,
    )
    return next((entry for entry in entries if entry.public_id == name), None)


def _start_in(name: str) -> datetime | None:
    """The start that a public id names."""
    found = _START.search(name)
    try:
        return datetime.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _rows_of(
    connection: Connection, server_id: int, start: datetime, end: datetime, event_ids: set[int]
) -> dict[tuple[int, str], sa.Row[Any]]:
    """The rows of these events around the window, by event and slot."""
    rows = connection.execute(
        sa.select(
            occurrences.c.id, occurrences.c.event_id, occurrences.c.slot, occurrences.c.public_id
        ).where(
            occurrences.c.server_id == server_id,
            occurrences.c.starts_at < end,
            occurrences.c.ends_at > start,
        )
    )
    found: dict[tuple[int, str], Any] = {(row.event_id, row.slot): row for row in rows}
    return {key: row for key, row in found.items() if key[0] in event_ids}


def _entry(stored: StoredEvent, date: Occurrence, occurrence_id: int | None, name: str) -> Entry:
    return Entry(
        event_id=stored.id,
        occurrence_id=occurrence_id,
        public_id=name,
        slot=date.slot,
        source=stored.source,
        category=stored.event.category,
        title=date.title,
        starts_at=date.start,
        ends_at=date.end,
        all_day=date.all_day,
        recurring=stored.event.recurring,
        location=date.location,
        description=date.description,
        url=date.url,
    )
