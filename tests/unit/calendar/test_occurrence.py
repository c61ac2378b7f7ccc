from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.unit.calendar.events import (
    BERLIN,
    HOUR,
    NEW_YORK,
    days,
    from_ics,
    slots,
    starts,
    vevent,
    wall,
    weekly,
    year,
)

from tocsin.calendar.errors import TooManyOccurrences, UnreadableEvent
from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import expand, match_slots, public_id

TOKYO = ZoneInfo("Asia/Tokyo")


def test_the_hour_on_the_wall_stays_when_the_clocks_change() -> None:
    """Daylight saving moves the instant and not the hour."""
    assert starts(weekly("FREQ=WEEKLY;COUNT=3")) == ["03-18 19:00", "03-25 19:00", "04-01 18:00"]


def test_the_rule_lives_in_the_zone_of_the_event() -> None:
    """A server elsewhere sees the same instants."""
    event = weekly("FREQ=WEEKLY;COUNT=3")
    assert year(event, zone=TOKYO) == year(event, zone=NEW_YORK)


def test_whole_days_fall_due_at_nine_in_the_zone_of_the_server() -> None:
    """An all-day event starts at 09:00 of its first day there, and ends with its last day."""
    (there,) = year(days(), zone=NEW_YORK)
    assert there.start == datetime(2026, 3, 28, 13, tzinfo=UTC)
    assert there.end == datetime(2026, 3, 30, 4, tzinfo=UTC)
    begin, end = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)
    (early,) = expand(days(), begin, end, zone=TOKYO, all_day_at=time(18))
    assert early.start == datetime(2026, 3, 28, 9, tzinfo=UTC)


def test_a_skipped_hour_comes_later_and_still_ends_after_it_starts() -> None:
    """02:30 on the night without it is 03:30, for as long as ever."""
    event = weekly("FREQ=DAILY;COUNT=3", wall("2026-03-28 02:30"))
    assert starts(event) == ["03-28 01:30", "03-29 01:30", "03-30 00:30"]
    assert {o.end - o.start for o in year(event)} == {HOUR}


def test_a_date_can_be_moved_into_the_second_of_two_equal_hours() -> None:
    """An instant that the wall clock cannot name is kept, and the slot stays."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    event = weekly("FREQ=DAILY;COUNT=2", wall("2026-10-24 20:00"))
    moved = year(event.move("2026-10-25T20:00:00", second))[1]
    assert (moved.slot, moved.start, moved.end - moved.start) == (
        "2026-10-25T20:00:00",
        second,
        HOUR,
    )


def test_two_dates_of_a_day_are_told_apart() -> None:
    """18:00 and 20:00, two hours from UTC: skipping or moving one leaves the other alone."""
    event = weekly("FREQ=DAILY;COUNT=2;BYHOUR=18,20", wall("2026-07-01 18:00"))
    assert slots(event.skip("2026-07-01T20:00:00")) == ["2026-07-01T18:00:00"]
    moved = event.move("2026-07-01T20:00:00", wall("2026-07-01 22:00"))
    assert starts(moved) == ["07-01 16:00", "07-01 20:00"]


def test_what_names_no_end_lasts_as_long_as_its_kind() -> None:
    """Without DTEND it is DURATION, else the length given."""
    event = from_ics(*vevent("DTSTART:20260501T100000Z"))
    begin, end = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    (occurrence,) = expand(event, begin, end, zone=BERLIN, default_length=timedelta(minutes=45))
    assert occurrence.end - occurrence.start == timedelta(minutes=45)
    event = from_ics(*vevent("DTSTART:20260501T100000Z", "DURATION:PT2H"))
    assert year(event)[0].end - year(event)[0].start == 2 * HOUR


def test_an_override_that_is_cancelled_takes_its_date_away() -> None:
    """STATUS:CANCELLED on one date, however it spells the zone."""
    event = from_ics(
        *vevent("DTSTART;TZID=Europe/Berlin:20260318T200000", "RRULE:FREQ=WEEKLY;COUNT=3"),
        *vevent(
            "RECURRENCE-ID:20260325T190000Z",
            "DTSTART;TZID=W. Europe Standard Time:20260325T200000",
            "STATUS:CANCELLED",
        ),
    )
    assert slots(event) == ["2026-03-18T20:00:00", "2026-04-01T20:00:00"]


def test_a_change_of_this_and_all_later_dates_keeps_their_slots() -> None:
    """RANGE=THISANDFUTURE moves those that follow; each is still the date that it was."""
    event = from_ics(
        *vevent("DTSTART;TZID=Europe/Berlin:20260701T200000", "RRULE:FREQ=WEEKLY;COUNT=4"),
        *vevent(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260715T200000",
            "DTSTART;TZID=Europe/Berlin:20260716T190000",
            "SUMMARY:Thursdays",
        ),
    )
    assert slots(event) == [f"2026-07-{day:02}T20:00:00" for day in (1, 8, 15, 22)]
    assert starts(event) == ["07-01 18:00", "07-08 18:00", "07-16 17:00", "07-23 17:00"]


def test_a_date_moved_across_the_window_is_seen_where_it_is_now() -> None:
    """The window looks at the new start: moved in it is there, moved out it is not."""
    event = weekly("FREQ=WEEKLY;COUNT=3").move("2026-03-25T20:00:00", wall("2026-09-01 20:00"))
    march, april = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    assert expand(event, march, april, zone=BERLIN) == []
    autumn, october = datetime(2026, 8, 30, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    assert [o.slot for o in expand(event, autumn, october, zone=BERLIN)] == ["2026-03-25T20:00:00"]


def test_dates_are_added_and_left_out_by_list() -> None:
    """RDATE, as dates and as periods, and EXDATE, in other zones than the event's."""
    event = from_ics(
        *vevent(
            "DTSTART;TZID=Europe/Berlin:20260701T200000",
            "DTEND;TZID=Europe/Berlin:20260701T210000",
            "RRULE:FREQ=DAILY;COUNT=3",
            "RDATE:20260801T100000Z",
            "RDATE;VALUE=PERIOD:20260802T100000Z/PT3H",
            "EXDATE:20260702T180000Z",
        )
    )
    assert starts(event) == ["07-01 18:00", "07-03 18:00", "08-01 10:00", "08-02 10:00"]
    assert year(event)[-1].end - year(event)[-1].start == 3 * HOUR


def test_a_last_day_without_a_time_counts_as_a_whole() -> None:
    """UNTIL as a date takes in what begins on that day."""
    event = from_ics(
        *vevent("DTSTART;TZID=Europe/Berlin:20260701T200000", "RRULE:FREQ=DAILY;UNTIL=20260703")
    )
    assert len(year(event)) == 3


def test_a_zone_that_only_the_file_knows_is_followed() -> None:
    """A VTIMEZONE of its own goes into the text, and its clocks decide."""
    event = from_ics(
        "BEGIN:VTIMEZONE",
        "TZID:Our Island",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "TZOFFSETFROM:+0545",
        "TZOFFSETTO:+0445",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "TZOFFSETFROM:+0445",
        "TZOFFSETTO:+0545",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        *vevent("DTSTART;TZID=Our Island:20260318T200000", "RRULE:FREQ=WEEKLY;COUNT=3"),
    )
    assert starts(event) == ["03-18 15:15", "03-25 15:15", "04-01 14:15"]
    stored = Event(**{name: getattr(event, name) for name in Event.__dataclass_fields__})
    assert year(stored) == year(event)
    assert slots(stored.skip("2026-03-25T20:00:00")) == [
        "2026-03-18T20:00:00",
        "2026-04-01T20:00:00",
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYSETPOS=3",
        "FREQ=DAILY;COUNT=99999999",
        "FREQ=SOMETIMES",
        "nonsense",
    ],
)
def test_a_rule_that_nobody_could_follow_is_refused(rule: str) -> None:
    """Too often, never, or not to be read: each is refused at once and with a reason."""
    with pytest.raises(UnreadableEvent):
        weekly(rule)


def test_an_expansion_has_an_end() -> None:
    """Ten years, or 20,000 dates: whoever asks for more is told."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(TooManyOccurrences, match="ten years"):
        expand(weekly(), begin, datetime(9999, 1, 1, tzinfo=UTC), zone=BERLIN)
    half_hours = weekly("FREQ=MINUTELY;INTERVAL=30")
    with pytest.raises(TooManyOccurrences, match="20,000"):
        expand(half_hours, begin, begin + timedelta(days=900), zone=BERLIN)
    old = weekly("FREQ=HOURLY", wall("1900-01-01 00:00"))
    with pytest.raises(TooManyOccurrences, match="later first date"):
        expand(old, begin, begin + timedelta(days=1), zone=BERLIN)


def test_a_public_id_is_what_the_old_system_used() -> None:
    """Category and start; a second one gets the slug of its title, a third a number."""
    start = datetime(2025, 10, 20, 17, tzinfo=ZoneInfo("Europe/Berlin"))
    taken: set[str] = set()
    for expected in (
        "ruins:2025-10-20T15:00:00+00:00",
        "ruins:test-ruins:2025-10-20T15:00:00+00:00",
        "ruins:test-ruins-2:2025-10-20T15:00:00+00:00",
    ):
        found = public_id("ruins", start, taken, "Test Ruins")
        assert found == expected
        taken.add(found)


def test_a_changed_rule_finds_its_old_dates_again() -> None:
    """An hour later is the same date; a date that is a day away is another."""
    old = {o.slot: o.start for o in year(weekly("FREQ=WEEKLY;COUNT=3"))}
    later = weekly("FREQ=WEEKLY;COUNT=4").with_change(start=wall("2026-03-18 21:00"))
    pairs = match_slots(old, {o.slot: o.start for o in year(later)})
    assert pairs == {
        f"2026-{day}T21:00:00": f"2026-{day}T20:00:00" for day in ("03-18", "03-25", "04-01")
    }
    thursdays = weekly("FREQ=WEEKLY;COUNT=3", wall("2026-03-19 20:00"))
    assert match_slots(old, {o.slot: o.start for o in year(thursdays)}) == {}


def test_the_only_date_stays_the_same_however_far_it_moves() -> None:
    """An event with one date before and after has not lost it."""
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    assert match_slots({"a": old}, {"b": new}) == {"b": "a"}
