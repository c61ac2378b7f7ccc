"""The slot of an occurrence: where it stands in the recurrence, whatever became of it since.

A slot is the original start as text: `2026-03-29` for a whole day, else the wall time in the
event's own zone, `2026-03-29T20:00:00`, without the zone's name or offset. So it stays the same
when the occurrence is moved, when a file spells its zone differently, and when a government
changes its clocks.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from tocsin.calendar.errors import CalendarError
from tocsin.calendar.zones import wall_time

Time = date | datetime


def slot_of(moment: Time, zone: tzinfo) -> str:
    """The slot that begins at `moment`; a naive datetime is wall time already."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = wall_time(moment, zone)
    return moment.isoformat()


def time_of_slot(slot: str, zone: tzinfo) -> Time:
    """The date, or the aware datetime in `zone`, that a slot names.

    Raises CalendarError for a text that is no slot.
    """
    try:
        if len(slot) == len("2026-01-01"):
            return date.fromisoformat(slot)
        return datetime.fromisoformat(slot).replace(tzinfo=zone)
    except ValueError as error:
        raise CalendarError(f"{slot!r} is not the slot of an occurrence.") from error
