"""One event on the calendar: an RFC 5545 VEVENT with its overrides, kept as iCalendar text."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Literal, TypedDict, Unpack, cast
from zoneinfo import ZoneInfo

import icalendar

from tocsin.calendar.category import FALLBACK_KEY
from tocsin.calendar.changes import (
    cleaned,
    in_zone,
    moved,
    rescheduled,
    restored,
    retold,
    rezoned,
    rules_from,
    skipped,
)
from tocsin.calendar.errors import UnreadableEvent
from tocsin.calendar.rule import check_rule
from tocsin.calendar.slot import Time
from tocsin.calendar.vevent import YEARS, Vevent, clean_text
from tocsin.calendar.zones import instant, utc, zone_name

Status = Literal["confirmed", "cancelled"]


class Texts(TypedDict, total=False):
    """What an event, or one of its occurrences, says of itself."""

    title: str
    location: str
    description: str
    url: str


_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tocsin//Tocsin//EN\r\n"
_TAIL = "END:VCALENDAR\r\n"
_ZONE_TEXT = re.compile(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", re.DOTALL)
# The one line of the text that may differ between two readings of one unchanged event.
_VOLATILE = re.compile(r"^SEQUENCE:.*\r\n", re.MULTILINE)


@dataclass(frozen=True)
class Event:
    """One VEVENT and its overrides.

    `ical` holds what recurrence needs: a VCALENDAR with the VEVENT, its overrides, and the
    VTIMEZONE if the zone is one that the file defines itself. The other fields are read from it
    once, so that nothing need be parsed to show or sort an event. `category` is a key; `zone` is
    the IANA name of the zone that the event's wall-clock rule lives in (`UTC` beside a VTIMEZONE);
    `place_zone` is free text about the place and no time zone. DTSTAMP is not kept: whoever
    exports an event sets it.
    """

    uid: str
    category: str
    title: str
    location: str
    description: str
    url: str
    zone: str
    place_zone: str | None
    all_day: bool
    status: Status
    ical: str
    sequence: int

    @classmethod
    def single(
        cls,
        *,
        uid: str,
        title: str,
        start: Time,
        end: Time | timedelta | None = None,
        zone: tzinfo | None = None,
        category: str = FALLBACK_KEY,
        location: str = "",
        description: str = "",
        url: str = "",
        place_zone: str | None = None,
        rrule: str | None = None,
    ) -> Event:
        """An event of our own, with a recurrence if `rrule` (the value of an RRULE) is given.

        A date is an all-day event, and its `end` is the day after the last. A naive datetime is
        wall time in `zone`; an aware one keeps its own zone, or is moved to `zone` if that is
        given. `zone` is UTC where nothing names one. Raises UnreadableEvent with the reason.
        """
        own = zone or getattr(start, "tzinfo", None) or utc()
        first = in_zone(start, own)
        last = in_zone(end, getattr(first, "tzinfo", own)) if isinstance(end, date) else end
        if isinstance(last, datetime) != isinstance(first, datetime) and isinstance(last, date):
            raise UnreadableEvent("of its start and its end, only one has a time of day")
        vevent = Vevent(
            uid=clean_text(uid, 255),
            start=first,
            end=None if last == first else last or None,
            rules=rules_from(rrule),
            **cleaned(
                {"title": title, "location": location, "description": description, "url": url}
            ),
        )
        return cls.from_vevents([vevent], category=category, zone=own, place_zone=place_zone)

    @classmethod
    def from_vevents(
        cls,
        vevents: Sequence[Vevent],
        *,
        category: str,
        zone: tzinfo,
        place_zone: str | None = None,
        time_zones: str = "",
    ) -> Event:
        """The event that `vevents` are: a master, if there is one, and its overrides.

        `zone` is that of an all-day event; `time_zones` is the text of the VTIMEZONEs that the
        vevents name. Raises UnreadableEvent if a rule cannot be followed or an end is before
        its start.
        """
        master = next((v for v in vevents if v.recurrence_id is None), vevents[0])
        for vevent in vevents:
            _check(vevent)
        event = cls(
            uid=master.uid,
            category=category,
            title=master.title,
            location=master.location,
            description=master.description,
            url=master.url,
            zone=zone_name(_zone_of(master, zone)),
            place_zone=place_zone or None,
            all_day=master.all_day,
            status="cancelled" if all(v.cancelled for v in (master, *vevents)) else "confirmed",
            ical=_write(vevents, time_zones),
            sequence=master.sequence,
        )
        # What `vevents` would parse from the text again, at a third of a millisecond each.
        event.__dict__["vevents"] = _ordered(vevents)
        return event

    @cached_property
    def content_hash(self) -> str:
        """Changes if, and only if, something changes that a member could notice."""
        fields = [self.category, self.zone, self.place_zone, self.status]
        text = json.dumps([*fields, _VOLATILE.sub("", self.ical)], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def vevents(self) -> tuple[Vevent, ...]:
        """The components, parsed: the master, if there is one, first."""
        calendar = icalendar.Calendar.from_ical(self.ical)
        return _ordered(Vevent.read(c, utc()) for c in calendar.walk("VEVENT"))  # type: ignore[arg-type]

    @property
    def master(self) -> Vevent:
        """The component that holds the rule; the first override where there is none."""
        return self.vevents[0]

    @property
    def recurring(self) -> bool:
        """Whether it can have more than one occurrence, or one that was moved."""
        return len(self.vevents) > 1 or self.master.recurring

    @property
    def own_zone(self) -> tzinfo:
        """The zone that the wall-clock rule lives in, also where the file defines it itself."""
        return _zone_of(self.master, ZoneInfo(self.zone))

    @property
    def first_start(self) -> datetime:
        """When it first begins, in UTC; the start of the day in its zone if it is all day."""
        start = self.master.start
        if isinstance(start, datetime):
            return start.astimezone(utc())
        return instant(datetime.combine(start, time()), self.own_zone)

    @property
    def time_zones(self) -> str:
        """The text of the VTIMEZONEs in `ical`; empty where the zone is a known one."""
        return "".join(_ZONE_TEXT.findall(self.ical))

    def with_vevents(self, vevents: Sequence[Vevent], *, zone: tzinfo | None = None) -> Event:
        """This event with other components, as its next revision."""
        master, *overrides = vevents
        later = replace(master, sequence=self.sequence + 1)
        return Event.from_vevents(
            [later, *overrides],
            category=self.category,
            zone=zone or self.own_zone,
            place_zone=self.place_zone,
            time_zones=self.time_zones,
        )

    def with_change(
        self,
        *,
        category: str | None = None,
        place_zone: str | None = None,
        start: Time | None = None,
        end: Time | timedelta | None = None,
        zone: tzinfo | None = None,
        rrule: str | None = None,
        **texts: Unpack[Texts],
    ) -> Event:
        """This event with what is given changed, all its dates alike; an empty `rrule` ends it.

        `start` is the first start of the series: the whole series moves by the difference on the
        wall clock, and keeps its length unless `end` is given; a rule that names a weekday or an
        hour needs its `rrule` given anew. With `zone` alone the wall times stay and the instants
        move. Raises CalendarError with what cannot be done.
        """
        own = zone or self.own_zone
        vevents = list(self.vevents)
        if zone is not None:
            vevents = rezoned(vevents, self.own_zone, zone)
        if start is not None or end is not None:
            vevents = rescheduled(vevents, own, vevents[0].start if start is None else start, end)
        if rrule is not None:
            vevents[0] = replace(vevents[0], rules=rules_from(rrule))
        changed = self.with_vevents(retold(vevents, cast("dict[str, str]", texts)), zone=own)
        return replace(
            changed,
            category=category or self.category,
            place_zone=self.place_zone if place_zone is None else place_zone or None,
        )

    def skip(self, slot: str) -> Event:
        """This event without the occurrence at `slot`; one that has no other is cancelled."""
        return self.with_vevents(skipped(self.vevents, slot, self.own_zone))

    def move(
        self, slot: str, start: Time, end: Time | None = None, **texts: Unpack[Texts]
    ) -> Event:
        """This event with the occurrence at `slot` at another time, or with other texts.

        The slot stays the same, so that it is still the same occurrence; its length too, unless
        `end` is given. A naive `start` is wall time in the event's zone. The slot must be one
        of the event's: another would become one more occurrence.
        """
        given = cast("dict[str, str]", texts)
        return self.with_vevents(moved(self.vevents, slot, self.own_zone, start, end, given))

    def restore(self, slot: str) -> Event:
        """This event with the occurrence at `slot` as the rule has it: not skipped, not moved."""
        return self.with_vevents(restored(self.vevents, slot, self.own_zone))

    def cancel(self) -> Event:
        """This event with status `cancelled`: it has no occurrences, and is kept."""
        return self.with_vevents([replace(v, cancelled=True) for v in self.vevents])


def _ordered(vevents: Iterable[Vevent]) -> tuple[Vevent, ...]:
    """The master first, and the overrides by the dates that they stand for."""
    return tuple(sorted(vevents, key=lambda v: (v.recurrence_id is not None, str(v.recurrence_id))))


def _write(vevents: Iterable[Vevent], time_zones: str) -> str:
    body = "".join(vevent.component().to_ical().decode() for vevent in _ordered(vevents))
    return f"{_HEAD}{time_zones}{body}{_TAIL}"


def _check(vevent: Vevent) -> None:
    if vevent.start.year not in YEARS:
        raise UnreadableEvent(f"it lies in the year {vevent.start.year}")
    for rule in vevent.rules:
        check_rule(rule, vevent.start)
    length = vevent.length
    if length is not None and length < timedelta():
        raise UnreadableEvent(f"it ends ({vevent.end}) before it starts ({vevent.start})")


def _zone_of(vevent: Vevent, all_day: tzinfo) -> tzinfo:
    start = vevent.start if vevent.recurrence_id is None else vevent.recurrence_id
    return (start.tzinfo if isinstance(start, datetime) else None) or all_day
