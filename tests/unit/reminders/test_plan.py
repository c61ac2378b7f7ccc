from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.reminders.lead import DAY, HOUR, LONGEST
from tocsin.reminders.plan import (
    GAP,
    MAKE_UP_WITHIN,
    due_at,
    expires_at,
    order_base,
    rotation,
    worth_making_up,
)

START = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
LEADS = st.integers(0, LONGEST)
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=3))


@given(LEADS)
def test_a_reminder_is_due_its_lead_before_the_start(lead: int) -> None:
    """Exact seconds, across daylight saving: instants are UTC."""
    assert START - due_at(START, lead) == timedelta(seconds=lead)


@given(LEADS, DURATIONS)
def test_a_reminder_is_of_use_until_a_little_after_the_start(lead: int, lasts: timedelta) -> None:
    """It expires with the event, or 15 minutes into it; never before the start, whatever the lead."""
    expires = expires_at(START, START + lasts, lead)
    assert START < expires <= START + timedelta(minutes=15)
    if timedelta(minutes=1) <= lasts <= timedelta(minutes=15):
        assert expires == START + lasts


def test_a_reminder_of_an_event_without_length_outlives_a_retry() -> None:
    """A zero-length event has one minute in which its `now` reminder is still of use."""
    assert expires_at(START, START, 0) == START + timedelta(minutes=1)


@given(LEADS)
def test_a_longer_lead_gives_way(lead: int) -> None:
    """What is due at the same time leaves by lead: the order is put off by 5 % of it, 10 minutes at most."""
    deferral = order_base(START, lead) - due_at(START, lead)
    assert deferral == min(timedelta(seconds=lead) / 20, timedelta(minutes=10))


def test_at_start_goes_before_a_day_ahead() -> None:
    """Of two reminders due at one instant, `now` goes first, even to the 23,000th recipient."""
    now_reminder = order_base(START, 0) + GAP * 23_000
    day_ahead = order_base(START + timedelta(seconds=DAY), DAY) + GAP
    assert now_reminder < day_ahead
    assert order_base(START, 0) < order_base(START + timedelta(hours=1), HOUR)


@given(LEADS, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_what_begins_late_counts_from_then(lead: int, late: timedelta) -> None:
    """Made up for, it is as urgent as what falls due at that instant with the same lead, and no more."""
    due = due_at(START, lead)
    assert order_base(START, lead, due + late) == order_base(START + late, lead)
    assert order_base(START, lead, due - late) == order_base(START, lead)


@given(st.integers(1, 1_000_000), st.integers(1, 50), st.integers(4, 5_000))
def test_nobody_is_always_last(first: int, stride: int, recipients: int) -> None:
    """Over forty occurrences, however their ids are spaced, each recipient is in the first half at times,
    and nobody is in the last tenth more than half of the time.
    """
    rotations = [rotation(first + stride * n, recipients) for n in range(40)]
    assert all(0 <= passed < recipients for passed in rotations)
    for rank in {0, recipients // 3, recipients - 1}:
        places = [(rank - passed) % recipients / recipients for passed in rotations]
        assert min(places) <= 0.5
        assert sum(one > 0.9 for one in places) <= 20


def test_only_what_starts_soon_is_made_up_for() -> None:
    """A lead that was past when it was asked for is made up for within the hour before the start."""
    assert worth_making_up(START, START)
    assert worth_making_up(START, START - MAKE_UP_WITHIN)
    assert not worth_making_up(START, START - MAKE_UP_WITHIN - timedelta(milliseconds=1))
    assert not worth_making_up(START, START + timedelta(milliseconds=1))
