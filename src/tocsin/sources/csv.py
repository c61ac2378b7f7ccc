"""Calendars as tables: `start,end,type,title,location,description,url` in any order.

The first line names the columns; only `start`, and one of `title` and `type`, must be there. A
column `zone` is text about the place and no time zone. Cells are separated by comma, semicolon or
tab. Times are ISO 8601 with `Z` or an offset, or `2026-03-29 20:00` in the zone that is given: one
that the clocks skip comes as much later, of two equal ones it is the first. A date alone is a
whole day, and as an end it is the last day.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from tocsin.calendar.category import category_key, new_category
from tocsin.calendar.errors import MALFORMED, UnreadableEvent
from tocsin.calendar.event import Event
from tocsin.calendar.iso import parse_iso
from tocsin.calendar.slot import Time
from tocsin.calendar.vevent import web_address
from tocsin.calendar.zones import utc
from tocsin.sources.csv_rows import split_rows
from tocsin.sources.reading import MOST_EVENTS, NotACalendar, Problem, Reading

COLUMNS = ("start", "end", "type", "title", "location", "description", "url", "zone")
_OTHER_NAMES = {
    "begin": "start", "start_time": "start", "end_time": "end", "category": "type",
    "name": "title", "summary": "title", "link": "url",
}  # fmt: skip


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]
    start: Time
    end: Time | None
    naive: bool
    category: str
    title: str

    @cached_property
    def short_identity(self) -> str:
        """What a row is known by over later versions of the file."""
        return json.dumps([self.category, self.title, _absolute(self.start)])

    @cached_property
    def whole_identity(self) -> str:
        """What tells rows apart that share the short one."""
        rest = [self.cells.get(name, "") for name in COLUMNS if name not in ("start", "end")]
        return json.dumps([self.short_identity, self.end and _absolute(self.end), rest])


def read_csv(text: str, name: str, *, zone: ZoneInfo, category: str | None) -> Reading:
    """The events of a table (see above and `read_calendar`). Raises NotACalendar."""
    problems: list[Problem] = []
    types: dict[str, str] = {}
    rows: list[_Row] = []
    for line, cells in _cells(text, name, problems):
        try:
            rows.append(_row(line, cells, zone, category, types))
        except MALFORMED as error:
            problems.append(Problem(line, cells.get("title", ""), str(error)))
        if len(rows) > MOST_EVENTS:
            raise NotACalendar(
                f"{name} has more than {MOST_EVENTS:,} rows, so that it was not read. "
                "Export a shorter span of time."
            )
    events: list[Event] = []
    for row, uid in _identified(rows, problems):
        try:
            events.append(_event(row, uid, zone))
        except MALFORMED as error:
            problems.append(Problem(row.line, row.title, str(error)))
            continue
        if row.cells.get("url") and not events[-1].url:
            reason = f"{row.cells['url'][:60]!r} is no address on the web, and was left out"
            problems.append(Problem(row.line, row.title, reason, taken=True))
    return Reading(
        kind="csv",
        events=events,
        problems=sorted(problems, key=lambda problem: problem.line or 0),
        naive_times=sum(row.naive for row in rows),
        zone=zone,
        types=types,
        identified=False,
        without_length=sum(row.end is None and bool(row.cells.get("end")) for row in rows),
    )


def _cells(text: str, name: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row that is not blank, by the names of their columns."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    columns: list[str] | None = None

    def is_row(cells: list[str]) -> bool:
        return columns is not None and _begins(_by_name(cells, columns))

    for line, row in split_rows(text, delimiter, is_row):
        if isinstance(row, str):
            problems.append(Problem(line, "", row))
            continue
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if columns is None:
            columns = _columns(cells, name)
        elif any(cells[len(columns) :]):
            reason = f"it has {len(cells)} cells and the first line names {len(columns)} columns"
            problems.append(Problem(line, "", f"{reason}; put cells with commas in quotes"))
        else:
            yield line, _by_name(cells, columns)


def _by_name(cells: list[str], columns: list[str]) -> dict[str, str]:
    # Of two columns of one name the first counts.
    return dict(zip(reversed(columns), reversed(_padded(cells, columns)), strict=True))


def _begins(cells: dict[str, str]) -> bool:
    """Whether these are the cells of an event."""
    try:
        _time("start", cells["start"].strip(), utc())
    except MALFORMED:
        return False
    return bool(cells.get("title") or cells.get("type"))


def _padded(cells: list[str], columns: list[str]) -> list[str]:
    return (cells + [""] * len(columns))[: len(columns)]


def _columns(cells: list[str], name: str) -> list[str]:
    names = [cell.casefold().strip().replace(" ", "_") for cell in cells]
    columns = [_OTHER_NAMES.get(column, column) for column in names]
    if "start" in columns and ("title" in columns or "type" in columns):
        return columns
    raise NotACalendar(
        f"{name} is no calendar that Tocsin knows: it is no iCalendar file, and as a table its "
        f"first line must name the columns {', '.join(COLUMNS[:7])} (at least start and title)."
    )


def _row(
    line: int,
    cells: dict[str, str],
    zone: ZoneInfo,
    category: str | None,
    types: dict[str, str],
) -> _Row:
    start, naive_start = _time("start", cells.get("start", ""), zone)
    end: Time | None = None
    naive_end = False
    if cells.get("end"):
        end, naive_end = _time("end", cells["end"], zone)
        end = _checked_end(start, end)
    kind = category or cells.get("type", "")
    key = category_key(kind)
    if kind.strip():
        types.setdefault(key, kind.strip())
    title = " ".join(cells.get("title", "").split()) or new_category(kind).label
    return _Row(line, cells, start, end, naive_start or naive_end, key, title)


def _time(column: str, text: str, zone: ZoneInfo) -> tuple[Time, bool]:
    """The time that a cell holds, and whether it was naive. Raises ValueError with the reason."""
    if not text:
        raise UnreadableEvent(f"its {column} is empty")
    try:
        moment = parse_iso(text)
    except ValueError as error:
        raise UnreadableEvent(f"its {column} {text[:40]!r} is no time: {error}") from error
    if not isinstance(moment, datetime):
        return moment, False
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone), True
    return moment.astimezone(utc()), False


def _checked_end(start: Time, end: Time) -> Time | None:
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise UnreadableEvent("of its start and its end, only one has a time of day")
    if end < start:
        raise UnreadableEvent(f"it ends ({end}) before it starts ({start})")
    if not isinstance(end, datetime):
        return end + timedelta(days=1)
    return None if end == start else end


def _identified(rows: list[_Row], problems: list[Problem]) -> Iterator[tuple[_Row, str]]:
    """Each row that is not the same as an earlier one, with its UID."""
    shared = Counter(row.short_identity for row in rows)
    lines: dict[str, int] = {}
    for row in rows:
        first = lines.setdefault(row.whole_identity, row.line)
        if first != row.line:
            reason = f"it says the same as line {first}, and is taken once"
            problems.append(Problem(row.line, row.title, reason, taken=True))
            shared[row.short_identity] -= 1
    for row in rows:
        if lines[row.whole_identity] == row.line:
            alone = shared[row.short_identity] == 1
            identity = row.short_identity if alone else row.whole_identity
            yield row, f"row-{hashlib.sha256(identity.encode()).hexdigest()[:24]}"


def _event(row: _Row, uid: str, zone: ZoneInfo) -> Event:
    return Event.single(
        uid=uid,
        title=row.title,
        start=row.start,
        end=row.end,
        zone=None if isinstance(row.start, datetime) else zone,
        category=row.category,
        location=row.cells.get("location", ""),
        description=row.cells.get("description", ""),
        url=web_address(row.cells.get("url", "")),
        place_zone=row.cells.get("zone") or None,
    )


def _absolute(moment: Time) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat()
    return moment.isoformat()
