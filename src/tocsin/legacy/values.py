"""The values within the files: ids, instants and markers, in every shape that they had."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tocsin.reminders.lead import LONGEST

LARGEST_ID = 2**63 - 1
_YEARS = range(1971, 8999)
_EVENT_ID = re.compile(
    r"\s*(?P<type>[^:]+?)\s*:(?:(?P<name>.*):)?(?P<start>\d{4}-\d\d-\d\d[T ]\d\d:?\d\d.*)",
    re.DOTALL,
)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EventId:
    """`<type>:<start>` or `<type>:<name>:<start>`; `type` is a word as the file spells it, `name` may be empty.

    Two spellings of one id are equal; `text` is the one that was read.
    """

    type: str
    name: str
    start: datetime
    text: str = field(default="", compare=False)


def read_event_id(text: str) -> EventId | None:
    """The parts of an event's id, or None where they cannot be read."""
    found = _EVENT_ID.fullmatch(text)
    start = read_instant(found["start"]) if found else None
    if found is None or start is None:
        return None
    return EventId(clean(found["type"]), clean(found["name"] or "")[:80], start, text)


def read_instant(value: Any) -> datetime | None:
    """An ISO 8601 text as an aware instant in whole seconds; one without an offset is in UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        aware = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return aware.replace(microsecond=0) if aware.year in _YEARS else None


def read_id(value: Any) -> int | None:
    """An id of Discord's from a number or a text, also `<@123>` or ` 123 `; None if there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _DIGITS.findall(str(value)) if not isinstance(value, int) else [str(value)]
    if len(found) != 1 or not found[0].isdigit():
        return None
    number = int(found[0])
    return number if 0 < number <= LARGEST_ID else None


def read_marker(value: Any) -> int | None:
    """Seconds before the start, from a number or a text; None if it cannot be a lead."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,9}(\.0*)?\s*", value, re.ASCII):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= LONGEST and value == int(value) else None


def clean(value: Any) -> str:
    """A text on one line that every part of Tocsin can hold; what is no text becomes one."""
    text = str(value).encode("utf-8", "replace").decode()
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def spell(instant: datetime) -> str:
    """An instant as the trackers spell it: `2025-10-20T15:00:00+00:00`."""
    return instant.astimezone(UTC).isoformat()


def spell_short(instant: datetime) -> str:
    """An instant as the failed log spells its own: `2025-10-20T15:00:05Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
