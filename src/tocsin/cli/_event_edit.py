"""Finding the event that a person names, and saying what an edit did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.calendar.category import category_key
from tocsin.calendar.event import Event, Texts
from tocsin.calendar.slot import Time
from tocsin.calendar.zones import wall_time
from tocsin.cli import _output as output
from tocsin.errors import TocsinError, UsageError
from tocsin.store import calendar_view
from tocsin.store.calendar_view import Entry
from tocsin.store.engine import Connection
from tocsin.store.event_edits import DateUnknown, Edited, EventUnknown
from tocsin.store.stored_events import StoredEvent, find_event

_DAY = timedelta(days=1)


class NotOneDate(TocsinError):
    """That day has more than one date of the event: give its time, too."""


@dataclass(frozen=True, slots=True)
class Target:
    """The event that was named, and the one date of it, if one was."""

    stored: StoredEvent
    date: Entry | None


def find_target(
    connection: Connection, server_id: int, name: str, on: Time | None, zone: ZoneInfo
) -> Target:
    """The event that `name`, a number or the public id of a date, means, and its date `on`.

    Raises EventUnknown, DateUnknown and NotOneDate.
    """
    named = None if name.lstrip("#").isdecimal() else _by_public_id(connection, server_id, name)
    number = named.event_id if named else int(name.lstrip("#"))
    stored = find_event(connection, server_id, number) if number <= output.LARGEST_ID else None
    if stored is None:
        raise EventUnknown(
            f"There is no event {name} on server {server_id}. `tocsin events list --server "
            f"{server_id}` shows their numbers."
        )
    if on is None:
        return Target(stored, named)
    return Target(stored, _on(connection, server_id, stored, on, zone))


def _by_public_id(connection: Connection, server_id: int, name: str) -> Entry:
    found = calendar_view.find_entry(connection, server_id, name)
    if found is None:
        raise EventUnknown(
            f"There is no event “{name}” on server {server_id}. Give its number or its id, as "
            f"`tocsin events list --server {server_id} --json` shows them."
        )
    return found


def _on(
    connection: Connection, server_id: int, stored: StoredEvent, on: Time, zone: ZoneInfo
) -> Entry:
    """The event's date on a day, or at a time, by the clocks of `zone`."""
    wall = on if isinstance(on, datetime) else datetime.combine(on, time())
    start = wall.replace(tzinfo=zone) if wall.tzinfo is None else wall
    length = timedelta(minutes=1) if isinstance(on, datetime) else _DAY
    found = [
        entry
        for entry in calendar_view.between(
            connection, server_id, start, start + length, event_id=stored.id
        )
        if start <= entry.starts_at < start + length
    ]
    if not found:
        raise DateUnknown(f"“{stored.event.title}” has no date that starts {on} ({zone.key}).")
    if len(found) > 1:
        times = ", ".join(output.at(entry.starts_at, zone.key) for entry in found)
        raise NotOneDate(f"“{stored.event.title}” starts more than once {on}: {times}.")
    return found[0]


def series_start(event: Event, named: Entry | None, start: Time) -> Time:
    """Where the series has to begin so that the date that was named starts at `start`."""
    if named is None or not event.recurring or not isinstance(start, datetime):
        return start
    first = event.master.start
    if not isinstance(first, datetime):
        return start
    zone = event.own_zone
    wanted = start if start.tzinfo is None else wall_time(start, zone)
    return wall_time(first, zone) + (wanted - wall_time(named.starts_at, zone))


def length_of(start: Time, end: Time | None, length: timedelta | None) -> timedelta | None:
    """How long it is meant to last from `start`, or None where nothing was said of it.

    A date given as the end is the last day. Raises UsageError for what does not fit together.
    """
    if end is not None and length is not None:
        raise UsageError("Give either --end or --duration, not both.")
    whole_days = not isinstance(start, datetime)
    if length is not None:
        if whole_days and length % _DAY:
            raise UsageError("An event of whole days lasts whole days: give --duration like 2d.")
        return length
    if end is None:
        return None
    if isinstance(end, datetime) == whole_days:
        raise UsageError("Of the start and the end only one has a time of day: give both, or none.")
    lasting = end - start + (_DAY if whole_days else timedelta())
    if lasting <= timedelta():
        raise UsageError(f"It would end ({end}) before it starts ({start}): check both.")
    return lasting


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different; None, or no text, where nothing was said. Times are aware."""

    texts: Texts
    start: Time | None
    end: Time | None
    length: timedelta | None
    category: str | None
    rrule: str | None

    def to_all(self, named: Entry | None, event: Event) -> Event:
        """All dates of the event changed; `named` is the one that `start` speaks of."""
        start = None if self.start is None else series_start(event, named, self.start)
        begins = self.start or (named.starts_at if named else event.master.start)
        return event.with_change(
            category=None if self.category is None else category_key(self.category),
            start=start,
            end=length_of(begins, self.end, self.length),
            rrule=self.rrule,
            **self.texts,
        )

    def to_one(self, date: Entry, event: Event) -> Event:
        """One date of the event changed. Raises UsageError for what only a whole event has."""
        if self.category is not None or self.rrule is not None:
            raise UsageError("A type and a recurrence belong to the whole event: leave --date out.")
        if not event.recurring:
            return self.to_all(date, event)
        start = self.start or _begin(date, event)
        length = length_of(start, self.end, self.length)
        end = None if length is None else start + length
        return event.move(date.slot, start, end, **self.texts)


def _begin(date: Entry, event: Event) -> Time:
    """When a date begins, as the event itself would say it."""
    own = date.starts_at.astimezone(event.own_zone)
    return own.date() if date.all_day else own


def tell(edited: Edited, zone: str) -> Iterator[str]:
    """What an edit did, in lines."""
    event, written = edited.after, edited.written
    yield f"#{edited.event_id} {event.title} ({event.category}), times in {zone}"
    if event.status == "cancelled":
        yield "  is cancelled"
    for occurrence in edited.dates:
        yield f"  {output.span(occurrence.start, occurrence.end, occurrence.all_day, zone)}"
    counts = (
        (written.added, "added"),
        (written.moved, "moved"),
        (written.restored, "back on the calendar"),
        (written.changed, "changed"),
        (written.cancelled, "cancelled"),
    )
    said = ", ".join(f"{number:,} {word}" for number, word in counts if number)
    yield f"  dates: {said or 'as before'}"
    if written.notices:
        yield f"  {output.count(written.notices, 'change notice')} to those who were told otherwise"
