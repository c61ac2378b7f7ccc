"""Whatever is given to the reader, it reads or says that it is no calendar."""

import contextlib
from datetime import timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.calendar.occurrence import expand
from tocsin.sources.calendar_file import read_calendar
from tocsin.sources.reading import NotACalendar

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ["x.ics", "x.csv", "", "https://example.org/calendar"]

values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "20260501", "20260501T100000Z", "20260501T100000", "99991231T235959Z", "00010101",
            "FREQ=DAILY", "FREQ=DAILY;UNTIL=20260101", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "FREQ=",
            "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2", "FREQ=HOURLY;BYSETPOS=-1", "P1D", "-PT1H", "PT0S",
            "20260501T100000Z/PT1H", "20260501,20260502T100000", "CANCELLED", "1", "-1", "a,b",
        ]
    ),
)  # fmt: skip
names = st.sampled_from(
    [
        "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SUMMARY",
        "UID", "SEQUENCE", "STATUS", "CATEGORIES", "URL", "DTSTART;VALUE=DATE",
        "DTSTART;TZID=Europe/Berlin", "DTEND;TZID=America/New_York", "DTSTART;TZID=Own",
        "RDATE;VALUE=PERIOD", "RECURRENCE-ID;RANGE=THISANDFUTURE", "EXDATE;VALUE=DATE", "X-A;B",
        "BEGIN", "END",
    ]
)  # fmt: skip
lines = st.builds("{}:{}".format, names, values)
components = st.lists(lines, max_size=8).map(
    lambda inner: ["BEGIN:VEVENT", "DTSTART:20260501T100000Z", *inner, "END:VEVENT"]
)
good_starts = st.lists(lines, max_size=8).map(lambda inner: ["BEGIN:VEVENT", *inner, "END:VEVENT"])
calendars = st.lists(st.one_of(components, good_starts), max_size=5).map(
    lambda blocks: "\r\n".join(["BEGIN:VCALENDAR", *chain(*blocks), "END:VCALENDAR"])
)
cells = st.one_of(
    values, st.sampled_from(["2026-05-01", "2026-05-01 10:00", "2026-05-01T10:00:00+02:00", '"'])
)
tables = st.lists(st.lists(cells, max_size=8), max_size=8).map(
    lambda rows: "start,end,type,title,url\n" + "\n".join(",".join(row) for row in rows)
)


def _read(data: bytes, name: str) -> None:
    with contextlib.suppress(NotACalendar):
        reading = read_calendar(data, name, zone=BERLIN, category=None)
        for event in reading.events:
            begin = event.first_start - timedelta(days=1)
            expand(event, begin, begin + timedelta(days=60), zone=BERLIN)
        again = read_calendar(data, name, zone=BERLIN, category=None)
        assert [(e.uid, e.content_hash) for e in reading.events] == [
            (e.uid, e.content_hash) for e in again.events
        ]
        assert len({event.uid for event in reading.events}) == len(reading.events)


@given(st.binary(max_size=400), st.sampled_from(NAMES))
def test_any_bytes(data: bytes, name: str) -> None:
    """Bytes that mean nothing."""
    _read(data, name)


@given(calendars)
@settings(max_examples=100)
def test_any_calendar(text: str) -> None:
    """Components of known properties with senseless values; what is read also expands."""
    _read(text.encode(), "x.ics")


@given(tables)
def test_any_table(text: str) -> None:
    """Rows of senseless cells."""
    _read(text.encode(), "x.csv")
