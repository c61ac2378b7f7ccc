"""What opens DM channels, when, and when not."""

from datetime import timedelta

import pytest
from tests.dispatch.conftest import Bench
from tests.store.stored_calendar import SERVER

from tocsin.dispatch.opening import OPENING_PAUSE, QUARANTINE, OpeningGate
from tocsin.dispatch.outcome import Accepted, Outcome, Refused, RetryAt, Scope
from tocsin.reminders.delivery import State
from tocsin.settings import Settings
from tocsin.settings.model import Discord
from tocsin.store.dm_channels import find_dm, members_without_channel
from tocsin.store.opening import Closed, opening_closed, reopen
from tocsin.store.tables import audit

HOUR = 3_600
TOO_FAST = Refused("too fast", Scope.OPENING, 403, 40003)
IN_QUARANTINE = Refused("in quarantine", Scope.OPENING, 403, QUARANTINE)
SOON, DAY = timedelta(minutes=1), timedelta(days=1)


def closed(bench: Bench) -> Closed | None:
    return bench.store.read_now(opening_closed, bench.clock.now())


async def test_too_fast_stops_all_opening_for_minutes(bench: Bench) -> None:
    """Whoever waits is opened after that, those first who met it; known channels go on meanwhile."""
    # Nobody has to wait for the pause after each, which is of the machine's time.
    bench.settings = Settings(discord=Discord(dm_opens_per_minute=6_000))
    bench.messenger.channels = [TOO_FAST]
    bench.member(1, HOUR, channel=False)
    bench.member(2, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: closed(bench) is not None)
        await bench.until(lambda: bench.states().get((2, HOUR)) is State.SENT)
        bench.clock.shift(OPENING_PAUSE - SOON)
        await bench.until(lambda: bench.states()[1, HOUR] is State.PENDING)
        assert await engine.gate.open(bench.messenger, 3) == Refused("too fast", Scope.OPENING)
        assert bench.messenger.opened == [1]
        bench.clock.shift(OPENING_PAUSE + SOON)
        await bench.until(lambda: bench.states()[1, HOUR] is State.SENT)
    assert bench.messenger.opened == [1, 1]


@pytest.mark.parametrize("answer", [TOO_FAST, IN_QUARANTINE], ids=["too fast", "quarantine"])
async def test_a_restart_does_not_open_again(bench: Bench, answer: Outcome) -> None:
    """That Discord forbids it is kept."""
    gate = OpeningGate(bench.store, bench.clock)
    bench.messenger.channels = [answer]
    assert await gate.open(bench.messenger, 1) == answer
    bench.member(1, HOUR, channel=False)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running():
        await bench.until(lambda: bench.states() == {(1, HOUR): State.PENDING})
    assert bench.messenger.opened == [1]


async def test_a_quarantine_lasts_until_the_operator_acts(bench: Bench) -> None:
    """Not for minutes, and not less for a refusal that would be; then the bot goes on by itself."""
    gate = OpeningGate(bench.store, bench.clock)
    await gate.note(IN_QUARANTINE)
    await gate.note(TOO_FAST)
    bench.clock.shift(DAY)
    kept = closed(bench)
    assert kept is not None
    assert (kept.reason, kept.until) == ("in quarantine", None)
    assert bench.store.write_now(reopen, bench.clock.now(), actor="operator") == kept
    assert bench.store.write_now(reopen, bench.clock.now(), actor="operator") is None
    assert await gate.open(bench.messenger, 1) == 71
    (row,) = bench.store.read_now(lambda it: it.execute(audit.select()).all())
    assert (row.actor, row.details) == ("operator", {"because": "in quarantine"})


@pytest.mark.parametrize("answer", [TOO_FAST, IN_QUARANTINE], ids=["too fast", "quarantine"])
async def test_the_answer_to_a_message_stops_opening_too(bench: Bench, answer: Outcome) -> None:
    """And the reminder itself is tried again."""
    bench.messenger.answers = [lambda _: answer]
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: closed(bench) is not None)
        assert isinstance(await engine.gate.open(bench.messenger, 2), Refused)
        bench.clock.shift(OPENING_PAUSE + SOON)
        await bench.until(lambda: bench.states() == {(1, HOUR): State.SENT})
    assert bench.messenger.opened == []
    assert (closed(bench) is None) == (answer == TOO_FAST)


async def test_a_channel_that_could_not_be_opened_is_remembered(bench: Bench) -> None:
    """So that it keeps nobody else waiting at the next look."""
    bench.messenger.channels = [RetryAt("busy")]
    bench.member(1, HOUR, channel=False)
    bench.member(2, HOUR, channel=False)
    bench.event(timedelta(hours=5))
    async with bench.running():
        bench.clock.shift(timedelta(minutes=1, seconds=1))
        await bench.until(lambda: bench.store.read_now(find_dm, 1) is not None)
    now = bench.clock.now()
    assert bench.messenger.opened == [1]
    assert bench.store.read_now(members_without_channel, now, 10) == [2]


async def test_other_answers_leave_the_gate_open(bench: Bench) -> None:
    """A member who takes no DMs says nothing about the others."""
    gate = OpeningGate(bench.store, bench.clock)
    await gate.note(Refused("closed", Scope.MEMBER, 403, 50007))
    await gate.note(Accepted(1, SERVER))
    assert closed(bench) is None
