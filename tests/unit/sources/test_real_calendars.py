"""Calendars as their makers wrote them."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from tests.requirements import skip_unless

from tocsin.calendar.occurrence import expand
from tocsin.sources.calendar_file import read_calendar
from tocsin.sources.reading import Reading

DATA = (Path(__file__).parents[3] / "../shared/data").resolve()
BERLIN = ZoneInfo("Europe/Berlin")
BEGIN, END = datetime(2018, 6, 1, tzinfo=UTC), datetime(2019, 6, 1, tzinfo=UTC)


def _content(name: str) -> bytes:
    path = DATA / name
    skip_unless(path.exists(), f"no {name}: it lies in ../shared/data beside the project")
    return path.read_bytes()


def _read(name: str, zone: ZoneInfo = BERLIN) -> Reading:
    return read_calendar(_content(name), name, zone=zone, category=None)


def _as_date_or_utc(moment: date) -> str:
    return str(moment.astimezone(UTC) if isinstance(moment, datetime) else moment)


@pytest.mark.parametrize("name", ["fablab_cottbus.ics", "machbar_16_feb_2019.ics"])
def test_the_dates_are_those_that_the_library_gives(name: str) -> None:
    """A year of a real calendar: each start and end as recurring-ical-events has it."""
    calendar = icalendar.Calendar.from_ical(_content(name))
    expected = [
        (
            str(component["UID"]),
            _as_date_or_utc(component["DTSTART"].dt),
            _as_date_or_utc(component["DTEND"].dt),
            str(component.get("SUMMARY", "")).strip(),
        )
        for component in recurring_ical_events.of(calendar).between(BEGIN, END)
    ]
    found = []
    reading = _read(name)
    for event in reading.events:
        for occurrence in expand(event, BEGIN, END, zone=BERLIN):
            times = [occurrence.start, occurrence.end]
            if occurrence.all_day:
                assert occurrence.start.astimezone(BERLIN).hour == 9
                shown = [str(moment.astimezone(BERLIN).date()) for moment in times]
            else:
                shown = [_as_date_or_utc(moment) for moment in times]
            found.append((event.uid, *shown, occurrence.title))
    assert sorted(found) == sorted(expected)
    assert reading.problems == []
    assert reading.identified


def test_a_season_of_races_goes_in_whole() -> None:
    """557 rows, each an event with one date, and nothing to complain of."""
    reading = _read("motorsport-2026.csv")
    assert (len(reading.events), reading.problems, reading.naive_times) == (557, [], 0)
    assert len({event.uid for event in reading.events}) == 557
    begin, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    dates = [expand(event, begin, end, zone=BERLIN) for event in reading.events]
    assert [len(found) for found in dates] == [1] * 557
    assert sorted(reading.types) == ["f1", "f1-academy", "f2", "f3", "fe", "indycar", "motogp"]
    first = dates[0][0]
    assert (first.title, first.location) == ("Sao Paulo ePrix: practice2", "Sao Paulo")
    assert first.start == datetime(2025, 12, 6, 10, 10, tzinfo=UTC)
    assert first.end == datetime(2025, 12, 6, 10, 55, tzinfo=UTC)


def test_holidays_with_empty_rules_and_ends_on_their_own_day_are_days() -> None:
    """`RRULE:` without a rule, a date without VALUE=DATE, DTEND equal to DTSTART: one day each."""
    reading = _read("Germany_Holidays.ics", ZoneInfo("America/New_York"))
    assert (len(reading.events), reading.problems, reading.naive_times) == (34, [], 0)
    assert all(event.all_day and not event.recurring for event in reading.events)
    begin, end = datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
    (new_year,) = expand(reading.events[0], begin, end, zone=BERLIN)
    assert (new_year.title, new_year.slot) == ("New Year's Day", "2019-01-01")
    assert new_year.start == datetime(2019, 1, 1, 8, tzinfo=UTC)
    assert new_year.end == datetime(2019, 1, 1, 23, tzinfo=UTC)


def test_a_zone_cut_down_by_its_maker_is_the_one_of_its_name() -> None:
    """The file defines Europe/Berlin for 2018 to 2020 only; its events of 2016 are right too."""
    reading = _read("fablab_cottbus.ics", ZoneInfo("Asia/Tokyo"))
    cafe = next(e for e in reading.events if e.uid == "ai1ec-1441@blog.fablab-cottbus.de")
    assert (cafe.zone, cafe.time_zones) == ("Europe/Berlin", "")
    assert cafe.first_start == datetime(2016, 12, 3, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "motorsport-2026.csv",
        "Germany_Holidays.ics",
        "fablab_cottbus.ics",
        "machbar_16_feb_2019.ics",
    ],
)
def test_a_file_read_twice_says_the_same(name: str) -> None:
    """Equal identities and contents, also where the maker stamps each download anew."""
    content = _content(name)
    stamped = content.replace(b"DTSTAMP:2019", b"DTSTAMP:2031").replace(
        b"DTSTAMP:20200", b"DTSTAMP:20310"
    )
    first = read_calendar(content, name, zone=BERLIN, category=None)
    again = read_calendar(stamped, name, zone=BERLIN, category=None)
    assert [(e.uid, e.content_hash) for e in first.events] == [
        (e.uid, e.content_hash) for e in again.events
    ]
