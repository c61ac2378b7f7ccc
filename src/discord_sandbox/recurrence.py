"""On which dates a recurring event takes place, by the rules that Discord supports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from discord_sandbox.clock import parse_iso
from discord_sandbox.model import Json

YEARLY, MONTHLY, WEEKLY, DAILY = 0, 1, 2, 3
_FURTHEST_DAYS = 5 * 366


def takes_place(rule: Json, at_ms: int) -> bool:
    """Whether the rule, without its exceptions, has a date that begins at the instant."""
    start_ms = parse_iso(rule["start"])
    if at_ms < start_ms or (at_ms - start_ms) % 86_400_000:
        return False
    return _falls_on(rule, _utc(start_ms), _utc(at_ms))


def dates_from(rule: Json, from_ms: int, most: int) -> list[int]:
    """The first dates of the rule that begin at `from_ms` or later, in milliseconds."""
    start_ms = parse_iso(rule["start"])
    start = _utc(start_ms)
    passed = max(from_ms - start_ms + 86_399_999, 0) // 86_400_000
    found: list[int] = []
    for days in range(passed, passed + _FURTHEST_DAYS):
        if _falls_on(rule, start, start + timedelta(days=days)):
            found.append(start_ms + days * 86_400_000)
            if len(found) == most:
                break
    return found


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _falls_on(rule: Json, start: datetime, day: datetime) -> bool:
    """Whether a day, at the hour of the start, is among the rule's."""
    if rule["frequency"] == DAILY:
        return not rule["by_weekday"] or day.weekday() in rule["by_weekday"]
    if rule["frequency"] == WEEKLY:
        weeks = ((day - start).days + start.weekday()) // 7
        return day.weekday() in rule["by_weekday"] and weeks % rule["interval"] == 0
    if rule["frequency"] == MONTHLY:
        (nth,) = rule["by_n_weekday"]
        return bool(day.weekday() == nth["day"] and (day.day - 1) // 7 + 1 == nth["n"])
    return day.month in rule["by_month"] and day.day in rule["by_month_day"]
