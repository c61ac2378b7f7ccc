"""What is counted, for how long, and what it forbids."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dispatch.refusals import CAREFUL_FROM, STOP_FROM, Caution, Refusals

NOW = datetime(2026, 12, 1, 18, 0, 30, tzinfo=UTC)


def refused(times: int, now: datetime = NOW) -> Refusals:
    """So many refusals at an instant."""
    refusals = Refusals()
    for _ in range(times):
        refusals.note(403, None, now)
    return refusals


@pytest.mark.parametrize(
    ("times", "caution"),
    [
        (CAREFUL_FROM - 1, Caution.NONE),
        (CAREFUL_FROM, Caution.PROVEN_ONLY),
        (STOP_FROM - 1, Caution.PROVEN_ONLY),
        (STOP_FROM, Caution.NOTHING),
    ],
)
def test_caution_grows_with_the_count(times: int, caution: Caution) -> None:
    """From a thousand only what has worked before, from three thousand nothing."""
    assert refused(times).caution(NOW) is caution


@pytest.mark.parametrize(
    ("status", "scope", "counts"),
    [
        (401, None, True),
        (403, None, True),
        (429, "user", True),
        (429, "global", True),
        (429, "shared", False),
        (404, None, False),
        (200, None, False),
        (500, None, False),
    ],
)
def test_what_discord_counts_is_counted(status: int, scope: str | None, counts: bool) -> None:
    """401, 403 and 429, but not where the limit was shared with others."""
    refusals = Refusals()
    refusals.note(status, scope, NOW)
    assert refusals.count(NOW) == counts
    assert refusals.changed == counts


@given(st.lists(st.integers(0, 3_600), max_size=60, unique=True))
def test_each_counts_for_ten_minutes_and_no_longer_than_eleven(seconds: list[int]) -> None:
    """Never too few: a minute that is half out still counts whole."""
    refusals, times = Refusals(), sorted(NOW + timedelta(seconds=each) for each in seconds)
    for time in times:
        refusals.note(403, None, time)
        within = sum(time - each <= timedelta(minutes=10) for each in times if each <= time)
        at_most = sum(time - each < timedelta(minutes=11) for each in times if each <= time)
        assert within <= refusals.count(time) <= at_most


def test_a_restart_forgets_none() -> None:
    """What was kept is taken up again, and what is over by then is not counted."""
    kept = refused(2_000).dump()
    refusals = Refusals()
    refusals.restore(kept)
    assert refusals.count(NOW + timedelta(minutes=9)) == 2_000
    assert refusals.count(NOW + timedelta(minutes=12)) == 0
    refusals.restore(None)
    assert refusals.count(NOW) == 0
