"""Which pauses are worth offering to a member who wants to be reminded once more."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.reminders.lead import HOUR, LONGEST, MINUTE
from tocsin.reminders.plan import USEFUL_AFTER_START, due_at, expires_at
from tocsin.reminders.snooze import AT_THE_START, TOO_NEAR, offered_pauses, rings_at

START = datetime(2026, 3, 2, 18, tzinfo=UTC)
END = START + timedelta(hours=1)

instants = st.integers(-2 * LONGEST, LONGEST).map(lambda s: START + timedelta(seconds=s))
ends = st.integers(0, 12 * HOUR).map(lambda s: START + timedelta(seconds=s))
leads = st.frozensets(st.integers(0, LONGEST // 300).map(lambda n: n * 300), max_size=8)


@given(end=ends, own=leads, now=instants)
def test_no_pause_rings_when_it_is_of_no_use_or_told_anyway(
    end: datetime, own: frozenset[int], now: datetime
) -> None:
    """Each rings ahead, before the occurrence is over or just after its start, and apart from the member's own."""
    for pause in offered_pauses(START, end, own, now):
        at = rings_at(pause, START, now)
        assert now < at < max(end, START + USEFUL_AFTER_START)
        assert all(abs(at - due_at(START, lead)) > TOO_NEAR for lead in own)
        assert at < expires_at(START, end, int((START - at).total_seconds()))


def test_an_hour_before_all_that_fits_is_offered() -> None:
    """The pause that would ring at the start is named for what it is; two and four hours are too long."""
    now = START - timedelta(hours=1)
    short = (5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE)
    assert offered_pauses(START, END, [HOUR], now) == (*short, AT_THE_START)
    assert offered_pauses(START, END, [HOUR, 0], now) == short
    assert offered_pauses(START, END, [HOUR, 30 * MINUTE, 0], now) == short[:3]


def test_after_the_start_it_can_be_put_off_until_the_end() -> None:
    """Or for a quarter of an hour where the occurrence is shorter, and then no more."""
    assert offered_pauses(START, END, [0], START + timedelta(minutes=50)) == (5 * MINUTE,)
    assert offered_pauses(START, START, [0], START + timedelta(minutes=1)) == (
        5 * MINUTE,
        10 * MINUTE,
    )
    assert offered_pauses(START, END, [0], END) == ()
