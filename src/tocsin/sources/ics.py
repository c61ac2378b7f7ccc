"""Calendars in iCalendar form (RFC 5545), however their makers bent it.

Each component is read by itself, so that one that is broken harms no other and can be named by
its line.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from tocsin.calendar.category import category_key
from tocsin.calendar.errors import MALFORMED, UnreadableEvent
from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import expand
from tocsin.calendar.slot import slot_of
from tocsin.calendar.vevent import Vevent
from tocsin.calendar.zones import known_zone
from tocsin.sources.ics_blocks import Block, Blocks, split_blocks
from tocsin.sources.ics_zones import Zones
from tocsin.sources.reading import (
    LONGEST_SECONDS,
    MOST_EVENTS,
    NotACalendar,
    Problem,
    Reading,
)

_NEEDED = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


@dataclass(frozen=True)
class _Component:
    """One VEVENT of the file, read."""

    line: int
    vevent: Vevent
    category: str
    without_length: bool

    @property
    def where(self) -> str:
        return self.vevent.title or self.vevent.uid


def read_ics(text: str, name: str, *, zone: ZoneInfo, category: str | None) -> Reading:
    """The events of an iCalendar file (see `read_calendar`). Raises NotACalendar.

    Times without a zone are those of X-WR-TIMEZONE, and of `zone` if the file does not say that.
    """
    blocks = split_blocks(text)
    if len(blocks.events) > MOST_EVENTS:
        raise NotACalendar(
            f"{name} has more than {MOST_EVENTS:,} events, so that it was not read. "
            "Export a shorter span of time."
        )
    named = known_zone(blocks.header.get("X-WR-TIMEZONE", ""))
    floating = ZoneInfo(named) if named else zone
    zones = Zones(blocks.zones)
    problems = list(blocks.problems)
    groups, naive = _read_all(blocks, zones, floating, problems, name)
    types: dict[str, str] = {}
    events: list[Event] = []
    for members in groups.values():
        own = next((m.category for m in members if m.category), "")
        kind = category or own
        key = category_key(kind)
        for part in _one_event_each(members, problems):
            _add_event(part, key, floating, zones, events, problems)
        if kind.strip():
            types.setdefault(key, kind.strip())
    return Reading(
        kind="ics",
        events=events,
        problems=sorted(problems, key=lambda problem: problem.line or 0),
        naive_times=0 if named else naive,
        zone=floating,
        types=types,
        identified=not any(uid.startswith("untitled-") for uid in groups),
        without_length=sum(one.without_length for members in groups.values() for one in members),
    )


def _read_all(
    blocks: Blocks, zones: Zones, floating: ZoneInfo, problems: list[Problem], name: str
) -> tuple[dict[str, list[_Component]], int]:
    """The components by UID, in the order of the file, and how many named no zone."""
    cancelled = blocks.header.get("METHOD", "").upper() == "CANCEL"
    groups: dict[str, list[_Component]] = defaultdict(list)
    naive = 0
    limit = time.monotonic() + LONGEST_SECONDS
    for block in blocks.events:
        if time.monotonic() > limit:
            raise NotACalendar(
                f"{name} takes longer than {LONGEST_SECONDS:.0f} s to read, so that nothing has "
                "changed. Export a shorter span of time."
            )
        try:
            component, without_zone = _read(block, zones, floating)
        except MALFORMED as error:
            problems.append(Problem(block.line, block.title, _reason(error)))
            continue
        naive += without_zone
        if cancelled:
            vevent = replace(component.vevent, cancelled=True)
            component = replace(component, vevent=vevent)
        groups[component.vevent.uid].append(component)
    return groups, naive


def _read(block: Block, zones: Zones, floating: ZoneInfo) -> tuple[_Component, bool]:
    lines, without_zone = zones.settle(block.lines)
    content = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])
    component = icalendar.Event.from_ical(content)
    assert isinstance(component, icalendar.Event)
    for needed in _NEEDED:
        if needed in block.names and needed not in component:
            raise UnreadableEvent(f"{needed} cannot be read")
    vevent = Vevent.read(component, floating)
    if not vevent.uid:
        identity = f"{vevent.title}\n{vevent.start.isoformat()}"
        digest = hashlib.sha256(identity.encode()).hexdigest()[:24]
        vevent = replace(vevent, uid=f"untitled-{digest}")
    timed = isinstance(vevent.start, datetime)
    without_length = timed and vevent.end is None and bool(block.names & {"DTEND", "DURATION"})
    return _Component(block.line, vevent, _category(component), without_length), without_zone


def _category(component: icalendar.Event) -> str:
    """The first category that is not empty."""
    values = component.get("CATEGORIES")
    for value in values if isinstance(values, list) else [values]:
        for category in getattr(value, "cats", ()):
            if str(category).strip():
                return " ".join(str(category).split())
    return ""


def _one_event_each(
    members: list[_Component], problems: list[Problem]
) -> Iterator[list[_Component]]:
    """The components of one UID as events: its newest master with the newest overrides.

    RFC 5545 lets a UID have one master. Of several with one sequence the first keeps the UID,
    and the others, whose makers did not know that, become events of their own.
    """
    masters = [m for m in members if m.vevent.recurrence_id is None]
    newest = max((m.vevent.sequence for m in masters), default=0)
    current: dict[Vevent, _Component] = {}
    for master in masters:
        if master.vevent.sequence < newest:
            continue
        if master.vevent in current:
            line = current[master.vevent].line
            reason = f"it says the same as line {line}, and is taken once"
            problems.append(Problem(master.line, master.where, reason, taken=True))
        else:
            current[master.vevent] = master
    overrides: dict[object, _Component] = {}
    for member in sorted(members, key=lambda m: m.vevent.sequence):
        if member.vevent.recurrence_id is not None:
            overrides[member.vevent.recurrence_id] = member
    first, others = [*current.values()][:1], [*current.values()][1:]
    yield [*first, *overrides.values()]
    for other in others:
        start = other.vevent.start
        slot = slot_of(start, getattr(start, "tzinfo", None) or ZoneInfo("UTC"))
        digest = hashlib.sha256(repr(other.vevent).encode()).hexdigest()[:8]
        uid = f"{other.vevent.uid[:200]}#{slot}-{digest}"
        yield [replace(other, vevent=replace(other.vevent, uid=uid))]


def _add_event(
    part: list[_Component],
    category: str,
    floating: ZoneInfo,
    zones: Zones,
    events: list[Event],
    problems: list[Problem],
) -> None:
    first = part[0]
    try:
        event = Event.from_vevents(
            [component.vevent for component in part],
            category=category,
            zone=floating,
            time_zones=zones.text_for(component.vevent for component in part),
        )
        # What reads well may still not expand: better found out now than at every later look.
        begin = event.first_start
        expand(event, begin - timedelta(days=1), begin + timedelta(days=8), zone=floating)
    except MALFORMED as error:
        problems.append(Problem(first.line, first.where, _reason(error)))
        return
    events.append(event if event.title else replace(event, title="Untitled"))


def _reason(error: Exception) -> str:
    if isinstance(error, UnreadableEvent):
        return str(error)
    return f"it cannot be read ({' '.join(str(error).split())[:120]})"
