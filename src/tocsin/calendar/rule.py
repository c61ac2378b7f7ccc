"""Whether a recurrence rule can be followed: it comes due, seldom enough, and in bounded time.

dateutil walks a rule step by step from its start, and one that never comes due it walks to the
year 9999. A calendar from elsewhere must not be able to hold a bot up that way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from tocsin.calendar.errors import MALFORMED, TooManyOccurrences, UnreadableEvent
from tocsin.calendar.slot import Time

MOST_PER_DAY = 48
MOST_COUNTED = 100_000
MOST_STEPS = 500_000
_LOOKED_AT = MOST_PER_DAY * 3
_LONGEST_TEXT = 1000
_LONGEST_INTERVAL = 10_000
_STEPS = {"MINUTELY": timedelta(minutes=1), "HOURLY": timedelta(hours=1)}
# What dateutil can skip over quickly within a rule of hours or minutes.
_FINE_PARTS = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST",
    "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND",
}  # fmt: skip


def check_rule(text: str, start: Time) -> None:
    """Raise UnreadableEvent, with the reason, if the rule `text` cannot be followed from `start`.

    Refused: what cannot be read, more than 48 occurrences in a day, a rule that never comes due,
    and kinds whose walk has no bound. Takes at most about a second.
    """
    try:
        parts = vRecur.from_ical(text)
        _check_parts(text, parts)
        _check_walk(parts, start)
    except UnreadableEvent:
        raise
    except MALFORMED as error:
        raise UnreadableEvent(f"its rule cannot be read ({text[:80]!r}: {error})") from error


def check_walk(text: str, start: Time, end: datetime) -> None:
    """Raise TooManyOccurrences if following `text` from `start` to the naive `end` takes long."""
    parts = vRecur.from_ical(text)
    step = _STEPS.get(_frequency(parts))
    if step is None:
        return
    steps = (end - _naive(start)) / (step * _number(parts, "INTERVAL", 1))
    if min(steps, _number(parts, "COUNT", MOST_STEPS + 1)) > MOST_STEPS:
        raise TooManyOccurrences(
            "The event repeats too finely to be followed from its start to that time; "
            "give it a later first date."
        )


def with_until(text: str, changed: Callable[[Time], Time]) -> str:
    """The rule `text` with its UNTIL, if it has one, as `changed` makes it."""
    if "UNTIL" not in text:
        return text
    parts = vRecur.from_ical(text)
    parts["UNTIL"] = [changed(parts["UNTIL"][0])]
    return rule_text(parts)


def _check_parts(text: str, parts: vRecur) -> None:
    frequency = _frequency(parts)
    if not frequency or len(text) > _LONGEST_TEXT:
        raise UnreadableEvent(f"its rule cannot be read ({text[:80]!r})")
    if frequency == "SECONDLY":
        raise UnreadableEvent("it repeats every few seconds")
    if not 1 <= _number(parts, "INTERVAL", 1) <= _LONGEST_INTERVAL:
        raise UnreadableEvent(f"its rule's interval is not between 1 and {_LONGEST_INTERVAL:,}")
    if not 1 <= _number(parts, "COUNT", 1) <= MOST_COUNTED:
        raise UnreadableEvent(f"its rule's count is not between 1 and {MOST_COUNTED:,}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise UnreadableEvent("its rule has both a count and a last date")
    if frequency in _STEPS and set(parts) - _FINE_PARTS:
        raise UnreadableEvent("its rule of hours or minutes is too intricate")


def _check_walk(parts: vRecur, start: Time) -> None:
    endless = vRecur({key: parts[key] for key in parts if key not in ("COUNT", "UNTIL")})
    rule = rrulestr(rule_text(endless), dtstart=_late(start))
    wanted = min(_number(parts, "COUNT", _LOOKED_AT), _LOOKED_AT)
    recent: deque[datetime] = deque(maxlen=MOST_PER_DAY + 1)
    for occurrence in islice(rule, wanted):
        recent.append(occurrence)
        if len(recent) > MOST_PER_DAY and recent[-1] - recent[0] < timedelta(days=1):
            raise UnreadableEvent(f"it repeats more than {MOST_PER_DAY} times a day")
    if not recent:
        raise UnreadableEvent("its rule does not come due within forty years")


def _late(start: Time) -> datetime:
    """`start` in a year near the end of the calendar that runs on as its own year does.

    Years repeat every 28 in their leap days and weekdays. dateutil gives up after the year 9999,
    so that from there a rule that does not come due is found out after some forty years.
    """
    moment = _naive(start)
    shape = (moment.year % 4, date(moment.year, 1, 1).weekday())
    years = (y for y in range(9932, 9960) if (y % 4, date(y, 1, 1).weekday()) == shape)
    # 1900 and its like have no such year: any that has a day for each of theirs will do.
    return moment.replace(year=next(years, 9936))


def rule_text(parts: vRecur) -> str:
    """`parts` as the value of an RRULE, always in the same order."""
    written: bytes = parts.to_ical()  # type: ignore[no-untyped-call]
    return written.decode()


def _naive(moment: Time) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())


def _frequency(parts: vRecur) -> str:
    values = parts.get("FREQ", [])
    return str(values[0]).upper() if len(values) == 1 else ""


def _number(parts: vRecur, key: str, default: int) -> int:
    return int(parts.get(key, [default])[0])
