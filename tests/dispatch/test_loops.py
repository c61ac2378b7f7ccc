import asyncio
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.dispatch.conftest import Answer, Bench, accepted
from tests.store.stored_calendar import SERVER

from tocsin.dispatch.dispatcher import MOST_IN_FLIGHT, REFUSALS_KEPT_AS
from tocsin.dispatch.messenger import Sighting
from tocsin.dispatch.outcome import Refused, RetryAt, Scope, Unknown
from tocsin.dispatch.recovery import CLOCKS_APART
from tocsin.dispatch.refusals import STOP_FROM, Caution, Refusals
from tocsin.reminders.delivery import Kind, State
from tocsin.store.facts import get_fact
from tocsin.store.snoozes import snooze
from tocsin.store.subscriptions import remove_subscription
from tocsin.store.tables import deliveries

HOUR = 3_600


async def test_each_who_asked_is_told_once_in_time(bench: Bench) -> None:
    """Nobody is told before it is due; then each member once, by the open channel and with a nonce of its own."""
    for member in range(1, 31):
        bench.member(member, HOUR)
    bench.event(timedelta(minutes=61))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.states()) == 30)
        assert bench.messenger.sent == []
        bench.clock.shift(timedelta(minutes=1, seconds=1))
        await bench.until(lambda: engine.dispatcher.sent == 30)
    assert sorted(one.recipient_id for one in bench.messenger.sent) == list(range(1, 31))
    assert len({one.nonce for one in bench.messenger.sent}) == 30
    assert bench.messenger.opened == []
    assert set(bench.states().values()) == {State.SENT}


async def test_after_a_time_in_which_nothing_ran_only_the_nearest_is_told(bench: Bench) -> None:
    """Of three leads that passed meanwhile, one message goes out, and the others are superseded."""
    bench.member(1, 4 * HOUR, 2 * HOUR, HOUR, 0)
    bench.event(timedelta(hours=5))
    bench.clock.shift(timedelta(hours=4, minutes=10))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 1)
        await bench.until(lambda: len(bench.states()) == 3)
        assert engine.dispatcher.sent == 1
    assert [one.lead for one in bench.messenger.sent] == [HOUR]
    assert bench.states() == {
        (1, 4 * HOUR): State.SUPERSEDED,
        (1, 2 * HOUR): State.SUPERSEDED,
        (1, HOUR): State.SENT,
    }


async def test_who_subscribes_half_an_hour_before_gets_one_reminder_and_not_four(
    bench: Bench,
) -> None:
    """The nearest lead that passed is made up for; the start itself is still to come."""
    bench.event(timedelta(minutes=30))
    async with bench.running() as engine:
        bench.member(1, 24 * HOUR, 12 * HOUR, 4 * HOUR, HOUR, 0)
        await bench.until(lambda: engine.dispatcher.sent == 1)
        await bench.until(lambda: len(bench.states()) == 4)
    assert [one.lead for one in bench.messenger.sent] == [HOUR]
    assert State.PENDING not in bench.states().values()


async def test_a_reminder_at_the_start_that_was_put_off_still_arrives(bench: Bench) -> None:
    """A busy Discord is asked again, with the same nonce."""
    bench.messenger.answers = [lambda _: RetryAt("busy", 0.05, 503)]
    bench.member(1, 0)
    bench.event(timedelta(seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 1)
    first, second = bench.messenger.sent
    assert first.nonce == second.nonce
    assert second.attempt == 2


@pytest.mark.parametrize(
    ("seen", "state", "sends"),
    [(99, State.SENT, 1), (Sighting.ABSENT, State.SENT, 2), (Sighting.UNREADABLE, State.FAILED, 1)],
)
async def test_a_lost_answer_is_settled_by_the_history(
    bench: Bench, seen: int | Sighting, state: State, sends: int
) -> None:
    """Found, it is sent; not there, it goes out again with the same nonce; unreadable, it is not repeated."""
    bench.messenger.answers = [lambda _: Unknown("no answer")]
    bench.messenger.sightings = [Sighting.LATER, seen]
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running():
        await bench.until(lambda: State.UNKNOWN in bench.states().values())
        assert bench.messenger.looked == []
        bench.clock.shift(timedelta(seconds=20))
        await bench.until(lambda: len(bench.messenger.looked) == 1)
        # Discord could not say: it is not asked again at once.
        await asyncio.to_thread(bench.states)
        assert len(bench.messenger.looked) == 1
        bench.clock.shift(timedelta(seconds=50))
        await bench.until(lambda: bench.states() == {(1, HOUR): state})
    assert len({one.nonce for one in bench.messenger.sent}) == 1
    assert len(bench.messenger.sent) == sends


async def test_a_repeat_in_doubt_is_looked_for_from_when_it_was_due(bench: Bench) -> None:
    """Any of its attempts may have arrived; the first cannot have before it was claimed."""
    bench.messenger.answers = [lambda _: Unknown("no answer")] * 2
    bench.messenger.sightings = [Sighting.ABSENT, 99]
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    due = bench.clock.now() + timedelta(seconds=1)
    async with bench.running():
        await bench.until(lambda: State.UNKNOWN in bench.states().values())
        bench.clock.shift(timedelta(minutes=5))
        await bench.until(lambda: len(bench.messenger.sent) == 2)
        await bench.until(lambda: bench.states() == {(1, HOUR): State.UNKNOWN})
        bench.clock.shift(timedelta(minutes=6))
        await bench.until(lambda: bench.states() == {(1, HOUR): State.SENT})
    first, second = bench.messenger.looked
    assert first.in_dm
    assert first.channel_id == 71
    assert abs(first.since - (due - CLOCKS_APART)) < timedelta(seconds=2)
    assert abs(second.since - (due - CLOCKS_APART)) < timedelta(seconds=2)


async def test_a_refused_token_stops_everything_for_good(bench: Bench) -> None:
    """Nothing more is handed out, not after a jump of the clock either; what waits goes on waiting."""
    bench.messenger.answers = [lambda _: Refused("the token is invalid", Scope.BOT, 401)]
    bench.member(1, HOUR)
    bench.member(2, 0)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: engine.pacer.stopped is not None)
        bench.clock.shift(timedelta(minutes=61))
        await bench.until(lambda: (2, 0) in bench.states())
        engine.dispatcher.open()
        engine.dispatcher.wake()
        await asyncio.sleep(0)
    assert len(bench.messenger.sent) == 1
    assert bench.states() == {(1, HOUR): State.PENDING, (2, 0): State.PENDING}


async def test_what_is_in_flight_at_the_end_is_waited_for(bench: Bench) -> None:
    """Stopping takes nothing new and records what Discord answers."""
    bench.messenger.answering.clear()
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running():
        await bench.until(lambda: len(bench.messenger.sent) == 1)
        asyncio.get_running_loop().call_soon(bench.messenger.answering.set)
    assert bench.states() == {(1, HOUR): State.SENT}


async def test_unsubscribing_says_what_may_still_arrive(bench: Bench) -> None:
    """What has left is waited for; answered in time, nothing is under way any more."""
    bench.messenger.answering.clear()
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.messenger.sent) == 1)
        await bench.store.write(remove_subscription, SERVER, 1, bench.clock.now())
        assert await engine.dispatcher.revoke(SERVER, 1) == 1
        bench.messenger.answering.set()
        await bench.until(lambda: not engine.dispatcher.in_flight)
        assert await engine.dispatcher.revoke(SERVER, 1) == 0
    assert bench.states() == {(1, HOUR): State.SENT}


async def test_a_missing_channel_is_opened_once_and_the_reminder_follows(bench: Bench) -> None:
    """However many deliveries wait for it, Discord is asked for the channel once."""
    bench.member(1, HOUR, channel=False)
    bench.event(timedelta(minutes=60, seconds=1))
    bench.event(timedelta(minutes=60, seconds=2))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 2)
    assert bench.messenger.opened == [1]


async def test_a_channel_that_is_gone_is_opened_anew(bench: Bench) -> None:
    """One that was opened by this very process as well."""
    bench.messenger.answers = [lambda _: Refused("gone", Scope.DM_CHANNEL, 404, 10003), accepted]
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 1)
    assert bench.messenger.opened == [1]
    assert [one.attempt for one in bench.messenger.sent] == [1, 2]


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (accepted, State.SENT),
        (lambda _: Refused("gone", Scope.DM_CHANNEL, 404, 10003), State.FAILED),
    ],
)
async def test_a_channel_is_found_gone_at_any_attempt(
    bench: Bench, last: Answer, state: State
) -> None:
    """A rate limit before does not use up the one time that it is opened anew for a reminder."""
    gone = Refused("gone", Scope.DM_CHANNEL, 404, 10003)
    bench.messenger.answers = [lambda _: RetryAt("busy", 0.05, 429), lambda _: gone, last]
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running():
        await bench.until(lambda: bench.states() == {(1, HOUR): state})
    assert bench.messenger.opened == [1]
    assert [one.attempt for one in bench.messenger.sent] == [1, 2, 3]


async def test_channels_are_opened_before_anything_is_due(bench: Bench) -> None:
    """Who has subscribed and has no channel, as after an import, has one before the first reminder."""
    bench.member(1, HOUR, channel=False)
    bench.member(2, HOUR)
    async with bench.running():
        bench.clock.shift(timedelta(minutes=1, seconds=1))
        await bench.until(lambda: bench.messenger.opened == [1])
    assert bench.messenger.sent == []


async def test_a_snooze_that_waits_keeps_no_burst_waiting(bench: Bench) -> None:
    """It rings in its time; until then the dispatcher counts as one that has nothing to do."""
    bench.member(1, HOUR)
    event = bench.event(timedelta(hours=5))
    now = bench.clock.now()
    bench.store.write_now(snooze, SERVER, event, 1, 2 * HOUR, now)
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.hungry)
        assert bench.messenger.sent == []
        bench.clock.shift(timedelta(hours=2, seconds=1))
        await bench.until(lambda: engine.dispatcher.sent == 1)
    (sent,) = bench.messenger.sent
    assert (sent.kind, sent.recipient_id) == (Kind.SNOOZE, 1)


@pytest.mark.parametrize("outcome", [RetryAt("held back", 0.05), Unknown("no answer")])
async def test_who_unsubscribes_between_two_tries_gets_no_second(
    bench: Bench, outcome: RetryAt | Unknown
) -> None:
    """Whether the first was refused or its answer was lost: it is looked for, and cancelled where it is not."""
    bench.messenger.answers = [lambda _: outcome]
    bench.messenger.sightings = [Sighting.ABSENT]
    bench.messenger.answering.clear()
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.messenger.sent) == 1)
        await bench.store.write(remove_subscription, SERVER, 1, bench.clock.now())
        asyncio.get_running_loop().call_soon(bench.messenger.answering.set)
        assert await engine.dispatcher.revoke(SERVER, 1) == 0
        bench.clock.shift(timedelta(seconds=20))
        await bench.until(lambda: bench.states() == {(1, HOUR): State.CANCELLED})
    assert len(bench.messenger.sent) == 1


async def test_refusals_are_counted_on_after_a_short_life(bench: Bench) -> None:
    """What comes at the very end is kept, too."""
    bench.messenger.answering.clear()
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:

        def refuse() -> None:
            for _ in range(STOP_FROM):
                engine.dispatcher.refusals.note(403, None, bench.clock.now())
            bench.messenger.answering.set()

        await bench.until(lambda: len(bench.messenger.sent) == 1)
        asyncio.get_running_loop().call_soon(refuse)
    refusals = Refusals()
    refusals.restore(bench.store.read_now(get_fact, REFUSALS_KEPT_AS))
    assert refusals.caution(bench.clock.now()) is Caution.NOTHING


async def test_what_waited_while_nothing_got_through_is_put_in_line_anew(bench: Bench) -> None:
    """Discord is silent for fifty seconds; with its first answers, the rest are no older than what falls due then."""
    bench.messenger.answering.clear()
    for member in range(1, 701):
        bench.member(member, 0)
    bench.event(timedelta(seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.messenger.sent) == MOST_IN_FLIGHT)
        engine.dispatcher.hold()
        bench.clock.shift(timedelta(seconds=50))
        again = bench.clock.now()
        assert min(waiting_turns(bench)) < again
        bench.messenger.answering.set()
        await bench.until(lambda: min(waiting_turns(bench)) >= again)
        engine.dispatcher.open()
        await bench.until(lambda: engine.dispatcher.sent == 700)
    assert len({one.recipient_id for one in bench.messenger.sent}) == 700


def waiting_turns(bench: Bench) -> list[datetime]:
    """The keys by which those who wait are claimed."""
    waiting = sa.select(deliveries.c.order_at).where(deliveries.c.state == State.PENDING)
    return bench.store.read_now(lambda connection: list(connection.scalars(waiting)))
