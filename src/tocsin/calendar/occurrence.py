"""The occurrences of an event in a window, and the ids that people see them under."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from recurring_ical_events.adapters.event import EventAdapter
from recurring_ical_events.selection.name import ComponentsWithName

from tocsin.calendar.category import slugify
from tocsin.calendar.errors import TooManyOccurrences
from tocsin.calendar.event import Event
from tocsin.calendar.rule import check_walk
from tocsin.calendar.slot import Time, slot_of
from tocsin.calendar.vevent import YEARS, Vevent
from tocsin.calendar.zones import instant, wall_time

NINE = time(9)
HOUR = timedelta(hours=1)
MOST_OCCURRENCES = 20_000
LONGEST_WINDOW = timedelta(days=3660)
_CHUNK = timedelta(days=366)
_DAY = timedelta(days=1)
# The years that an event may lie in, and room to reckon with zones around them.
_FIRST = datetime(YEARS.start, 1, 1, tzinfo=UTC)
_LAST = datetime(YEARS.stop, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Occurrence:
    """One start of an event.

    `slot` names its place in the recurrence (see `tocsin.calendar.slot`) and is unique within the
    event; `start` and `end` are aware UTC datetimes, `end` after `start`.
    """

    slot: str
    start: datetime
    end: datetime
    title: str
    location: str
    description: str
    url: str
    all_day: bool


@dataclass(frozen=True)
class _Defaults:
    """What an occurrence takes from its server where its event does not say."""

    zone: ZoneInfo
    all_day_at: time
    length: timedelta


def expand(
    event: Event,
    start: datetime,
    end: datetime,
    *,
    zone: ZoneInfo,
    all_day_at: time = NINE,
    default_length: timedelta = HOUR,
) -> list[Occurrence]:
    """The occurrences of `event` that overlap [start, end), aware datetimes, earliest first.

    One that takes whole days falls due at `all_day_at` on its first day in `zone`, the server's,
    and ends as its last day does. One that names no end lasts `default_length`. A cancelled event
    has none, and a cancelled override takes its own away. Wall times are those of the event's own
    zone: one that the clocks skip comes as much later, of two equal ones it is the first.

    Raises TooManyOccurrences for more than 20,000, for more than ten years of a recurring event,
    and for one of hours or minutes that began too long ago to be followed.
    """
    start, end = max(start, _FIRST), min(end, _LAST)
    if event.status == "cancelled" or start >= end:
        return []
    defaults = _Defaults(zone, all_day_at, default_length)
    if event.recurring:
        found = _recurring(event, start, end, defaults)
    else:
        only = event.master
        slot = only.start if only.recurrence_id is None else only.recurrence_id
        found = iter((_occurrence(event, only, slot, only.start, only.length, defaults),))
    within = {o.slot: o for o in found if o.start < end and o.end > start}
    return sorted(within.values(), key=lambda occurrence: (occurrence.start, occurrence.slot))


def public_id(category: str, start: datetime, taken: Container[str], title: str = "") -> str:
    """An id that people see, not among `taken`: `<category>:<ISO 8601 start in UTC>`.

    Where two share both it is `<category>:<slug of the title>:<start>`, and after that
    `<slug>-2` and so on.
    """
    begin = start.astimezone(UTC).isoformat()
    plain = f"{category}:{begin}"
    if plain not in taken:
        return plain
    slug = slugify(title)[:40].strip("-") or "event"
    candidate, number = f"{category}:{slug}:{begin}", 1
    while candidate in taken:
        number += 1
        candidate = f"{category}:{slug}-{number}:{begin}"
    return candidate


def match_slots(
    old: Mapping[str, datetime], new: Mapping[str, datetime], *, within: timedelta = _DAY / 2
) -> dict[str, str]:
    """Which new slot takes the place of which old one, after an event's rule or start changed.

    `old` and `new` are slots with their starts over the same window; the answer maps new slots to
    old ones, each at most once. Equal slots match first, then the nearest starts no more than
    `within` apart. An event that has one occurrence before and after keeps it, however far it
    moved. What is in neither side of the answer was added or removed.
    """
    if len(old) == 1 and len(new) == 1:
        return {next(iter(new)): next(iter(old))}
    pairs = {slot: slot for slot in new if slot in old}
    free_old = [slot for slot in old if slot not in pairs]
    free_new = [slot for slot in new if slot not in pairs]
    distances = sorted(
        (abs(old[before] - new[after]), after, before)
        for after in free_new
        for before in _near(free_old, old, new[after], within)
    )
    used: set[str] = set()
    for _, after, before in distances:
        if after not in pairs and before not in used:
            pairs[after] = before
            used.add(before)
    return pairs


def _near(
    slots: Iterable[str], starts: Mapping[str, datetime], moment: datetime, within: timedelta
) -> Iterator[str]:
    return (slot for slot in slots if abs(starts[slot] - moment) <= within)


def _recurring(
    event: Event, start: datetime, end: datetime, defaults: _Defaults
) -> Iterator[Occurrence]:
    """Occurrences around the window, expanded in wall time and only then put into the zone.

    recurring-ical-events knows a date of a series both by its UTC and by its local time, so that
    two dates of one day that lie as far apart as the zone is from UTC are taken for each other.
    In wall time there is only one.
    """
    if end - start > LONGEST_WINDOW:
        raise TooManyOccurrences(
            "A recurring event can be expanded over ten years at a time; ask for less."
        )
    own = event.own_zone
    # A day more on either side: windows are instants, all-day events belong to another zone.
    low = wall_time(start, own) - _DAY - max(defaults.length, _DAY)
    high = wall_time(end, own) + _DAY
    for rule in event.master.rules:
        check_walk(rule, event.master.start, high)
    for seen, (vevent, begin, length) in enumerate(_expanded(event, low, high)):
        if seen >= MOST_OCCURRENCES:
            raise TooManyOccurrences(
                f"The event has more than {MOST_OCCURRENCES:,} dates in that time; ask for less."
            )
        if not vevent.cancelled:
            original = _original(vevent, begin)
            yield _occurrence(event, vevent, original, begin, length or None, defaults)


class _Adapter(EventAdapter):  # type: ignore[misc]
    """Hands out what an expansion found as it is, where the library would copy the component."""

    def as_component(self, start: Any, stop: Any, _keep: bool) -> dict[str, Any]:
        """The component that the date comes from, its start and its end."""
        return {"component": self._component, "start": start, "end": stop}


def _expanded(
    event: Event, low: datetime, high: datetime
) -> Iterator[tuple[Vevent, Time, timedelta]]:
    """Component, start and length by the wall clock of each date between two wall times."""
    calendar = icalendar.Calendar()
    sources: dict[int, tuple[Vevent, Time | None]] = {}
    for vevent in event.vevents:
        wall = vevent.in_wall_time(event.own_zone)
        component = wall.component()
        calendar.add_component(component)
        # What was moved into the second of two equal hours is known by its instant alone.
        alone = wall.recurrence_id is not None and not wall.this_and_future
        sources[id(component)] = (wall, vevent.start if alone else None)
    adapted = ComponentsWithName("VEVENT", adapter=_Adapter)
    query = recurring_ical_events.of(calendar, components=[adapted])
    while low < high:
        for found in query.between(low, min(low + _CHUNK, high)):
            vevent, start = sources[id(found["component"])]
            begin = found["start"]
            yield vevent, start or begin, found["end"] - begin
        low += _CHUNK


def _original(vevent: Vevent, begin: Time) -> Time:
    """Where in the recurrence a date stands that begins at `begin`: a date or wall time."""
    if vevent.recurrence_id is None:
        return begin
    if not vevent.this_and_future:
        return vevent.recurrence_id
    # All that follow a change of "this and future" moved as far as its first one did.
    moved = _midnight(vevent.start) - _midnight(vevent.recurrence_id)
    return begin - moved


def _occurrence(
    event: Event,
    vevent: Vevent,
    original: Time,
    begin: Time,
    length: timedelta | None,
    defaults: _Defaults,
) -> Occurrence:
    own = event.own_zone
    if isinstance(begin, datetime):
        wall = begin if begin.tzinfo is None else wall_time(begin, own)
        start = instant(wall, own) if begin.tzinfo is None else begin.astimezone(UTC)
        lasting = length or defaults.length
        end = instant(wall + lasting, own)
        # Where the clocks go forward over the start, the wall clock can put the end before it.
        end = end if end > start else start + lasting
    else:
        start = instant(datetime.combine(begin, defaults.all_day_at), defaults.zone)
        end = instant(datetime.combine(begin + (length or _DAY), time()), defaults.zone)
    return Occurrence(
        slot=slot_of(original, own),
        start=start,
        end=end,
        title=vevent.title or event.title,
        location=vevent.location,
        description=vevent.description,
        url=vevent.url,
        all_day=not isinstance(begin, datetime),
    )


def _midnight(moment: Time) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time())
