"""`tocsin events import`: what a file says comes in, and whatever else is said in a line."""

import sqlite3
from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events
from tests.cli.command_line import SERVER, CommandLine
from tests.requirements import skip_unless

DATA = Path(__file__).parents[2] / "../shared/data"
HEAD = "start,end,type,title,location"
FIRST = "2030-03-07T15:00:00Z,2030-03-07T16:00:00Z,ruins,First ruins,North"
SECOND = "2030-03-08 20:00,,altars,Altar fight,South"


def rows_changed(folder: Path) -> dict[str, int]:
    """How many rows each table has."""
    connection = sqlite3.connect(folder / "tocsin.db")
    try:
        tables = ("servers", "categories", "events", "occurrences", "firings", "audit")
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in tables
        }
    finally:
        connection.close()


def test_a_table_comes_in_and_a_new_server_is_made(bare: CommandLine) -> None:
    """In a process of its own, with the zone for times without one said."""
    file = bare.file("plan.csv", HEAD, FIRST, SECOND)
    ran = bare.process(
        "events", "import", file, "--server", SERVER, "--zone", "Europe/Berlin", "--preset", "kvk"
    )
    assert (ran.code, ran.err) == (0, "")
    assert "2 events read: 2 new" in ran.out
    assert "1 event without a time zone, read in Europe/Berlin" in ran.out
    found = bare("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert [(one["title"], one["starts_at"], one["category"]) for one in found] == [
        ("First ruins", "2030-03-07T15:00:00+00:00", "ruins"),
        ("Altar fight", "2030-03-08T19:00:00+00:00", "altars"),
    ]
    assert all(len(line) <= 79 for line in ran.out.splitlines())


def test_the_same_file_again_changes_nothing(tocsin: CommandLine) -> None:
    """No row, no line in the audit, and it says so."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND)
    tocsin("events", "import", file, "--server", SERVER)
    before = rows_changed(tocsin.folder)
    ran = tocsin("events", "import", file, "--server", SERVER)
    assert (ran.code, "Nothing has changed." in ran.out) == (0, True)
    assert rows_changed(tocsin.folder) == before


def test_an_edited_file_changes_what_was_edited(tocsin: CommandLine) -> None:
    """A moved row is the same event; one that is gone is cancelled, one that is new is added."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND, SECOND.replace("-08", "-20"))
    tocsin("events", "import", file, "--server", SERVER)
    before = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    moved = FIRST.replace("T15", "T14")
    tocsin.file("plan.csv", HEAD, moved, SECOND, "2030-03-21,,major,Long day,West")
    told = tocsin("events", "import", file, "--server", SERVER, "--json").told
    assert (told["added"], told["changed"], told["unchanged"]) == (1, ["First ruins"], 1)
    assert told["removed"] == ["Altar fight"]
    after = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert [one["title"] for one in after] == ["First ruins", "Altar fight", "Long day"]
    assert after[0]["event_id"] == before[0]["event_id"]
    assert after[0]["starts_at"] == "2030-03-07T14:00:00+00:00"
    again = tocsin("events", "import", file, "--server", SERVER, "--json").told
    assert (again["added"], again["changed"], again["unchanged"]) == (0, [], 3)


def test_a_bad_row_is_named_and_takes_nothing_away(tocsin: CommandLine) -> None:
    """Exit code 1: the others went in, and nothing is cancelled because of what cannot be read."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND)
    tocsin("events", "import", file, "--server", SERVER)
    tocsin.file("plan.csv", HEAD, FIRST, SECOND.replace("2030-03-08 20:00", "next week"))
    ran = tocsin("events", "import", file, "--server", SERVER)
    assert ran.code == 1
    assert "line 3: Altar fight: its start 'next week' is no time" in ran.out
    assert "1 event no longer mentioned, and left as it is:" in ran.out
    found = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert len(found) == 2


def test_a_stray_quote_takes_nothing_off_the_calendar(tocsin: CommandLine) -> None:
    """It would swallow the rest of the file, and all that stood there be cancelled."""
    rows = [f"2030-03-0{n} 20:00,,ruins,Ruins {n},North" for n in range(1, 7)]
    file = tocsin.file("plan.csv", HEAD, *rows)
    tocsin("events", "import", file, "--server", SERVER)
    rows[1] = rows[1].replace("Ruins", '"Ruins')
    tocsin.file("plan.csv", HEAD, *rows)
    ran = tocsin("events", "import", file, "--server", SERVER)
    assert ran.code == 1
    assert "line 3: a quote that is opened here is never closed" in " ".join(ran.out.split())
    assert "cancelled" not in ran.out
    found = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert len(found) == 6


def test_a_calendar_that_breaks_off_takes_nothing_off(tocsin: CommandLine) -> None:
    """Cut off between two events it looks whole, and the rest would be cancelled."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for uid in ("a", "b", "c"):
        start = "DTSTART:20300307T150000Z"
        lines += ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{uid}", start, "END:VEVENT"]
    file = tocsin.file("plan.ics", *lines, "END:VCALENDAR")
    tocsin("events", "import", file, "--server", SERVER)
    tocsin.file("plan.ics", *lines[:-5])
    ran = tocsin("events", "import", file, "--server", SERVER)
    assert (ran.code, "the file breaks off" in ran.out) == (1, True)
    found = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert len(found) == 3


def test_another_file_of_the_same_name_replaces_nothing(tocsin: CommandLine) -> None:
    """It is refused with a way out: a name of its own, or the word that it does replace the other."""
    for folder, row in (("d1", FIRST), ("d2", SECOND)):
        (tocsin.folder / folder).mkdir()
        tocsin.file(f"{folder}/plan.csv", HEAD, row)
    tocsin("events", "import", "d1/plan.csv", "--server", SERVER)
    before = rows_changed(tocsin.folder)
    for more in ([], ["--dry-run"]):
        ran = tocsin("events", "import", "d2/plan.csv", "--server", SERVER, *more)
        assert (ran.code, ran.out) == (2, "")
        assert "1 event ahead" in ran.err
        assert "--source NAME" in ran.err
        assert "--replace" in ran.err
        assert rows_changed(tocsin.folder) == before
    tocsin.file("d3.csv", HEAD, SECOND, FIRST.replace("2030", "soon"))
    ran = tocsin("events", "import", "d3.csv", "--server", SERVER, "--source", "plan.csv")
    assert (ran.code, "1 not read, first line 3" in ran.err) == (2, True)
    other = tocsin("events", "import", "d2/plan.csv", "--server", SERVER, "--source", "south")
    assert (other.code, "1 new" in other.out) == (0, True)
    again = tocsin("events", "import", "d1/plan.csv", "--server", SERVER, "--json").told
    assert (again["unchanged"], again["removed"]) == (1, [])
    told = tocsin("events", "import", "d2/plan.csv", "--server", SERVER, "--replace", "--json").told
    assert (told["added"], told["removed"]) == (1, ["First ruins"])


def test_a_table_whose_titles_all_changed_is_the_same(tocsin: CommandLine) -> None:
    """As long as its times are there: they are the same events under other names."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND)
    tocsin("events", "import", file, "--server", SERVER)
    tocsin.file("plan.csv", HEAD, FIRST.replace("First r", "R"), SECOND.replace(" fight", ""))
    told = tocsin("events", "import", file, "--server", SERVER, "--json").told
    assert (told["added"], told["changed"]) == (0, ["Ruins", "Altar"])


def test_a_file_that_was_all_over_may_become_another(tocsin: CommandLine) -> None:
    """Last year's plan under the same name takes nothing away, so that nobody is asked."""
    file = tocsin.file("plan.csv", HEAD, FIRST.replace("2030", "2020"))
    tocsin("events", "import", file, "--server", SERVER)
    tocsin.file("plan.csv", HEAD, SECOND)
    assert tocsin("events", "import", file, "--server", SERVER, "--json").told["added"] == 1


def test_what_was_changed_by_hand_is_kept_or_named(tocsin: CommandLine) -> None:
    """The file brings what it changed, and says where that took the place of an edit."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND)
    server = ("--server", SERVER)
    tocsin("events", "import", file, *server)
    tocsin("events", "cancel", "1", *server)
    tocsin("events", "edit", "2", *server, "--title", "Altar", "--start", "2030-03-08 21:00")
    tocsin.file(
        "plan.csv", HEAD, FIRST.replace("North", "West"), SECOND.replace("20:00,", "22:00,")
    )
    ran = tocsin("events", "import", file, *server)
    assert "2 events keep what was changed here by hand:\n    First ruins\n    Altar" in ran.out
    assert (
        "1 edit here undone, because the file changed the same:\n    Altar fight: when" in ran.out
    )
    found = tocsin("events", "list", *server, "--from", "2030-03", "--json").told
    assert [(one["title"], one["starts_at"]) for one in found] == [
        ("Altar", "2030-03-08T22:00:00+00:00")
    ]


def test_an_event_that_lasts_no_time_gets_the_length_of_its_type(tocsin: CommandLine) -> None:
    """Many makers write that for an end they do not know, and so it is said."""
    moment = "2030-03-07T15:00:00Z"
    file = tocsin.file("plan.csv", HEAD, f"{moment},{moment},ruins,Ruins,", FIRST)
    ran = tocsin("events", "import", file, "--server", SERVER)
    assert "1 event ends as it starts, and gets the length of its type" in ran.out
    lines = ["BEGIN:VCALENDAR"]
    for uid, end in (("a", "DURATION:PT0S"), ("b", "DTEND:20300307T150000Z"), ("c", "X-A:1")):
        lines += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTART:20300307T150000Z", end, "END:VEVENT"]
    file = tocsin.file("plan.ics", *lines, "END:VCALENDAR")
    ran = tocsin("events", "import", file, "--server", SERVER)
    assert "2 events end as they start, and get the length of their type" in ran.out
    found = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert {one["ends_at"] for one in found} == {"2030-03-07T16:00:00+00:00"}


def test_many_new_types_are_wrapped_and_counted(tocsin: CommandLine) -> None:
    """Twenty are named, on lines that fit a terminal."""
    rows = [f"2030-03-07 20:00,,Type number {n},Event {n}," for n in range(100)]
    ran = tocsin("events", "import", tocsin.file("plan.csv", HEAD, *rows), "--server", SERVER)
    assert "Type number 19, and 80 more" in " ".join(ran.out.split())
    assert "Type number 20" not in ran.out
    assert all(len(line) <= 79 for line in ran.out.splitlines())


def test_signs_that_steer_a_terminal_are_written_out(tocsin: CommandLine) -> None:
    """In what an import says, in lists, and in JSON, where they mean what they are."""
    title = "\u202egnp.exe \x9b31m \u200bx"
    rows = [FIRST.replace("First ruins", title).replace("North", '"North\nGate"')]
    file = tocsin.file("plan.csv", HEAD, *rows)
    tocsin("events", "import", file, "--server", SERVER)
    tocsin.file("plan.csv", HEAD, SECOND)
    said = [
        tocsin("events", "list", "--server", SERVER, "--from", "2030-03").out,
        tocsin("events", "import", file, "--server", SERVER, "--replace", "--dry-run").out,
        tocsin("events", "edit", "1", "--server", SERVER, "--location", "North Gate").out,
    ]
    for out in said:
        assert "\\u202egnp.exe" in out
        assert not set(out) & {"\u202e", "\x9b", "\u200b"}
    assert len(said[0].splitlines()) == 3
    ran = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json")
    assert "\u202e" not in ran.out
    assert ran.told[0]["title"] == title


def test_keep_cancels_nothing(tocsin: CommandLine) -> None:
    """What the file no longer mentions stays, and is named."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND)
    tocsin("events", "import", file, "--server", SERVER)
    tocsin.file("plan.csv", HEAD, FIRST)
    told = tocsin("events", "import", file, "--server", SERVER, "--keep", "--json").told
    assert (told["removed"], told["missing"]) == ([], ["Altar fight"])


def test_a_dry_run_says_what_would_happen_and_writes_nothing(bare: CommandLine) -> None:
    """Not even a database where there is none."""
    file = bare.file("plan.csv", HEAD, FIRST)
    ran = bare("events", "import", file, "--server", SERVER, "--dry-run")
    assert ran.code == 0
    assert "1 event read: 1 new" in ran.out
    assert "Nothing was written." in ran.out
    assert [path.name for path in bare.folder.iterdir()] == ["plan.csv"]
    bare("events", "import", file, "--server", SERVER)
    before = rows_changed(bare.folder)
    bare.file("plan.csv", HEAD, SECOND)
    told = bare(
        "events", "import", file, "--server", SERVER, "--dry-run", "--replace", "--json"
    ).told
    assert (told["added"], told["removed"]) == (1, ["First ruins"])
    assert rows_changed(bare.folder) == before


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("page.ics", "<html><body>Log in</body></html>", "web page"),
        ("empty.csv", "", "empty"),
        ("other.csv", "a,b\n1,2", "no calendar that Tocsin knows"),
        ("broken.ics", "BEGIN:VEVENT", "no line BEGIN:VCALENDAR"),
    ],
)
def test_what_is_no_calendar_changes_nothing(
    tocsin: CommandLine, name: str, content: str, says: str
) -> None:
    """Exit code 2 and one line; the calendar stays as it was."""
    tocsin("events", "import", tocsin.file("plan.csv", HEAD, FIRST), "--server", SERVER)
    before = rows_changed(tocsin.folder)
    (tocsin.folder / name).write_text(content)
    ran = tocsin("events", "import", name, "--server", SERVER)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
    assert rows_changed(tocsin.folder) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing.csv", "--server", SERVER], "there is none of that name"),
        ([".", "--server", SERVER], "it is a folder"),
        (["plan.csv", "--server", "soon"], "no id of Discord"),
        (["plan.csv", "--server", "99999999999999999999"], "no id of Discord"),
        (["plan.csv", "--server", SERVER, "--zone", "Mars/North"], "no time zone"),
        (["plan.csv", "--server", SERVER, "--zone", ""], "no time zone"),
        (["plan.csv", "--server", SERVER, "--category", " "], "--category is empty"),
        (["plan.csv", "--server", SERVER, "--source", ""], "--source is empty"),
        (["plan.csv", "--server", SERVER, "--preset", "none"], "kvk"),
        (["plan.csv"], "--server"),
    ],
)
def test_wrong_use_is_said(tocsin: CommandLine, arguments: list[str], says: str) -> None:
    """Exit code 2, and what to do instead of a traceback."""
    tocsin.file("plan.csv", HEAD, FIRST)
    ran = tocsin("events", "import", *arguments)
    assert ran.code == 2
    assert says in " ".join(ran.err.split())


def test_one_type_for_all_of_a_file(tocsin: CommandLine) -> None:
    """--category wins over what the file says, and becomes a type with that name."""
    file = tocsin.file("plan.csv", HEAD, FIRST, SECOND)
    told = tocsin(
        "events", "import", file, "--server", SERVER, "--category", "Boss Rush", "--json"
    ).told
    assert told["new_categories"] == ["Boss Rush"]
    found = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert {one["category"] for one in found} == {"boss-rush"}


@pytest.mark.parametrize(
    ("name", "events"),
    [("motorsport-2026.csv", 557), ("fablab_cottbus.ics", 28), ("machbar_16_feb_2019.ics", 58)],
)
def test_real_calendars_come_in_whole(tocsin: CommandLine, name: str, events: int) -> None:
    """Every event is taken, the second time changes nothing, and old dates are expanded."""
    file = DATA / name
    skip_unless(file.exists(), f"no {name}: put it into ../shared/data")
    first = tocsin("events", "import", file, "--server", SERVER, "--json")
    assert (first.code, first.told["added"], first.told["problems"]) == (0, events, [])
    second = tocsin("events", "import", file, "--server", SERVER, "--json").told
    assert (second["unchanged"], second["occurrences"]["added"]) == (events, 0)
    window = ("--from", "2018-06", "--to", "2019-06")
    found = tocsin("events", "list", "--server", SERVER, *window, "--json").told
    assert Counter((one["title"], one["starts_at"]) for one in found) == expanded(file)


def expanded(file: Path) -> Counter[tuple[str, str]]:
    """Title and start of each date from June 2018 to June 2019, as the library gives them."""
    dates: Counter[tuple[str, str]] = Counter()
    if file.suffix != ".ics":
        return dates
    calendar = icalendar.Calendar.from_ical(file.read_bytes())
    for event in recurring_ical_events.of(calendar).between((2018, 6, 1), (2019, 7, 1)):
        start = event["DTSTART"].dt
        if not isinstance(start, datetime):
            start = datetime.combine(start, time(9), UTC)
        title = " ".join(str(event["SUMMARY"]).split())
        dates[title, start.astimezone(UTC).isoformat()] += 1
    return dates
