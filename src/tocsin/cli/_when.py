"""Times as people type them: a day, a month, a time on a clock, or an instant."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from tocsin.calendar.iso import parse_iso
from tocsin.calendar.zones import instant, known_zone
from tocsin.errors import UsageError

ZoneName = Annotated[
    str | None,
    typer.Option("--zone", help="The zone of times that name none, like Europe/Berlin."),
]

_PARTS = re.compile(r"(\d+)\s*(d|h|m)", re.ASCII | re.IGNORECASE)
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_LONGEST = timedelta(days=3660)


class TimeUnreadable(UsageError):
    """That is no time: write it like 2026-03-07 20:00, 2026-03-07, or 2026-03-07T20:00:00Z."""


class ZoneUnknown(UsageError):
    """That is no time zone: write it like Europe/Berlin or UTC."""


def parse_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises ZoneUnknown."""
    known = known_zone(name)
    if known is None:
        raise ZoneUnknown(f"“{name}” is no time zone: write it like Europe/Berlin or UTC.")
    return ZoneInfo(known)


def parse_time(text: str) -> date | datetime:
    """A date, a naive datetime, or an aware one, whichever the text says. Raises TimeUnreadable."""
    try:
        return parse_iso(text)
    except ValueError as error:
        raise TimeUnreadable(
            f"“{text}” is no time, {error}: write it like 2026-03-07 20:00, 2026-03-07, or "
            "2026-03-07T20:00:00Z."
        ) from None


def parse_from(text: str, zone: ZoneInfo) -> datetime:
    """The instant at which a month, a day or a time begins in `zone`. Raises TimeUnreadable."""
    return _instant(parse_time(f"{text.strip()}-01" if _is_month(text) else text), zone)


def parse_to(text: str, zone: ZoneInfo) -> datetime:
    """The instant at which a month or a day is over in `zone`, or the time itself."""
    if _is_month(text):
        first = parse_time(f"{text.strip()}-01")
        return _instant((first + timedelta(days=31)).replace(day=1), zone)
    moment = parse_time(text)
    whole_day = not isinstance(moment, datetime)
    return _instant(moment + timedelta(days=1) if whole_day else moment, zone)


def parse_length(text: str) -> timedelta:
    """A length of time: `90m`, `2h`, `1h30m`, `3d`. Raises UsageError."""
    parts = _PARTS.findall(text)
    # More digits than that are no length that an event has, and overflow.
    if not parts or _PARTS.sub("", text).strip() or len(text) > 12:
        raise UsageError(f"“{text}” is no length of time: write it like 90m, 2h, 1h30m or 3d.")
    length = sum((int(number) * _UNITS[unit.lower()] for number, unit in parts), timedelta())
    if not timedelta() < length <= _LONGEST:
        raise UsageError(f"“{text}” is no length of an event: it lasts a minute to ten years.")
    return length


def _is_month(text: str) -> bool:
    return _MONTH.fullmatch(text.strip()) is not None


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return instant(datetime.combine(moment, time()), zone)
    return instant(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)
