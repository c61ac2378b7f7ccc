"""Dates and times as ISO 8601 writes them, and as people do who leave a little of it out."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from tocsin.calendar.slot import Time
from tocsin.calendar.vevent import YEARS

_PARTS = re.compile(
    r"(\d{4}-?\d{2}-?\d{2}|\d{4}-?W\d{2}(?:-?\d)?)(?:[T ]\s*(\S.*))?", re.ASCII | re.IGNORECASE
)
_MIDNIGHT = re.compile(r"24(?=(?::?00){0,2}(?:[.,]0+)?(?:Z|[+-]|$))")


def parse_iso(text: str) -> Time:
    """The date, or the naive or aware datetime, that `text` is in any form of ISO 8601.

    Takes the basic form and weeks, 24:00 as the next midnight, and also a blank instead of the T
    or before the offset and an hour of one digit. Raises ValueError with the reason, also for a
    year in which no event can lie.
    """
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        raise ValueError("it is not like 2026-03-29, 2026-03-29 20:00 or 2026-03-29T20:00:00Z")
    day, clock = date.fromisoformat(found[1].upper()), found[2]
    if day.year not in YEARS:
        raise ValueError(f"it lies in the year {day.year}")
    if clock is None:
        return day
    clock = re.sub(r"\s+(?=Z|[+-])", "", clock.strip(), flags=re.IGNORECASE).upper()
    clock = re.sub(r"^(?=\d:)", "0", clock)
    clock, ended = _MIDNIGHT.subn("00", clock, count=1) if clock.startswith("24") else (clock, 0)
    return datetime.fromisoformat(f"{day + timedelta(days=ended)}T{clock}")
