from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.unit.calendar.events import (
    BERLIN,
    HOUR,
    NEW_YORK,
    days,
    slots,
    starts,
    wall,
    weekly,
    year,
)

from tocsin.calendar.errors import CalendarError, UnreadableEvent
from tocsin.calendar.event import Event


def test_a_skipped_date_is_left_out_and_can_be_restored() -> None:
    """Skipping takes one date away, and restoring gives the very event back."""
    event = weekly("FREQ=WEEKLY;COUNT=3")
    skipped = event.skip("2026-03-25T20:00:00")
    assert slots(skipped) == ["2026-03-18T20:00:00", "2026-04-01T20:00:00"]
    assert skipped.restore("2026-03-25T20:00:00").content_hash == event.content_hash


def test_a_moved_date_keeps_its_slot_and_its_length() -> None:
    """Moving changes when one date begins, not which one it is, and no other."""
    event = weekly("FREQ=WEEKLY;COUNT=3")
    moved = event.move("2026-03-25T20:00:00", wall("2026-03-27 18:00"), title="On Friday")
    assert slots(moved) == slots(event)
    assert starts(moved) == ["03-18 19:00", "03-27 17:00", "04-01 18:00"]
    assert [o.title for o in year(moved)] == ["Weekly", "On Friday", "Weekly"]
    assert {o.end - o.start for o in year(moved)} == {HOUR}
    back = moved.move("2026-03-25T20:00:00", wall("2026-03-25 20:00"), title="Weekly")
    assert year(back) == year(event)


def test_the_only_date_can_be_moved_and_skipped() -> None:
    """An event without a rule keeps its slot when it is moved, and is cancelled by a skip."""
    event = Event.single(uid="x", title="Once", start=datetime(2026, 5, 1, 12, tzinfo=UTC))
    moved = event.move("2026-05-01T12:00:00", datetime(2026, 5, 2, 12, tzinfo=UTC))
    assert [(o.slot, o.start.day) for o in year(moved)] == [("2026-05-01T12:00:00", 2)]
    assert moved.skip("2026-05-01T12:00:00").status == "cancelled"
    assert year(moved.skip("2026-05-01T12:00:00")) == []


def test_a_cancelled_event_has_no_dates() -> None:
    """Cancelling keeps the event and takes all its occurrences."""
    cancelled = weekly().cancel()
    assert cancelled.status == "cancelled"
    assert year(cancelled) == []


def test_moving_a_series_moves_what_was_skipped_and_changed_in_it() -> None:
    """A new first start shifts the series, its skipped dates and its last date alike."""
    event = weekly("FREQ=WEEKLY;UNTIL=20260401T180000Z")
    edited = event.skip("2026-03-25T20:00:00").move(
        "2026-04-01T20:00:00", wall("2026-04-01 20:00"), title="Last"
    )
    later = edited.with_change(start=wall("2026-03-18 21:00"))
    assert slots(later) == ["2026-03-18T21:00:00", "2026-04-01T21:00:00"]
    assert [o.title for o in year(later)] == ["Weekly", "Last"]


def test_a_new_zone_keeps_the_hour_on_the_wall() -> None:
    """20:00 in Berlin becomes 20:00 in New York; the slots are the same."""
    event = weekly("FREQ=WEEKLY;UNTIL=20260401T180000Z").skip("2026-03-25T20:00:00")
    there = event.with_change(zone=NEW_YORK)
    assert there.zone == "America/New_York"
    assert slots(there) == slots(event)
    assert starts(there) == ["03-19 00:00", "04-02 00:00"]


def test_texts_follow_where_a_date_said_nothing_of_its_own() -> None:
    """A date with a title of its own keeps it when the event is renamed."""
    event = weekly("FREQ=WEEKLY;COUNT=2").move(
        "2026-03-25T20:00:00", wall("2026-03-25 20:00"), title="Special"
    )
    renamed = event.with_change(title="New", location="Here", category="other")
    assert [(o.title, o.location) for o in year(renamed)] == [("New", "Here"), ("Special", "Here")]
    assert renamed.category == "other"


def test_a_rule_can_be_given_and_taken_away() -> None:
    """`rrule` replaces the rule, and an empty one leaves the first date alone."""
    event = weekly("FREQ=WEEKLY;COUNT=3").with_change(rrule="RRULE:FREQ=DAILY;COUNT=2")
    assert slots(event) == ["2026-03-18T20:00:00", "2026-03-19T20:00:00"]
    assert slots(event.with_change(rrule="")) == ["2026-03-18T20:00:00"]


def test_a_single_event_can_become_one_of_whole_days() -> None:
    """One date may change between a time of day and a whole day; a series may not."""
    event = Event.single(uid="x", title="Once", start=wall("2026-05-01 12:00"), zone=BERLIN)
    (occurrence,) = year(event.with_change(start=date(2026, 5, 1)))
    assert occurrence.all_day
    with pytest.raises(CalendarError, match="whole days"):
        weekly().with_change(start=date(2026, 5, 1))


def test_edits_of_whole_days_name_them_by_date() -> None:
    """The slot of an all-day event is its date."""
    event = days("FREQ=MONTHLY;COUNT=3")
    edited = event.skip("2026-04-28").move("2026-05-28", date(2026, 5, 30))
    assert [(o.slot, o.start.day) for o in year(edited)] == [("2026-03-28", 28), ("2026-05-28", 30)]


def test_each_edit_is_a_new_revision_and_a_new_content() -> None:
    """SEQUENCE counts edits and is no part of the content."""
    event = weekly()
    edited = event.with_change(title="Other")
    assert (event.sequence, edited.sequence) == (0, 1)
    assert edited.content_hash != event.content_hash
    assert edited.with_change(title="Weekly").content_hash == event.content_hash


def test_an_event_is_the_same_when_read_back_from_its_text() -> None:
    """What is stored is enough: the fields and the text give equal components again."""
    event = (
        weekly().skip("2026-03-25T20:00:00").move("2026-04-01T20:00:00", wall("2026-04-02 00:00"))
    )
    stored = Event(**{name: getattr(event, name) for name in Event.__dataclass_fields__})
    assert stored.vevents == event.vevents
    assert stored.content_hash == event.content_hash


@pytest.mark.parametrize("end", [wall("2026-03-18 19:00"), timedelta(hours=-1), date(2026, 3, 20)])
def test_an_end_must_be_after_the_start_and_of_its_kind(end: datetime | timedelta) -> None:
    """An end before the start, or a date for a time, is refused."""
    with pytest.raises(UnreadableEvent):
        Event.single(uid="x", title="x", start=wall("2026-03-18 20:00"), end=end, zone=BERLIN)


def test_text_from_elsewhere_is_cleaned() -> None:
    """Control characters and what is no web address are left out; long text is cut."""
    event = Event.single(
        uid="x",
        title="a\x00b\n c",
        start=datetime(2026, 1, 1, tzinfo=UTC),
        description="x" * 5000,
        url="javascript:alert(1)",
    )
    assert (event.title, event.url, len(event.description)) == ("ab c", "", 4000)
    assert event.description.endswith("…")


def test_a_text_that_is_no_slot_is_refused() -> None:
    """An edit that names no date says so."""
    with pytest.raises(CalendarError, match="not the slot"):
        weekly().skip("next Tuesday")


def test_a_start_is_a_whole_second() -> None:
    """The text holds no fractions of one: read again, the event begins when it began before."""
    start = datetime(2026, 3, 18, 19, 0, 0, 250_000, tzinfo=UTC)
    event = Event.single(uid="a", title="A", start=start, end=timedelta(hours=1, microseconds=5))
    assert year(event) == year(replace(event)), "a copy reads the text anew"
    assert event.first_start == start.replace(microsecond=0)
