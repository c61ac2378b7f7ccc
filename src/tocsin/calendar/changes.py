"""Changes to the components of one event: to the whole of it, or to one slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from icalendar.prop import vRecur

from tocsin.calendar.errors import MALFORMED, CalendarError, UnreadableEvent
from tocsin.calendar.rule import rule_text, with_until
from tocsin.calendar.slot import Time, slot_of, time_of_slot
from tocsin.calendar.vevent import Vevent, clean_text, web_address
from tocsin.calendar.zones import shows_twice, utc, wall_time

Vevents = Sequence[Vevent]


def skipped(vevents: Vevents, slot: str, zone: tzinfo) -> list[Vevent]:
    """The components without the occurrence at `slot`: an EXDATE, or all cancelled."""
    master = vevents[0]
    if master.recurrence_id is not None or not master.recurring:
        return [replace(v, cancelled=True) for v in vevents]
    plain = restored(vevents, slot, zone)
    return [replace(master, exdates=(*plain[0].exdates, time_of_slot(slot, zone))), *plain[1:]]


def restored(vevents: Vevents, slot: str, zone: tzinfo) -> list[Vevent]:
    """The components with the occurrence at `slot` as the rule has it: not skipped, not moved."""
    time_of_slot(slot, zone)
    master, *overrides = vevents
    if master.recurrence_id is not None:
        return list(vevents)
    kept = [v for v in overrides if v.this_and_future or _slot(v, zone) != slot]
    exdates = tuple(day for day in master.exdates if slot_of(day, zone) != slot)
    return [replace(master, exdates=exdates), *kept]


def moved(
    vevents: Vevents,
    slot: str,
    zone: tzinfo,
    start: Time,
    end: Time | None,
    texts: Mapping[str, str],
) -> list[Vevent]:
    """The components with the occurrence at `slot` at another time, or with other texts.

    It keeps its length where `end` is None. Raises CalendarError if a change of all that
    follows begins at that very slot.
    """
    base = _in_force(vevents, slot, zone)
    if base.this_and_future and _slot(base, zone) == slot:
        raise CalendarError(
            "This date begins a change of all the later ones; change the event as a whole instead."
        )
    override = replace(
        base,
        start=in_zone(start, zone),
        end=base.length if end is None else in_zone(end, zone),
        rules=(),
        rdates=(),
        exdates=(),
        recurrence_id=time_of_slot(slot, zone),
        this_and_future=False,
        cancelled=False,
        sequence=0,
        **cleaned(texts),
    )
    if vevents[0].recurrence_id is not None:
        return [*(v for v in vevents if _slot(v, zone) != slot), override]
    return [*restored(vevents, slot, zone), override]


def retold(vevents: Vevents, texts: Mapping[str, str]) -> list[Vevent]:
    """The components with other texts; an override follows where it said the same as the rest."""
    master = vevents[0]
    new = cleaned(texts)
    return [
        replace(v, **{key: new[key] for key in new if getattr(v, key) == getattr(master, key)})
        for v in vevents
    ]


def rescheduled(
    vevents: Vevents, zone: tzinfo, start: Time, end: Time | timedelta | None
) -> list[Vevent]:
    """The components with the whole series moved so that it begins at `start`.

    Skipped dates and the places of overrides move along by the wall clock; an override that was
    moved to a time of its own stays there. Raises CalendarError for a series of days that would
    become one of hours, or the reverse.
    """
    master, *overrides = vevents
    begin = in_zone(start, zone)
    until = in_zone(end, zone) if isinstance(end, datetime) else end
    if isinstance(begin, datetime) != isinstance(master.start, datetime):
        if overrides or master.recurring:
            raise CalendarError(
                "A series cannot change between whole days and times of day; "
                "cancel it and add a new one."
            )
        return [replace(master, start=begin, end=until)]
    by = _wall(begin, zone) - _wall(master.start, zone)
    length = until if until is not None else master.length
    return [
        replace(_shifted(master, by, zone), start=begin, end=length),
        *(_shifted(v, by, zone) for v in overrides),
    ]


def rezoned(vevents: Vevents, old: tzinfo, new: tzinfo) -> list[Vevent]:
    """The components with the same wall times in another zone."""
    result = []
    for vevent in vevents:
        wall = vevent.in_wall_time(old)
        aware: dict[str, Any] = {
            "start": in_zone(wall.start, new),
            "end": in_zone(wall.end, new) if isinstance(wall.end, datetime) else wall.end,
            "exdates": tuple(in_zone(day, new) for day in wall.exdates),
            "rdates": tuple(
                (in_zone(day[0], new), day[1]) if isinstance(day, tuple) else in_zone(day, new)
                for day in wall.rdates
            ),
        }
        aware["rules"] = tuple(with_until(rule, lambda day: _utc(day, new)) for rule in wall.rules)
        if wall.recurrence_id is not None:
            aware["recurrence_id"] = in_zone(wall.recurrence_id, new)
        result.append(replace(wall, **aware))
    return result


def in_zone(moment: Time, zone: tzinfo) -> Time:
    """`moment` in `zone`: a naive datetime is wall time there, a date stays as it is."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone, fold=0)
    # iCalendar text cannot name the second of two equal wall times, so that one is kept in UTC.
    return moment.astimezone(utc() if shows_twice(moment, zone) else zone)


def cleaned(texts: Mapping[str, str]) -> dict[str, Any]:
    """The texts of an event, fit to be kept."""
    clean: dict[str, Any] = {}
    for key, text in texts.items():
        if key == "url":
            clean[key] = web_address(text)
        elif key == "title":
            clean[key] = " ".join(clean_text(text, 300).split())
        else:
            clean[key] = clean_text(text, 4000 if key == "description" else 300)
    return clean


def rules_from(text: str | None) -> tuple[str, ...]:
    """The rules for the value of an RRULE; empty for none. Raises UnreadableEvent."""
    value = (text or "").strip().removeprefix("RRULE:")
    if not value:
        return ()
    try:
        return (rule_text(vRecur.from_ical(value)),)
    except MALFORMED as error:
        raise UnreadableEvent(f"its rule cannot be read ({value[:80]!r}: {error})") from error


def _in_force(vevents: Vevents, slot: str, zone: tzinfo) -> Vevent:
    """The component that says what happens at `slot`."""
    for vevent in vevents:
        if vevent.recurrence_id is not None and _slot(vevent, zone) == slot:
            return vevent
    ranges = [v for v in vevents if v.this_and_future and _slot(v, zone) < slot]
    return max(ranges, key=lambda v: _slot(v, zone), default=vevents[0])


def _slot(vevent: Vevent, zone: tzinfo) -> str:
    return "" if vevent.recurrence_id is None else slot_of(vevent.recurrence_id, zone)


def _wall(moment: Time, zone: tzinfo) -> Any:
    return wall_time(moment, zone) if isinstance(moment, datetime) else moment


def _utc(moment: Time, zone: tzinfo) -> Time:
    """`moment` as an UNTIL is written: a date, or a datetime in UTC."""
    if not isinstance(moment, datetime):
        return moment
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(utc())


def _shifted(vevent: Vevent, by: timedelta, zone: tzinfo) -> Vevent:
    """`vevent` with its place in the series moved by so much wall time."""

    def later(moment: Any) -> Any:
        if isinstance(moment, tuple):
            return (later(moment[0]), moment[1])
        return in_zone(_wall(moment, zone) + by, zone)

    shifted = replace(
        vevent,
        rules=tuple(with_until(rule, lambda day: _utc(later(day), zone)) for rule in vevent.rules),
        rdates=tuple(later(moment) for moment in vevent.rdates),
        exdates=tuple(later(moment) for moment in vevent.exdates),
    )
    if vevent.recurrence_id is None:
        return shifted
    stays = slot_of(vevent.start, zone) != slot_of(vevent.recurrence_id, zone)
    return replace(
        shifted,
        recurrence_id=later(vevent.recurrence_id),
        start=vevent.start if stays else later(vevent.start),
        end=vevent.end if stays else vevent.length,
    )
