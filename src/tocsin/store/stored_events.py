"""Events as rows: written from, and read back into, `tocsin.calendar.event.Event`."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.event import Event
from tocsin.store.engine import Connection
from tocsin.store.tables import events

_RECORD = ("location", "description", "url", "zone", "all_day")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with the number of its row, and the source that it comes from.

    `said` is the hash of what the source said of it last; empty where that counts no more.
    """

    id: int
    source: str
    event: Event
    said: str

    @property
    def edited(self) -> bool:
        """Whether it was changed by hand since its source spoke of it."""
        return bool(self.said) and self.event.content_hash != self.said


def event_values(event: Event) -> dict[str, Any]:
    """The columns that hold the event itself; the hash is the source's business (see `events`)."""
    return {
        "uid": event.uid,
        "category": event.category,
        "title": event.title,
        "place_zone": event.place_zone,
        "status": event.status,
        "sequence": event.sequence,
        "record": {name: getattr(event, name) for name in _RECORD},
        "ical": event.ical,
    }


def event_of(row: sa.Row[Any]) -> Event:
    """The event that a row holds."""
    return Event(
        uid=row.uid,
        category=row.category,
        title=row.title,
        place_zone=row.place_zone,
        status=row.status,
        sequence=row.sequence,
        ical=row.ical,
        **row.record,
    )


def _stored(row: sa.Row[Any]) -> StoredEvent:
    return StoredEvent(row.id, row.source, event_of(row), row.content_hash)


def find_event(connection: Connection, server_id: int, event_id: int) -> StoredEvent | None:
    """The server's event with this number, or None."""
    row = connection.execute(
        sa.select(events).where(events.c.id == event_id, events.c.server_id == server_id)
    ).first()
    return None if row is None else _stored(row)


def events_of(
    connection: Connection, server_id: int, source: str | None = None
) -> list[StoredEvent]:
    """The server's events, of one source or of all, in the order in which they came."""
    query = sa.select(events).where(events.c.server_id == server_id).order_by(events.c.id)
    if source is not None:
        query = query.where(events.c.source == source)
    return [_stored(row) for row in connection.execute(query)]
