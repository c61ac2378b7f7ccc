"""`tocsin events add|edit|cancel|list`: one event at a time, whole or at one date."""

import shutil
from pathlib import Path

import pytest
from tests.cli.command_line import SERVER, CommandLine


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of `weekly` is kept once it was made."""
    return tmp_path_factory.mktemp("weekly") / "tocsin.db"


@pytest.fixture
def weekly(tocsin: CommandLine, kept: Path) -> str:
    """A weekly event on Saturdays at eight in Berlin; its number."""
    if kept.exists():
        shutil.copy(kept, tocsin.folder)
        return "2"
    tocsin.file("plan.csv", "start,title,type", "2030-01-05T10:00:00Z,Opening,ruins")
    tocsin("events", "import", "plan.csv", "--server", SERVER, "--zone", "Europe/Berlin")
    added = tocsin(
        *("events", "add", "--server", SERVER, "--title", "Training"),
        *("--start", "2030-03-23 20:00", "--duration", "90m", "--rrule", "FREQ=WEEKLY", "--json"),
    )
    assert added.told["event_id"] == 2
    shutil.copy(tocsin.folder / "tocsin.db", kept)
    return "2"


def listed(tocsin: CommandLine, *window: str) -> list[tuple[str, str]]:
    found = tocsin("events", "list", "--server", SERVER, *window, "--json").told
    return [(one["title"], one["starts_at"]) for one in found]


MARCH = ("--from", "2030-03-20", "--to", "2030-04-10")


def test_a_recurring_event_keeps_its_hour_over_the_change_of_clocks(
    tocsin: CommandLine, weekly: str
) -> None:
    """Eight in the evening is 19:00 UTC before and 18:00 UTC after the last Sunday of March."""
    assert listed(tocsin, *MARCH) == [
        ("Training", "2030-03-23T19:00:00+00:00"),
        ("Training", "2030-03-30T19:00:00+00:00"),
        ("Training", "2030-04-06T18:00:00+00:00"),
    ]
    ran = tocsin("events", "list", "--server", SERVER, *MARCH)
    assert "Europe/Berlin" in ran.out
    assert "Sat 2030-04-06 20:00–21:30" in ran.out
    assert all(len(line) <= 79 for line in ran.out.splitlines())


def test_one_date_moves_and_another_is_cancelled(tocsin: CommandLine, weekly: str) -> None:
    """By the event's number and the day, in the server's zone."""
    moved = tocsin(
        *("events", "edit", weekly, "--server", SERVER, "--date", "2030-03-30"),
        *("--start", "2030-03-31 21:00", "--title", "Late training"),
    )
    assert moved.code == 0, moved.err
    cancelled = tocsin("events", "cancel", weekly, "--server", SERVER, "--date", "2030-04-06")
    assert cancelled.code == 0, cancelled.err
    assert listed(tocsin, *MARCH) == [
        ("Training", "2030-03-23T19:00:00+00:00"),
        ("Late training", "2030-03-31T19:00:00+00:00"),
    ]


def test_the_series_moves_by_the_date_that_is_named(tocsin: CommandLine, weekly: str) -> None:
    """Given the id of one date, all of them go where that one goes."""
    found = tocsin("events", "list", "--server", SERVER, *MARCH, "--json").told
    ran = tocsin(
        *("events", "edit", found[1]["public_id"], "--server", SERVER),
        *("--start", "2030-03-30 21:30", "--end", "2030-03-30 22:00"),
    )
    assert ran.code == 0, ran.err
    after = tocsin("events", "list", "--server", SERVER, *MARCH, "--json").told
    assert [(one["starts_at"], one["ends_at"]) for one in after] == [
        ("2030-03-23T20:30:00+00:00", "2030-03-23T21:00:00+00:00"),
        ("2030-03-30T20:30:00+00:00", "2030-03-30T21:00:00+00:00"),
        ("2030-04-06T19:30:00+00:00", "2030-04-06T20:00:00+00:00"),
    ]


def test_the_whole_event_is_cancelled_once(tocsin: CommandLine, weekly: str) -> None:
    """Nothing is left of it, and a second time says why not."""
    assert tocsin("events", "cancel", weekly, "--server", SERVER).code == 0
    assert listed(tocsin, *MARCH) == []
    again = tocsin("events", "cancel", weekly, "--server", SERVER)
    assert again.code == 1
    assert "cancelled already" in again.err


def test_days_are_days(tocsin: CommandLine, weekly: str) -> None:
    """An event of whole days is shown so; its end is the last day."""
    tocsin(
        *("events", "add", "--server", SERVER, "--title", "Camp", "--start", "2030-05-01"),
        *("--end", "2030-05-03", "--category", "Field trip"),
    )
    ran = tocsin("events", "list", "--server", SERVER, "--from", "2030-05-02", "--to", "2030-05-02")
    assert "Wed 2030-05-01 to Fri 2030-05-03, all day" in ran.out
    assert "field-trip" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("edit", "9999", "--title", "x"), 1, "There is no event 9999"),
        (("edit", "²", "--title", "x"), 1, "There is no event"),
        (("edit", "ruins:2031-01-01T00:00:00+00:00", "--title", "x"), 1, "There is no event"),
        (("edit", "{it}", "--date", "2030-03-24", "--title", "x"), 1, "no date that starts"),
        (("edit", "{it}", "--one", "--title", "x"), 2, "--one needs the id of a date"),
        (("edit", "{it}", "--start", "soon"), 2, "is no time"),
        (("edit", "{it}", "--start", ""), 2, "is no time"),
        (("edit", "{it}", "--zone", "", "--title", "x"), 2, "is no time zone"),
        (("edit", "{it}", "--category", ""), 2, "--category is empty"),
        (("cancel", "{it}", "--date", ""), 2, "is no time"),
        (("list", "--from", ""), 2, "is no time"),
        (("add", "--title", "x", "--start", "2030-01-01 10:00", "--duration", ""), 2, "length"),
        (("edit", "{it}", "--end", "2030-01-01 10:00"), 2, "before it starts"),
        (("edit", "{it}", "--duration", "ages"), 2, "no length of time"),
        (("edit", "{it}", "--duration", "99999999999999999d"), 2, "length"),
        (("edit", "{it}", "--rrule", "FREQ=SOMETIMES"), 2, "cannot be done"),
        (("edit", "{it}", "--date", "2030-03-30", "--rrule", "FREQ=DAILY"), 2, "whole event"),
        (("add", "--title", "x", "--start", "2030-01-01", "--duration", "90m"), 2, "whole days"),
        (("add", "--title", " ", "--start", "2030-01-01"), 2, "--title is empty"),
        (("add", "--title", "x", "--start", "2030-01-01", "--end", "2030-01-01 10:00"), 2, "only"),
        (("list", "--from", "2030-02-30"), 2, "is no time"),
        (("list", "--from", "2030-02-03", "--to", "2030-02-01"), 2, "after --from"),
        (("list", "--from", "0001-01-01", "--to", "9999-12"), 2, "the year 1:"),
        (("list", "--from", "9999-12-31"), 2, "the year 9999"),
        (("list", "--to", "9999-12"), 2, "the year 9999"),
        (("cancel", "{it}", "--date", "9999-12-31"), 2, "the year 9999"),
        (
            ("add", "--title", "x", "--start", "9999-12-31 23:30", "--zone", "America/New_York"),
            2,
            "the year 9999",
        ),
        (
            ("add", "--title", "x", "--start", "0001-01-01 00:00", "--zone", "Asia/Tokyo"),
            2,
            "the year 1:",
        ),
    ],
)
def test_what_cannot_be_is_said(
    tocsin: CommandLine, weekly: str, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """In one line, and nothing changes."""
    before = listed(tocsin, *MARCH)
    given = [weekly if argument == "{it}" else argument for argument in arguments]
    ran = tocsin("events", *given, "--server", SERVER)
    assert (ran.code, ran.out) == (code, "")
    assert says in " ".join(ran.err.split())
    assert listed(tocsin, *MARCH) == before


def test_an_unknown_server_is_said(tocsin: CommandLine) -> None:
    """With the way to make it known."""
    for command in (("list",), ("cancel", "1"), ("edit", "1", "--title", "x")):
        ran = tocsin("events", *command, "--server", "7")
        assert ran.code == 1
        assert "There is no server 7 here" in ran.err
