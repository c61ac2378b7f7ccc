from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tocsin.clock import Clock
from tocsin.dispatch.skew import Skew

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class _Hands(Clock):
    """A clock whose hands are moved, and whose machine runs for as long as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.at, self.ran = NOON, 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:  # type: ignore[override]
        return self.ran

    def run(self, seconds: float) -> None:
        """Time passes."""
        self.at += timedelta(seconds=seconds)
        self.ran += seconds


@pytest.fixture
def clock() -> _Hands:
    return _Hands()


@pytest.fixture
def skew(clock: _Hands) -> Skew:
    return Skew(clock)


def answer(skew: Skew, clock: _Hands, off: float, took: float = 0.1) -> None:
    """Discord answers after `took` seconds, by a clock that is `off` seconds behind ours."""
    left = skew.leaving()
    clock.run(took)
    dated = (clock.now() - timedelta(seconds=off)).replace(microsecond=0)
    skew.answered(format_datetime(dated, usegmt=True), left)


@pytest.mark.parametrize("off", [0.0, 0.9, 5.0, 30.0, -30.0])
def test_a_clock_that_is_nearly_right_holds_nothing(skew: Skew, clock: _Hands, off: float) -> None:
    """Up to half a minute; whole seconds and the time that an answer takes are no error of the clock."""
    answer(skew, clock, off)
    assert not skew.holds()
    assert not skew.doubted.is_set()
    assert abs(skew.measured) <= timedelta(seconds=max(0, abs(off)))


@pytest.mark.parametrize("off", [32.0, -32.0, 86_400.0])
def test_a_clock_that_is_wrong_holds_until_an_answer_says_otherwise(
    skew: Skew, clock: _Hands, off: float
) -> None:
    """Ahead as well as behind."""
    answer(skew, clock, off)
    assert skew.holds()
    assert skew.doubted.is_set()
    clock.run(3_600)
    assert skew.holds()
    answer(skew, clock, 0)
    assert not skew.holds()


def test_a_clock_that_was_set_right_goes_on_at_once(skew: Skew, clock: _Hands) -> None:
    """Before Discord is asked again."""
    answer(skew, clock, 120)
    clock.at -= timedelta(seconds=120)
    assert not skew.holds()


def test_a_machine_that_slept_holds_nothing(skew: Skew, clock: _Hands) -> None:
    """Its clock went on while it did not run: that is no error."""
    answer(skew, clock, 0)
    clock.at += timedelta(hours=8)
    assert not skew.holds()


@pytest.mark.parametrize("step", [timedelta(hours=3), -timedelta(hours=3)])
def test_after_a_step_nothing_final_is_done_until_discord_has_answered(
    skew: Skew, clock: _Hands, step: timedelta
) -> None:
    """Whether the clock was set right, set wrong or the machine slept, nobody knows before."""
    skew.asked = True
    answer(skew, clock, 0)
    clock.run(86_400)
    assert not skew.in_doubt()
    clock.at += step
    assert skew.in_doubt()
    assert skew.doubted.is_set()
    assert not skew.holds()
    answer(skew, clock, 0)
    assert not skew.in_doubt()


def test_a_discord_that_does_not_answer_is_not_waited_for_for_ever(
    skew: Skew, clock: _Hands
) -> None:
    """Half a minute; and where nobody asks it, as in a command, not at all."""
    clock.at += timedelta(hours=3)
    assert not skew.in_doubt()
    skew.asked = True
    assert skew.in_doubt()
    clock.run(29)
    assert skew.in_doubt()
    clock.run(2)
    assert not skew.in_doubt()


def test_a_slow_answer_proves_nothing(skew: Skew, clock: _Hands) -> None:
    """It may have been dated at any instant since its request left."""
    left = skew.leaving()
    clock.run(40)
    skew.answered(format_datetime(NOON, usegmt=True), left)
    assert skew.measured == timedelta()


@pytest.mark.parametrize("step", [timedelta(hours=1), -timedelta(hours=1)])
def test_a_clock_that_is_set_during_a_request_proves_nothing(
    skew: Skew, clock: _Hands, step: timedelta
) -> None:
    """The answer was dated before or after it."""
    left = skew.leaving()
    clock.at += step
    skew.answered(format_datetime(NOON + step / 2, usegmt=True), left)
    assert skew.measured == timedelta()


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Mar 2026 12:00:00 GMT", "12:00"])
def test_a_date_that_cannot_be_read_is_no_date(skew: Skew, date: str | None) -> None:
    """A proxy may leave it out, or write nonsense."""
    skew.answered(date, skew.leaving())
    assert not skew.holds()
