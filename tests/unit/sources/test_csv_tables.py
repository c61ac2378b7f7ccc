from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tocsin.sources.calendar_file import read_calendar
from tocsin.sources.reading import NotACalendar, Reading

BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str | bytes, category: str | None = None) -> Reading:
    data = text if isinstance(text, bytes) else text.encode()
    return read_calendar(data, "events.csv", zone=BERLIN, category=category)


def test_columns_may_stand_in_any_order_and_case() -> None:
    """The first line says what is what; unknown columns are left alone."""
    reading = read(
        "Title;TYPE;mood;Start;End;Zone;URL\n"
        "Race;F1;good;2026-03-29T10:00:00+02:00;2026-03-29T12:00Z;Sector 7;www.example.org/x\n"
    )
    (event,) = reading.events
    assert reading.problems == []
    assert (event.title, event.category, event.place_zone) == ("Race", "f1", "Sector 7")
    assert event.url == "https://www.example.org/x"
    assert event.first_start == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert event.master.length == timedelta(hours=4)
    assert reading.types == {"f1": "F1"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings_of_spreadsheets(separator: str, encoding: str) -> None:
    """Comma, semicolon and tab; UTF-8 with and without its mark, and UTF-16."""
    rows = [["start", "title"], ["2026-03-29 20:00", "Fête, “grande”"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    reading = read(text.encode(encoding))
    assert [event.title for event in reading.events] == ["Fête, “grande”"]
    assert reading.problems == []


def test_an_old_encoding_is_read_and_said() -> None:
    """Windows-1252 is a guess, so that the report says so; the events go in."""
    reading = read("start,title\n2026-03-29 20:00,Fête\n".encode("cp1252"))
    assert [event.title for event in reading.events] == ["Fête"]
    (problem,) = reading.problems
    assert problem.taken
    assert "Windows-1252" in problem.reason


def test_times_without_a_zone_are_those_of_the_zone_given() -> None:
    """They are counted; those with an offset keep their own."""
    reading = read(
        "start,title\n2026-03-29 02:30,Skipped hour\n2026-10-25T02:30,Twice\n2026-01-01T00:00Z,UTC\n"
    )
    assert reading.naive_times == 2
    assert [event.first_start for event in reading.events] == [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
    ]
    assert [event.zone for event in reading.events] == ["Europe/Berlin", "Europe/Berlin", "UTC"]


def test_times_may_have_any_form_of_iso_8601() -> None:
    """Basic, by week, without minutes, and midnight as the end of a day."""
    reading = read(
        "start,end,title\n20261201T100000Z,,A\n2026-12-01T11,,B\n2026-W49-2,,C\n"
        "2026-12-01 20:00,2026-12-01 24:00,D\n"
    )
    assert reading.problems == []
    assert [event.first_start.hour for event in reading.events] == [10, 10, 23, 19]
    assert reading.events[3].master.length == timedelta(hours=4)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_the_ends_of_time_are_no_times(zone: str) -> None:
    """Moved to another zone they would lie beyond it; the other rows go in."""
    reading = read_calendar(
        b"start,end,title\n0001-01-01 00:00,,First\n9999-12-31 23:59,,Last\n"
        b"2026-05-01 10:00,9999-12-31,Long\n2026-05-01 10:00,,A\n",
        "events.csv",
        zone=ZoneInfo(zone),
        category=None,
    )
    assert [event.title for event in reading.events] == ["A"]
    assert [problem.line for problem in reading.problems] == [2, 3, 4]
    assert "the year 1" in reading.problems[0].reason
    assert "the year 9999" in reading.problems[1].reason


def test_dates_are_whole_days_and_an_end_is_the_last_of_them() -> None:
    """From the 1st to the 3rd is three days."""
    reading = read("start,end,title\n2026-05-01,2026-05-03,Camp\n2026-06-01,,Day\n")
    camp, day = reading.events
    assert camp.all_day
    assert camp.master.length == timedelta(days=3)
    assert day.master.length is None


def test_each_row_that_cannot_be_read_is_named_and_the_rest_go_in() -> None:
    """Line and reason, over quoted line breaks and blank lines too."""
    reading = read(
        "start,end,title\n"
        "12/05/2026,,American\n"
        "\n"
        '2026-05-01 10:00,,"Two\nlines"\n'
        ",,No start\n"
        "2026-02-30,,No day\n"
        "2026-05-01 10:00,2026-05-01 09:00,Backwards\n"
        "2026-05-01 10:00,2026-05-02,Mixed\n"
        "2026-05-01 10:00,,Too,many,cells\n"
        "0001-01-01,,Ancient\n"
        "2026-05-01 25:00,,Late\n"
    )
    assert [event.title for event in reading.events] == ["Two lines"]
    assert [problem.line for problem in reading.problems] == [2, 6, 7, 8, 9, 10, 11, 12]
    assert not any(problem.taken for problem in reading.problems)
    reasons = " / ".join(problem.reason for problem in reading.problems)
    for part in ("12/05/2026", "is empty", "ends", "time of day", "cells", "the year 1", "25:00"):
        assert part in reasons


@pytest.mark.parametrize(
    ("row", "opened", "part"),
    [
        ('2026-05-02 10:00,F1,"B', 3, "never closed"),
        ('"2026-05-02 10:00,F1,B', 3, "never closed"),
        ('2026-05-02 10:00,F1,"B"x', 3, "after the quote"),
        ('2026-05-02 10:00,F1,"The "Big" B"', 3, "after the quote"),
        (f'2026-05-02 10:00,F1,"{"B" * 140_000}"', 3, "field"),
    ],
)
def test_a_quote_out_of_place_costs_its_own_row_alone(row: str, opened: int, part: str) -> None:
    """It is named with its line, and the rows below go in as if it were not there."""
    reading = read(
        f"start,type,title\n2026-05-01 10:00,F1,A\n{row}\n2026-05-03 10:00,F1,C\n"
        '2026-05-04 10:00,F1,"D, with\na second line"\n'
    )
    assert [event.title for event in reading.events] == ["A", "C", "D, with a second line"]
    (problem,) = reading.problems
    assert (problem.line, problem.taken) == (opened, False)
    assert part in problem.reason


def test_two_stray_quotes_do_not_take_the_rows_between_them_for_one_cell() -> None:
    """Together they make a cell that is closed, and whose lines are rows of the table."""
    reading = read(
        "start,type,title\n"
        '2026-05-01 10:00,F1,"A\n'
        "2026-05-02 10:00,F1,B\n"
        '2026-05-03 10:00,F1,C"\n'
        "2026-05-04 10:00,F1,D\n"
    )
    assert [event.title for event in reading.events] == ["B", 'C"', "D"]
    (problem,) = reading.problems
    assert (problem.line, problem.taken) == (2, False)
    assert "line 3" in problem.reason


def test_a_text_of_several_lines_stays_one_cell() -> None:
    """Also if one of them begins with a time, as long as it is no whole row."""
    reading = read(
        "start,title,description,url\n"
        '2026-05-01 10:00,Camp,"Who comes:\n2026-05-01 11:00, the first\nall",example.org\n'
    )
    (event,) = reading.events
    assert event.description == "Who comes:\n2026-05-01 11:00, the first\nall"
    assert not [problem for problem in reading.problems if not problem.taken]


def test_blanks_around_quotes_are_no_matter() -> None:
    """Before an opening and after a closing one."""
    reading = read('start,title,location\n2026-05-01 10:00 , "A, B" , "C" \n')
    assert [(event.title, event.location) for event in reading.events] == [("A, B", "C")]
    assert reading.problems == []


def test_equal_rows_are_one_event() -> None:
    """The second is reported with the line of the first."""
    row = "2026-05-01 10:00,Race,Here\n"
    reading = read(f"start,title,location\n{row}{row}")
    assert len(reading.events) == 1
    (problem,) = reading.problems
    assert (problem.line, problem.taken) == (3, True)
    assert "line 2" in problem.reason


def test_rows_are_known_by_what_they_are_and_not_by_where_they_stand() -> None:
    """Reordered, and with other descriptions, they keep their identities."""
    first = read("start,title,description\n2026-05-01 10:00,A,x\n2026-05-02 10:00,B,\n")
    again = read("title,start,description\nB,2026-05-02 10:00,\nA,2026-05-01 10:00,y\n")
    assert {e.title: e.uid for e in first.events} == {e.title: e.uid for e in again.events}
    assert not first.identified


def test_rows_that_share_title_and_start_stay_two() -> None:
    """What tells them apart is part of their identity."""
    reading = read("start,title,location\n2026-05-01 10:00,A,x\n2026-05-01 10:00,A,y\n")
    assert len({event.uid for event in reading.events}) == 2


def test_a_category_given_goes_before_the_types_in_the_file() -> None:
    """`--category` names that of every row."""
    reading = read("start,type,title\n2026-05-01 10:00,F1,A\n", category="Ruins")
    assert [event.category for event in reading.events] == ["ruins"]


def test_an_address_that_is_none_is_left_out_and_said() -> None:
    """The event goes in without it."""
    reading = read("start,title,url\n2026-05-01 10:00,A,ask me\n")
    assert reading.events[0].url == ""
    assert [(p.line, p.taken) for p in reading.problems] == [(2, True)]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"a,b,c\n1,2,3\n", "must name the columns"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'{"events": []}', "JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"x" * (10 * 1024 * 1024 + 1), "10 MB"),
        (b"start,title\n" + b"2026-05-01,A\n" * 20_002, "20,000"),
    ],
)
def test_what_is_no_calendar_is_refused_with_what_it_is(content: bytes, part: str) -> None:
    """Nothing is read of it, and the message says why."""
    with pytest.raises(NotACalendar, match=part):
        read(content)
    assert NotACalendar.exit_code == 2
