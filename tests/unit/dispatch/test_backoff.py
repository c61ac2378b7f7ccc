from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.dispatch.backoff import LONGEST, retry_at, retry_delay

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DICE = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 1_000_000), DICE)
def test_pauses_are_bounded_however_long_it_goes_on(attempt: int, dice: float) -> None:
    """From one second to five minutes, after a million failures too."""
    assert 1 <= retry_delay(attempt, dice).total_seconds() <= LONGEST


@given(st.integers(1, 100), DICE)
def test_pauses_grow(attempt: int, dice: float) -> None:
    """With the same dice a later pause is never shorter."""
    assert retry_delay(attempt, dice) <= retry_delay(attempt + 1, dice)


@given(st.floats(allow_nan=False))
def test_what_discord_asks_for_is_waited(asked: float) -> None:
    """Its own number counts, within reason: never at once, and never beyond a day."""
    wait = (retry_at(NOW, 7, 0.5, asked) - NOW).total_seconds()
    assert 0.05 <= wait <= 86_400
    if 0.05 <= asked <= 86_400:
        assert abs(wait - asked) < 1e-5


def test_without_a_word_from_discord_the_usual_pause_is_made() -> None:
    """The second failure waits two to four seconds."""
    assert retry_at(NOW, 2, 0.0, None) == NOW + timedelta(seconds=2)
