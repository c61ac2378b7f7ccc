"""What came of reading a calendar: its events, and everything in it that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from tocsin.calendar.event import Event
from tocsin.errors import UsageError

MOST_BYTES = 10 * 1024 * 1024
MOST_EVENTS = 20_000
LONGEST_SECONDS = 60.0


class NotACalendar(UsageError):
    """What was read is no calendar, so that nothing has changed."""


@dataclass(frozen=True)
class Problem:
    """One thing in a file that is not as it should be.

    `line` counts from 1, and is None for the file as a whole; `where` names the event; `taken`
    says that the event went in all the same.
    """

    line: int | None
    where: str
    reason: str
    taken: bool = False

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}: "
        name = f"{self.where}: " if self.where else ""
        return f"{place}{name}{self.reason}"


@dataclass(frozen=True)
class Reading:
    """The events of one file.

    `naive_times` is the number of events whose times named no zone; they were read in `zone`.
    `types` gives each category key the words that the file used for it. `identified` says whether
    every event has a UID of its own: without it, what changed is found by `match_without_uids`.
    `without_length` counts the events that end as they start: they last as long as their type says,
    for a reminder at the start of one that lasts no time would come too late.
    """

    kind: Literal["ics", "csv"]
    events: list[Event]
    problems: list[Problem]
    naive_times: int
    zone: ZoneInfo
    types: dict[str, str] = field(default_factory=dict)
    identified: bool = True
    without_length: int = 0
