"""What can be wrong with an event, and what the libraries raise where one cannot be read."""

from __future__ import annotations

from tocsin.errors import TocsinError


class CalendarError(TocsinError, ValueError):
    """Something about an event does not make sense; the message says what."""


class UnreadableEvent(CalendarError):
    """A component of a calendar cannot be taken in as it stands; the message says why."""


class TooManyOccurrences(CalendarError):
    """A window holds more occurrences of one event than anyone can be told of."""


# icalendar, dateutil and recurring-ical-events answer malformed input with any of these; in a
# calendar from elsewhere each means that one component cannot be read, and never that we failed.
MALFORMED: tuple[type[Exception], ...] = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    OSError,  # zoneinfo, for a zone named like a directory
    AssertionError,  # recurring-ical-events checks itself so
)
