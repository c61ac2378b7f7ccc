"""Reading a calendar from bytes, of whichever kind it is."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from tocsin.sources.csv import read_csv
from tocsin.sources.ics import read_ics
from tocsin.sources.reading import MOST_BYTES, NotACalendar, Problem, Reading

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def read_calendar(data: bytes, name: str, *, zone: ZoneInfo, category: str | None) -> Reading:
    """The events of an iCalendar or CSV file of at most 10 MB.

    `name` is the file's name or address, for messages and where the content does not tell its
    kind. `zone` is that of times which name none. `category`, if given, is that of every event;
    else the file's own word for it decides, and `event` where it has none. What cannot be read is
    among the problems, and the rest goes in. Raises NotACalendar, and nothing else.
    """
    if len(data) > MOST_BYTES:
        raise NotACalendar(
            f"{name} is larger than {MOST_BYTES // 1024 // 1024} MB, so that it was not read. "
            "Export a shorter span of time."
        )
    text, doubt = _decode(data, name)
    if re.search(r"^\s*BEGIN:VCALENDAR\s*$", text, re.IGNORECASE | re.MULTILINE):
        reading = read_ics(text, name, zone=zone, category=category)
    else:
        _refuse_what_is_no_table(text, name)
        reading = read_csv(text, name, zone=zone, category=category)
    if doubt is None:
        return reading
    return replace(reading, problems=[Problem(None, "", doubt, taken=True), *reading.problems])


def _decode(data: bytes, name: str) -> tuple[str, str | None]:
    """The text, and what to say if its encoding had to be guessed."""
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text, doubt = data.decode(encoding), None
    except UnicodeDecodeError:
        text, doubt = _decode_western(data)
    if "\x00" in text:
        raise NotACalendar(
            f"{name} is not text, so that it cannot be a calendar. "
            "Give an .ics file, or a table saved as CSV."
        )
    return text, doubt


def _decode_western(data: bytes) -> tuple[str, str]:
    try:
        text, guess = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, guess = data.decode("latin-1"), "Latin-1"
    return text, (
        f"the file is not UTF-8 and was read as {guess}; check names with accents, "
        "or save it as UTF-8"
    )


def _refuse_what_is_no_table(text: str, name: str) -> None:
    beginning = text.lstrip()[:200].lower()
    if not beginning:
        raise NotACalendar(f"{name} is empty, so that nothing has changed.")
    if beginning.startswith(("<!doctype", "<html", "<?xml", "<")):
        raise NotACalendar(
            f"{name} is a web page and no calendar. Use the address of the calendar itself: it is "
            "often called iCal, ICS or subscribe."
        )
    if beginning.startswith(("{", "[")):
        raise NotACalendar(f"{name} is JSON and no calendar. Give an .ics file or a CSV table.")
    if re.search(r"\.(ics|ical|icalendar|ifb)$", name, re.IGNORECASE):
        raise NotACalendar(
            f"{name} is no iCalendar file: it has no line BEGIN:VCALENDAR. Export it again."
        )
