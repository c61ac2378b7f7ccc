from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.calendar.iso import parse_iso

TEN = datetime(2026, 12, 1, 10, tzinfo=UTC).replace(tzinfo=None)
FIRST, LAST = TEN.replace(year=1600), TEN.replace(year=8999)
TWO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01", TEN.date()),
        ("20261201", TEN.date()),
        ("2026-W49-2", TEN.date()),
        ("2026w492", TEN.date()),
        ("2026-12-01 10:00", TEN),
        ("2026-12-01T10", TEN),
        ("20261201T100000Z", TEN.replace(tzinfo=UTC)),
        ("2026-W49-2T10:00z", TEN.replace(tzinfo=UTC)),
        ("2026-12-01 10:00:00,5+02", TEN.replace(microsecond=500_000, tzinfo=TWO)),
        ("2026-12-01 10:00 +0200", TEN.replace(tzinfo=TWO)),
        ("2026-12-01  8:05", TEN.replace(hour=8, minute=5)),
        ("2026-11-30 24:00", TEN.replace(hour=0)),
        ("20261130T240000Z", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-31T24", TEN.replace(2027, 1, 1, 0)),
    ],
)
def test_every_form_of_a_time_is_read(text: str, moment: date | datetime) -> None:
    """Extended and basic, by week, with what people leave out, and midnight at either end of a day."""
    assert parse_iso(text) == moment
    assert parse_iso(f" {text} ") == moment


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not like"),
        ("next week", "not like"),
        ("12/05/2026", "not like"),
        ("2026-02-30", "day"),
        ("2026-12-01 25:00", "hour|isoformat"),
        ("2026-12-01 24:01", "hour|isoformat"),
        ("2026-12-01 10:00 MEZ", "isoformat"),
        ("0001-01-01 00:00", "the year 1"),
        ("9999-12-31T23:59", "the year 9999"),
    ],
)
def test_what_is_no_time_says_why(text: str, part: str) -> None:
    """Also where it is one that no calendar could hold."""
    with pytest.raises(ValueError, match=part):
        parse_iso(text)


@given(st.datetimes(FIRST, LAST), st.sampled_from("T "))
def test_what_python_writes_is_read(moment: datetime, between: str) -> None:
    """The program's own times come back as they were."""
    assert parse_iso(moment.isoformat(between)) == moment
    assert parse_iso(moment.replace(tzinfo=TWO).isoformat()) == moment.replace(tzinfo=TWO)
    assert parse_iso(moment.date().isoformat()) == moment.date()
