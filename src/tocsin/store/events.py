"""Bringing what a source says into the store, and keeping occurrences ahead of the clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from tocsin.calendar.errors import CalendarError
from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import NINE, Occurrence
from tocsin.store.engine import Connection
from tocsin.store.hand_edits import HandEdits
from tocsin.store.occurrences import Written
from tocsin.store.server_calendar import Horizon, ServerCalendar
from tocsin.store.stored_events import StoredEvent, event_of, event_values, events_of
from tocsin.store.tables import events
from tocsin.store.type_keys import separate_keys

SIXTY_DAYS = timedelta(days=60)
EXTEND_EVERY = timedelta(days=1)
EXTEND_AT_ONCE = 100
"""Events expanded in one transaction: some 100 ms of it."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What came of merging a source.

    `changed`, `removed` and `missing` are titles; `missing` are those that the source no longer
    mentions, are not over, and were left alone. `refused` are titles with the reason why an event
    could not be expanded. `new_categories` are labels. `kept` are titles of events whose edits by
    hand stayed although the source changed something else; `undone` are titles with what of such
    edits gave way to it.
    """

    added: int
    changed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    missing: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    new_categories: tuple[str, ...]
    kept: tuple[str, ...]
    undone: tuple[tuple[str, str], ...]
    written: Written

    @property
    def changes_nothing(self) -> bool:
        """Whether nothing at all was written."""
        return not (self.added or self.changed or self.removed or self.new_categories)


@dataclass(frozen=True, slots=True)
class Extended:
    """What one call of `extend_horizon` did; `failed` are titles that could not be expanded."""

    events: int
    occurrences: int
    failed: tuple[str, ...]
    more: bool


def merge_events(
    connection: Connection,
    server_id: int,
    source: str,
    incoming: Iterable[Event],
    now: datetime,
    *,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
    labels: Mapping[str, str] | None = None,
    complete: bool,
    part: bool = False,
) -> Merge:
    """Make the source's events in the store what `incoming` says, by their UIDs.

    What the source says as it did before is not touched, also if it was edited here since; what it
    says anew is brought in around such edits (see `tocsin.calendar.merging`). With
    `complete`, an event that it no longer mentions and that is not over is cancelled; the past
    stays. A `part` of a large source is merged ahead of the whole, in a transaction of its own, and
    says nothing of the rest. An empty `incoming` changes nothing. `labels` are the words behind the keys of
    categories that are new. Raises ServerUnknown.
    """
    separate_keys(connection, server_id)
    calendar = ServerCalendar(connection, server_id, now, Horizon(horizon, all_day_at), labels)
    stored = {one.event.uid: one for one in events_of(connection, server_id, source)}
    merging = _Merging(calendar, source)
    wanted = {event.uid: calendar.settled(event) for event in incoming}
    for uid, event in wanted.items():
        known = stored.get(uid)
        if known is None:
            merging.new.append(event)
        elif known.said == event.content_hash:
            merging.unchanged += 1
        else:
            merging.change(known, event)
    merging.insert()
    whole = wanted and not part
    missing = [one for uid, one in stored.items() if uid not in wanted] if whole else []
    left = merging.leave(missing, remove=complete)
    return Merge(
        added=len(merging.new),
        changed=tuple(merging.changed),
        unchanged=merging.unchanged,
        removed=tuple(merging.removed),
        missing=left,
        refused=tuple(merging.refused),
        new_categories=tuple(one.label for one in calendar.new_categories),
        kept=tuple(merging.kept),
        undone=tuple(merging.undone),
        written=calendar.ledger.written,
    )


def events_ahead(
    connection: Connection, server_id: int, source: str, now: datetime, *, all_day_at: time = NINE
) -> list[Event]:
    """The source's events that are neither cancelled nor over. Raises ServerUnknown."""
    calendar = ServerCalendar(connection, server_id, now, Horizon(timedelta(), all_day_at))
    stored = [one.event for one in events_of(connection, server_id, source)]
    return [event for event in stored if calendar.is_ahead(event)]


class _Merging:
    """One merge under way: what is new, and what was done so far."""

    def __init__(self, calendar: ServerCalendar, source: str) -> None:
        self.calendar = calendar
        self.source = source
        self.new: list[Event] = []
        self.changed: list[str] = []
        self.removed: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.kept: list[str] = []
        self.undone: list[tuple[str, str]] = []
        self.unchanged = 0
        self._edits = HandEdits(calendar.connection, calendar.server.id)

    def change(self, known: StoredEvent, event: Event) -> None:
        """Bring a known event to what the source says now, around what was changed by hand."""
        merged = self._edits.merged(known, event)
        values = event_values(merged.event) | {"content_hash": event.content_hash}
        try:
            self.calendar.write(known.id, merged.event, **values)
        except CalendarError as error:
            self.refused.append((event.title, str(error)))
            return
        self.changed.append(event.title)
        if merged.kept:
            self.kept.append(event.title)
            self._edits.remember(known.id, event, self.source, self.calendar.now)
        self.undone += [(event.title, what) for what in merged.undone]

    def insert(self) -> None:
        """Write all new events, and then all their occurrences, in a few statements."""
        found = []
        for event in self.new:
            try:
                found.append(Expanded.by(self.calendar, event))
            except CalendarError as error:
                self.refused.append((event.title, str(error)))
        self.new = [one.event for one in found]
        insert_events(self.calendar, self.source, found)

    def leave(self, missing: Iterable[StoredEvent], *, remove: bool) -> tuple[str, ...]:
        """Cancel what the source no longer mentions, or only say its titles."""
        left = []
        for one in missing:
            if one.event.status == "cancelled" or not self.calendar.is_ahead(one.event):
                continue
            if remove:
                self._remove(one)
            else:
                left.append(one.event.title)
        return tuple(left)

    def _remove(self, one: StoredEvent) -> None:
        # Without a hash it is written anew should the source mention it again.
        values = event_values(one.event.cancel()) | {"content_hash": ""}
        self.calendar.write(one.id, one.event.cancel(), **values)
        self.removed.append(one.event.title)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A new event with its dates up to the horizon, and until when they are complete."""

    event: Event
    dates: list[Occurrence]
    until: datetime

    @classmethod
    def by(cls, calendar: ServerCalendar, event: Event) -> "Expanded":
        """Expand the event. Raises TooManyOccurrences."""
        dates = calendar.expand(event)
        return cls(event, dates, calendar.expanded_until(event, dates))


def insert_events(calendar: ServerCalendar, source: str, new: Sequence[Expanded]) -> Sequence[int]:
    """Write new events and their occurrences. Returns the events' numbers, in order."""
    if not new:
        return []
    values = [
        {
            "server_id": calendar.server.id,
            "source": source,
            **event_values(one.event),
            "content_hash": one.event.content_hash,
            "expanded_until": one.until,
            "created_at": calendar.now,
            "updated_at": calendar.now,
        }
        for one in new
    ]
    statement = sa.insert(events).returning(events.c.id, sort_by_parameter_order=True)
    ids = calendar.connection.scalars(statement, values).all()
    calendar.ledger.add(
        [
            (event_id, one.event.category, date)
            for event_id, one in zip(ids, new, strict=True)
            for date in one.dates
        ]
    )
    return ids


def realign_days(
    connection: Connection,
    server_id: int,
    now: datetime,
    *,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
) -> Written:
    """Move the server's whole-day events to where the day falls due by its zone as it is now.

    To be called when the zone has changed; times of day belong to their events and stay. Raises
    ServerUnknown.
    """
    calendar = ServerCalendar(connection, server_id, now, Horizon(horizon, all_day_at))
    for one in events_of(connection, server_id):
        if one.event.all_day:
            calendar.ledger.sync(one.id, one.event.category, calendar.expand(one.event))
    return calendar.ledger.written


def extend_horizon(
    connection: Connection,
    now: datetime,
    *,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
    limit: int = EXTEND_AT_ONCE,
) -> Extended:
    """Expand the events whose rows end a day or more short of the horizon, at most `limit`.

    Call again while `more`. Nothing is written where nothing is behind.
    """
    separate_keys(connection)
    rows = connection.execute(
        sa.select(events)
        .where(events.c.expanded_until < now + horizon - EXTEND_EVERY)
        .order_by(events.c.expanded_until)
        .limit(limit)
    ).all()
    calendars: dict[int, ServerCalendar] = {}
    failed = []
    for row in rows:
        if row.server_id not in calendars:
            calendars[row.server_id] = ServerCalendar(
                connection, row.server_id, now, Horizon(horizon, all_day_at)
            )
        calendar = calendars[row.server_id]
        event = event_of(row)
        try:
            dates = calendar.expand(event)
            until = calendar.expanded_until(event, dates)
            calendar.ledger.sync(row.id, event.category, dates)
        except CalendarError:
            failed.append(event.title)
            until = calendar.until
        connection.execute(
            sa.update(events).where(events.c.id == row.id).values(expanded_until=until)
        )
    added = sum(calendar.ledger.written.added for calendar in calendars.values())
    return Extended(len(rows), added, tuple(failed), more=len(rows) == limit)
