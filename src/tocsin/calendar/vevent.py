"""One VEVENT as values: read from an iCalendar component, and written as one.

Only what a reminder needs is kept. Attendees, alarms and a maker's own properties are left out:
a calendar from elsewhere holds people's addresses, and DTSTAMP would make each download differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import icalendar
from icalendar.prop import vBroken, vRecur

from tocsin.calendar.errors import UnreadableEvent
from tocsin.calendar.rule import rule_text, with_until
from tocsin.calendar.slot import Time
from tocsin.calendar.zones import known_zone, utc, wall_time

Period = tuple[datetime, timedelta]

LONGEST = timedelta(days=3660)
MOST_DATES = 10_000
YEARS = range(1600, 9000)
_LENGTHS = {"SUMMARY": 300, "LOCATION": 300, "DESCRIPTION": 4000, "URL": 1000, "UID": 255}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Vevent:
    """A VEVENT: a master, or one override if `recurrence_id` is set.

    Times are dates (all day), or datetimes that are aware; only `in_wall_time` gives naive ones.
    `end` may be a length, or None where the component names no end after its start.
    """

    uid: str
    start: Time
    end: Time | timedelta | None = None
    rules: tuple[str, ...] = ()
    rdates: tuple[Time | Period, ...] = ()
    exdates: tuple[Time, ...] = ()
    recurrence_id: Time | None = None
    this_and_future: bool = False
    cancelled: bool = False
    sequence: int = 0
    title: str = ""
    location: str = ""
    description: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        """Drop fractions of seconds, which the text cannot hold: read again, it would start at another time."""
        for name in ("start", "end", "recurrence_id"):
            object.__setattr__(self, name, _whole_seconds(getattr(self, name)))

    @property
    def all_day(self) -> bool:
        """Whether the event takes whole days."""
        return not isinstance(self.start, datetime)

    @property
    def recurring(self) -> bool:
        """Whether there is more to expand than the one start."""
        return bool(self.rules or self.rdates or self.exdates)

    @property
    def length(self) -> timedelta | None:
        """How long it lasts by the clock on the wall, or None where it does not say."""
        if self.end is None or isinstance(self.end, timedelta):
            return self.end
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            zone = self.start.tzinfo
            return _wall(self.end, zone) - _wall(self.start, zone)
        return self.end - self.start

    @classmethod
    def read(cls, component: icalendar.Event, floating: tzinfo) -> Vevent:
        """The values of `component`; times without a zone are those of `floating`.

        Raises UnreadableEvent with the reason.
        """
        start = _moment(component, "DTSTART", floating)
        if start is None:
            raise UnreadableEvent("it has no start (DTSTART)")
        recurrence_id = _moment(component, "RECURRENCE-ID", floating)
        parameters = getattr(_first(component, "RECURRENCE-ID"), "params", {})
        return cls(
            uid=_text(component, "UID"),
            start=start,
            end=_end(component, start, floating),
            rules=tuple(_rules(component)),
            rdates=tuple(_dates(component, "RDATE", floating)),
            exdates=tuple(
                day if not isinstance(day, tuple) else day[0]
                for day in _dates(component, "EXDATE", floating)
            ),
            recurrence_id=recurrence_id,
            this_and_future=str(parameters.get("RANGE", "")).upper() == "THISANDFUTURE",
            cancelled=_text(component, "STATUS").upper() == "CANCELLED",
            sequence=_sequence(component),
            title=" ".join(_text(component, "SUMMARY").split()),
            location=_text(component, "LOCATION"),
            description=_text(component, "DESCRIPTION"),
            url=web_address(_text(component, "URL")),
        )

    def component(self) -> icalendar.Event:
        """This as an iCalendar component."""
        event = icalendar.Event()
        event.add("UID", self.uid)
        event.add("DTSTART", self.start)
        if isinstance(self.end, timedelta):
            event.add("DURATION", self.end)
        elif self.end is not None:
            event.add("DTEND", self.end)
        self._add_recurrence(event)
        texts = {"SUMMARY": self.title, "LOCATION": self.location, "DESCRIPTION": self.description}
        status = "CANCELLED" if self.cancelled else ""
        for name, text in {**texts, "URL": self.url, "STATUS": status}.items():
            if text:
                event.add(name, text)
        if self.sequence:
            event.add("SEQUENCE", self.sequence)
        return event

    def _add_recurrence(self, event: icalendar.Event) -> None:
        for rule in self.rules:
            event.add("RRULE", vRecur.from_ical(rule))
        for moment in self.rdates:
            if isinstance(moment, tuple):
                event.add("RDATE", [moment], parameters={"VALUE": "PERIOD"})
            else:
                event.add("RDATE", [moment])
        for moment in self.exdates:
            event.add("EXDATE", [moment])
        if self.recurrence_id is not None:
            span = {"RANGE": "THISANDFUTURE"} if self.this_and_future else {}
            event.add("RECURRENCE-ID", self.recurrence_id, parameters=span)

    def in_wall_time(self, zone: tzinfo) -> Vevent:
        """This with every datetime as the naive wall time in `zone`."""

        def wall(moment: Any) -> Any:
            if isinstance(moment, tuple):
                return (wall(moment[0]), moment[1])
            return _wall(moment, zone) if isinstance(moment, datetime) else moment

        return replace(
            self,
            start=wall(self.start),
            end=wall(self.end),
            rules=tuple(
                with_until(rule, lambda until: _until_in_wall_time(until, self.start, zone))
                for rule in self.rules
            ),
            rdates=tuple(wall(moment) for moment in self.rdates),
            exdates=tuple(wall(moment) for moment in self.exdates),
            recurrence_id=wall(self.recurrence_id),
        )


def clean_text(text: str, longest: int) -> str:
    """`text` without control characters, stripped, and cut with an ellipsis past `longest`."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def web_address(text: str) -> str:
    """`text` if it is an http or https address that a message can link to; else empty."""
    address = text.strip()
    if re.fullmatch(r"https?://[^\s<>\"]+", address, re.IGNORECASE):
        return address
    return f"https://{address}" if re.fullmatch(r"www\.[^\s<>\"]+", address) else ""


def _wall(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is None or zone is None:
        return moment.replace(tzinfo=None)
    return wall_time(moment, zone)


def _first(component: icalendar.Event, name: str) -> Any:
    values = component.get(name)
    value = values[0] if isinstance(values, list) and values else values
    if isinstance(value, vBroken):
        raise UnreadableEvent(f"{name} cannot be read: {str(value)[:60]!r}")
    return value


def _text(component: icalendar.Event, name: str) -> str:
    values = component.get(name)
    value = values[0] if isinstance(values, list) and values else values
    return clean_text(str(value or ""), _LENGTHS.get(name, 300))


def _sequence(component: icalendar.Event) -> int:
    value = component.get("SEQUENCE", 0)
    return max(0, int(value)) if isinstance(value, int) else 0


def _whole_seconds(value: Time | timedelta | None) -> Time | timedelta | None:
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, timedelta):
        return value - timedelta(microseconds=value.microseconds)
    return value


def _moment(component: icalendar.Event, name: str, floating: tzinfo) -> Time | None:
    value = _first(component, name)
    return None if value is None else _settled(value.dt, name, floating)


def _settled(moment: Any, name: str, floating: tzinfo) -> Time:
    """A date or an aware datetime, whatever the file made of it."""
    if not isinstance(moment, date):
        raise UnreadableEvent(f"{name} is neither a date nor a date with a time")
    if moment.year not in YEARS:
        raise UnreadableEvent(f"{name} lies in the year {moment.year}")
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=floating)
    settled: datetime = moment.replace(tzinfo=utc()) if _is_universal(moment.tzinfo) else moment
    return settled


def _is_universal(zone: tzinfo | None) -> bool:
    key = getattr(zone, "key", None)
    return zone is UTC or key == "UTC" or (key is not None and known_zone(key) == "UTC")


def _end(component: icalendar.Event, start: Time, floating: tzinfo) -> Time | timedelta | None:
    end = _moment(component, "DTEND", floating)
    if end is None:
        return _duration(component, start)
    if isinstance(start, datetime) and not isinstance(end, datetime):
        end = datetime.combine(end, time(), start.tzinfo)
    elif not isinstance(start, datetime) and isinstance(end, datetime):
        end = end.date()
    if end < start:
        raise UnreadableEvent(f"it ends ({end}) before it starts ({start})")
    if end - start > LONGEST:
        raise UnreadableEvent("it lasts longer than ten years")
    # Many makers write the same day twice for one whole day, and a moment for "no end given".
    return None if end == start else end


def _duration(component: icalendar.Event, start: Time) -> timedelta | None:
    value = _first(component, "DURATION")
    if value is None:
        return None
    length = value.dt
    if not isinstance(length, timedelta) or not timedelta() <= length <= LONGEST:
        raise UnreadableEvent("DURATION is no length of time between nothing and ten years")
    if not isinstance(start, datetime):
        length = timedelta(days=length.days + bool(length.seconds))
    return length or None


def _rules(component: icalendar.Event) -> Iterator[str]:
    _first(component, "RRULE")  # says so if it is broken
    values = component.get("RRULE")
    for value in values if isinstance(values, list) else [values]:
        if value:
            yield rule_text(value)


def _dates(component: icalendar.Event, name: str, floating: tzinfo) -> Iterator[Time | Period]:
    _first(component, name)
    values = component.get(name, [])
    moments = [m.dt for v in (values if isinstance(values, list) else [values]) for m in v.dts]
    if len(moments) > MOST_DATES:
        raise UnreadableEvent(f"it lists more than {MOST_DATES:,} dates ({name})")
    for moment in moments:
        if not isinstance(moment, tuple):
            yield _settled(moment, name, floating)
            continue
        first = _settled(moment[0], name, floating)
        last = moment[1] if isinstance(moment[1], timedelta) else moment[1] - moment[0]
        if not isinstance(first, datetime) or not timedelta() < last <= LONGEST:
            raise UnreadableEvent(f"{name} holds a period that cannot be read")
        yield (first.astimezone(utc()), last)


def _until_in_wall_time(until: Time, start: Time, zone: tzinfo) -> Time:
    """UNTIL in the wall time of `zone`; a day means that whole day."""
    if not isinstance(start, datetime):
        return until.date() if isinstance(until, datetime) else until
    if isinstance(until, datetime):
        return _wall(until, zone)
    return datetime.combine(until, time(23, 59, 59))
