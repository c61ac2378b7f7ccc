"""The time zones that an iCalendar file names, and those that it defines itself.

A zone that is known by its name is the one of the time zone database, whatever the file makes of
it: makers cut definitions down to a year or two. One that only the file knows is renamed after
its content, for icalendar keeps the first definition of a name for every later file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import icalendar
from icalendar.prop import vRecur

from tocsin.calendar.errors import MALFORMED, UnreadableEvent
from tocsin.calendar.vevent import Vevent
from tocsin.calendar.zones import known_zone
from tocsin.sources.ics_blocks import Block, name_of

_DATED = frozenset(("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"))
_TZID = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_NAIVE = re.compile(r"\d{8}T\d{6}(?!\d|Z)", re.IGNORECASE)
_MOST_RULES = 200


class Zones:
    """What the names of zones in one file stand for."""

    def __init__(self, definitions: Iterable[Block]) -> None:
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._reasons: dict[str, str] = {}
        for block in definitions:
            self._define(block)

    def settle(self, lines: Iterable[str]) -> tuple[list[str], bool]:
        """`lines` with each zone by the name it is kept under, and whether one names none.

        Raises UnreadableEvent for a zone that nobody knows: to take it for another would put
        the event an hour or more off.
        """
        settled: list[str] = []
        without_zone = False
        for line in lines:
            if name_of(line) not in _DATED:
                settled.append(line)
                continue
            found = _TZID.search(line)
            if found is None:
                without_zone = without_zone or bool(_NAIVE.search(line.partition(":")[2]))
                settled.append(line)
                continue
            name = self._name(found.group(1).strip('"'))
            settled.append(f'{line[: found.start()]};TZID="{name}"{line[found.end() :]}')
        return settled, without_zone

    def text_for(self, vevents: Iterable[Vevent]) -> str:
        """The VTIMEZONEs that `vevents` need, as text."""
        if not self._texts:
            return ""
        written = "".join(vevent.component().to_ical().decode() for vevent in vevents)
        return "".join(text for name, text in self._texts.items() if name in written)

    def _name(self, tzid: str) -> str:
        name = self._names.get(tzid) or known_zone(tzid)
        if name is not None:
            return name
        why = self._reasons.get(tzid, "and the file does not define it")
        raise UnreadableEvent(f"its time zone {tzid[:60]!r} is not known, {why}")

    def _define(self, block: Block) -> None:
        tzid = block.value("TZID")
        known = known_zone(tzid) or known_zone(block.value("X-LIC-LOCATION"))
        if known is not None:
            self._names[tzid] = known
            return
        rules = [line for line in block.inner if not name_of(line).startswith("X-")]
        digest = hashlib.sha256("\n".join(rules).encode()).hexdigest()[:12]
        name = f"{re.sub(r'[^A-Za-z0-9 ._-]', '', tzid)[:60].strip()}.{digest}"
        text = "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *rules, "END:VTIMEZONE", ""])
        try:
            _check(rules)
            _try(text, name)
        except MALFORMED as error:
            reason = " ".join(str(error).split())[:100]
            self._reasons[tzid] = f"and the file's definition cannot be read ({reason})"
            return
        self._names[tzid] = name
        self._texts[name] = text


def _check(rules: list[str]) -> None:
    """Clocks change by the year. A finer rule would be walked at every look at the zone."""
    if len(rules) > _MOST_RULES:
        raise UnreadableEvent("it is too long")
    for line in rules:
        if name_of(line) == "RRULE":
            parts = vRecur.from_ical(line.partition(":")[2])
            if [str(part).upper() for part in parts.get("FREQ", [])] != ["YEARLY"]:
                raise UnreadableEvent("its clocks do not change by the year")
            if int(parts.get("INTERVAL", [1])[0]) < 1:
                raise UnreadableEvent("its rule has no interval")


def _try(text: str, name: str) -> None:
    """Have the zone made, and see that it answers."""
    event = f'BEGIN:VEVENT\r\nDTSTART;TZID="{name}":20260101T120000\r\nEND:VEVENT\r\n'
    calendar = icalendar.Calendar.from_ical(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{text}{event}END:VCALENDAR\r\n"
    )
    begin: Any = calendar.walk("VEVENT")[0]["DTSTART"]
    moment = begin.dt
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise UnreadableEvent("it names no offset")
    for year in (1990, 2026, 2037):
        for month in (1, 7):
            moment.replace(year=year, month=month).astimezone(UTC)
            datetime(year, month, 1, tzinfo=UTC).astimezone(moment.tzinfo)
