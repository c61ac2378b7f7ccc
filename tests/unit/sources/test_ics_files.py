from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.calendar.occurrence import expand
from tocsin.sources.calendar_file import read_calendar
from tocsin.sources.reading import NotACalendar, Reading

BERLIN = ZoneInfo("Europe/Berlin")


def read(*lines: str, category: str | None = None) -> Reading:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])
    return read_calendar(text.encode(), "events.ics", zone=BERLIN, category=category)


def vevent(uid: str, *lines: str) -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:Event {uid}", *lines, "END:VEVENT"]


GOOD = "DTSTART:20260501T100000Z"


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([], "no start"),
        (["DTSTART:soon"], "DTSTART cannot be read"),
        (["DTSTART:20260230"], "DTSTART cannot be read"),
        (["DTSTART;TZID=Mars/Olympus:20260501T100000"], "Mars/Olympus"),
        (["DTSTART;TZID=Europe:20260501T100000"], "not known"),
        (["DTSTART:00010101T000000Z"], "the year 1"),
        ([GOOD, "DTEND:20260501T090000Z"], "before it starts"),
        ([GOOD, "DURATION:-PT1H"], "DURATION"),
        ([GOOD, "DURATION:long"], "DURATION"),
        ([GOOD, "RRULE:FREQ=SECONDLY"], "every few seconds"),
        ([GOOD, "RRULE:FREQ=FOO"], "RRULE"),
        ([GOOD, "RRULE;X:FREQ=DAILY"], "RRULE"),
        ([GOOD, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "forty years"),
        ([GOOD, "EXDATE:never"], "EXDATE"),
        ([GOOD, "RDATE:" + ",".join(["20260501T100000Z"] * 10_001)], "10,000"),
    ],
)
def test_a_component_that_cannot_be_read_is_named_and_the_others_go_in(
    lines: list[str], part: str
) -> None:
    """The line that it begins at, its title and the reason."""
    reading = read(*vevent("good", GOOD), *vevent("bad", *lines), *vevent("also", GOOD))
    assert [event.uid for event in reading.events] == ["good", "also"]
    (problem,) = reading.problems
    assert (problem.line, problem.where, problem.taken) == (8, "Event bad", False)
    assert part in problem.reason


def test_a_file_that_breaks_off_gives_what_is_whole() -> None:
    """The component that is cut short is reported, and so is one that another begins inside."""
    text = "\n".join(
        [
            "BEGIN:VCALENDAR",
            *vevent("a", GOOD),
            *vevent("b", GOOD)[:-1],
            *vevent("c", GOOD),
            "BEGIN:VEVENT",
            "UID:d",
            "DTSTART:2026",
        ]
    )
    reading = read_calendar(text.encode(), "x.ics", zone=BERLIN, category=None)
    assert [event.uid for event in reading.events] == ["a", "c"]
    assert [problem.line for problem in reading.problems] == [7, 16]


@pytest.mark.parametrize("end", [[], ["END:VCAL"], ["BEGIN:VTODO", "UID:t"]])
def test_a_file_that_breaks_off_between_two_events_says_so(end: list[str]) -> None:
    """Without END:VCALENDAR nobody knows what else it held."""
    text = "\n".join(["BEGIN:VCALENDAR", *vevent("a", GOOD), *end])
    reading = read_calendar(text.encode(), "x.ics", zone=BERLIN, category=None)
    assert [event.uid for event in reading.events] == ["a"]
    (problem,) = reading.problems
    assert (problem.line, problem.taken) == (6 + len(end), False)
    assert "breaks off" in problem.reason


def test_of_calendars_in_one_file_each_has_its_end() -> None:
    """Whole ones are read together; one that the next one begins within is reported."""
    whole = ["BEGIN:VCALENDAR", *vevent("a", GOOD), "END:VCALENDAR"]
    second = ["BEGIN:VCALENDAR", *vevent("b", GOOD), "END:VCALENDAR", "", ""]
    for first, lines in ((whole, []), (whole[:-1], [7])):
        text = "\n".join([*first, *second])
        reading = read_calendar(text.encode(), "x.ics", zone=BERLIN, category=None)
        assert [event.uid for event in reading.events] == ["a", "b"]
        assert [problem.line for problem in reading.problems] == lines


def test_alarms_and_other_components_are_not_events() -> None:
    """What stands inside an event stays out of it; tasks are left alone."""
    reading = read(
        *vevent("a", GOOD, "BEGIN:VALARM", "TRIGGER:-PT5M", "SUMMARY:no", "END:VALARM", "LOCATION:L"),
        "BEGIN:VTODO", "UID:t", "SUMMARY:Task", "END:VTODO",
    )  # fmt: skip
    (event,) = reading.events
    assert (event.title, event.location) == ("Event a", "L")
    assert "VALARM" not in event.ical


def test_people_are_not_kept() -> None:
    """Names and addresses of those invited stay in the file they came from."""
    reading = read(*vevent("a", GOOD, "ATTENDEE;CN=Ada:mailto:ada@example.org", "X-NOTE:ada"))
    assert "ada" not in reading.events[0].ical


def test_the_zone_of_a_calendar_is_that_of_its_floating_times() -> None:
    """X-WR-TIMEZONE, and else the zone given; only the second counts as naive."""
    floating = vevent("a", "DTSTART:20260701T200000")
    named = read("X-WR-TIMEZONE:America/New_York", *floating)
    assert named.events[0].first_start == datetime(2026, 7, 2, tzinfo=UTC)
    assert (named.naive_times, named.zone.key) == (0, "America/New_York")
    plain = read(*floating)
    assert plain.events[0].first_start == datetime(2026, 7, 1, 18, tzinfo=UTC)
    assert (plain.naive_times, plain.zone.key) == (1, "Europe/Berlin")


def test_slots_do_not_depend_on_how_a_zone_is_spelled() -> None:
    """IANA, Windows and prefixed names, and quotes: the same slots and the same content."""
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    names = [
        "Europe/Berlin",
        "W. Europe Standard Time",
        "/x.org/20260101_1/Europe/Berlin",
        '"Europe/Berlin"',
    ]
    hashes = {
        read(*vevent("a", f"DTSTART;TZID={name}:20260318T200000", rule)).events[0].content_hash
        for name in names
    }
    assert len(hashes) == 1


def test_two_files_may_each_have_a_zone_of_one_name() -> None:
    """The second file's own definition decides in the second file."""

    def island(offset: str) -> Reading:
        return read(
            "BEGIN:VTIMEZONE", "TZID:Island", "BEGIN:STANDARD", "DTSTART:19700101T000000",
            f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE",
            *vevent("a", "DTSTART;TZID=Island:20260501T120000"),
        )  # fmt: skip

    assert island("+0300").events[0].first_start.hour == 9
    assert island("+0500").events[0].first_start.hour == 7


def test_a_zone_whose_definition_is_a_trap_is_not_followed() -> None:
    """Clocks that change by the second would be walked at every look."""
    reading = read(
        "BEGIN:VTIMEZONE", "TZID:Trap", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=SECONDLY", "END:STANDARD",
        "END:VTIMEZONE", *vevent("a", "DTSTART;TZID=Trap:20260501T120000"),
    )  # fmt: skip
    assert reading.events == []
    assert "by the year" in reading.problems[0].reason


def test_the_newest_of_several_versions_counts() -> None:
    """A higher SEQUENCE replaces; equal components are one; others become events of their own."""
    reading = read(
        *vevent("a", GOOD, "SEQUENCE:1"),
        *vevent("a", "DTSTART:20260502T100000Z", "SEQUENCE:2"),
        *vevent("b", GOOD),
        *vevent("b", GOOD),
        *vevent("c", GOOD),
        *vevent("c", "DTSTART:20260503T100000Z"),
    )
    assert [event.first_start.day for event in reading.events] == [2, 1, 1, 3]
    assert len({event.uid for event in reading.events}) == 4
    assert [(p.line, p.taken) for p in reading.problems] == [(20, True)]


def test_an_event_without_a_uid_gets_one_that_lasts() -> None:
    """The same title and start give the same identity; the reading says that it has none."""
    lines = ["BEGIN:VEVENT", "SUMMARY:X", GOOD, "END:VEVENT"]
    first, again = read(*lines), read(*lines, *vevent("a", GOOD))
    assert first.events[0].uid == again.events[0].uid
    assert (first.identified, read(*vevent("a", GOOD)).identified) == (False, True)


def test_overrides_alone_are_an_event() -> None:
    """An invitation to a single date of a series has no master, and is a date all the same."""
    reading = read(*vevent("a", "RECURRENCE-ID:20260501T100000Z", "DTSTART:20260501T120000Z"))
    begin, end = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    (occurrence,) = expand(reading.events[0], begin, end, zone=BERLIN)
    assert (occurrence.slot, occurrence.start.hour) == ("2026-05-01T10:00:00", 12)


@pytest.mark.parametrize(
    ("lines", "given", "category"),
    [
        (["CATEGORIES:"], None, "event"),
        ([], None, "event"),
        (["CATEGORIES:,Big Fights,Other"], None, "big-fights"),
        (["CATEGORIES:", "CATEGORIES:Ruins"], None, "ruins"),
        (["CATEGORIES:Ruins"], "altars", "altars"),
    ],
)
def test_the_category_is_given_or_the_first_that_the_event_names(
    lines: list[str], given: str | None, category: str
) -> None:
    """`--category`, else CATEGORIES, else `event`."""
    reading = read(*vevent("a", GOOD, *lines), category=given)
    assert reading.events[0].category == category


def test_a_cancellation_cancels() -> None:
    """METHOD:CANCEL, and STATUS:CANCELLED on the event."""
    assert read("METHOD:CANCEL", *vevent("a", GOOD)).events[0].status == "cancelled"
    assert read(*vevent("a", GOOD, "STATUS:CANCELLED")).events[0].status == "cancelled"
    assert read(*vevent("a", GOOD, "STATUS:TENTATIVE")).events[0].status == "confirmed"


def test_an_empty_calendar_is_a_calendar() -> None:
    """It has no events; whoever refreshes a source decides what that means."""
    assert read().events == []


def test_a_file_that_only_calls_itself_a_calendar_is_none() -> None:
    """The name ends in .ics and the content is something else."""
    with pytest.raises(NotACalendar, match="BEGIN:VCALENDAR"):
        read_calendar(b"start,title\n2026-01-01,A\n", "x.ics", zone=BERLIN, category=None)
