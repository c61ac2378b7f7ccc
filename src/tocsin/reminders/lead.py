"""A lead: how long before the start a reminder is due, in whole seconds; written `24h`, `90m`, `now`."""

import re
from collections.abc import Iterable

from tocsin.errors import TocsinError

DAY, HOUR, MINUTE = 86_400, 3_600, 60
LONGEST = 30 * DAY
STEP = 5 * MINUTE
DEFAULT_LEADS = (24 * HOUR, 12 * HOUR, 4 * HOUR, HOUR, 0)
OFFERED_LEADS = (24 * HOUR, 12 * HOUR, 4 * HOUR, HOUR, 15 * MINUTE, 0)

# Nine digits are more than any lead; int() refuses thousands of them.
_PART = re.compile(r"(\d{1,9})\s*(d|hrs|hr|h|min|m|sec|s)", re.ASCII)
_UNITS = {
    "d": DAY,
    "h": HOUR,
    "hr": HOUR,
    "hrs": HOUR,
    "m": MINUTE,
    "min": MINUTE,
    "s": 1,
    "sec": 1,
}
_SHOWN = 60
"""So much of what cannot be read is said again: an option of Discord's has up to 6,000 characters."""
_NOW = {"now", "0", "0m", "0h", "0s", "t0", "t-0", "start"}


class LeadUnreadable(TocsinError):
    """A lead time that cannot be read: write it like 24h, 90m, 1d12h or now, at most 30d."""


def parse_lead(text: str) -> int:
    """Seconds before the start for `24h`, `90m`, `1d12h`, `now`, snapped to five minutes.

    Raises LeadUnreadable for anything else, and for more than 30 days.
    """
    return snap(exact_lead(text))


def exact_lead(text: str) -> int:
    """Seconds before the start as they are written, not snapped. Raises LeadUnreadable."""
    word = text.strip().lower()
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    if word in _NOW:
        return 0
    parts = _PART.findall(word)
    if not parts or _PART.sub("", word).strip():
        raise LeadUnreadable(f"“{shown}” is no lead time: write it like 24h, 90m, 1d12h or now.")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if seconds > LONGEST:
        raise LeadUnreadable(f"“{shown}” is too long before the start: 30 days are the most.")
    return seconds


def snap(seconds: int) -> int:
    """The nearest multiple of five minutes, and never zero for a lead that is not `now`."""
    return 0 if seconds <= 0 else max(STEP, round(seconds / STEP) * STEP)


def format_lead(seconds: int) -> str:
    """`24h`, `90m`, `15m`, `now`: the shortest spelling that parse_lead reads back to the same number."""
    if seconds == 0:
        return "now"
    if seconds % HOUR == 0:
        hours = seconds // HOUR
        return f"{hours // 24}d" if hours % 24 == 0 and hours > 24 else f"{hours}h"
    return f"{seconds // MINUTE}m" if seconds % MINUTE == 0 else f"{seconds}s"


def phrase_lead(seconds: int) -> str:
    """The lead as one says it: `24 hours before`, `at the start`."""
    if seconds == 0:
        return "at the start"
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        # 24 hours are said in hours: people who chose "24h" think of it so.
        if seconds % unit == 0 and (unit != DAY or seconds > DAY):
            count = seconds // unit
            return f"{count} {name}{'' if count == 1 else 's'} before"
    raise AssertionError(seconds)


def sorted_leads(leads: Iterable[int]) -> tuple[int, ...]:
    """Longest first, each once: the order in which reminders arrive."""
    return tuple(sorted(set(leads), reverse=True))
