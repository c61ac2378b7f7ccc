"""The budget's laws, on a loop whose time passes at once."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dispatch.traffic import PATH, RATE, Traffic, burst, most_in_a_second, traffic
from tests.unit.dispatch.virtual_time import VirtualTimeLoop, run

from tocsin.dispatch.pacing import AHEAD, Pacer, Withheld
from tocsin.dispatch.turns import Urgency, at_least, urgency

PLANS = st.lists(
    st.tuples(
        st.sampled_from(Urgency),
        st.floats(0, 4).map(lambda seconds: round(seconds, 3)),
        st.integers(1, 40),
    ),
    max_size=12,
)
STALLS = st.lists(st.floats(0, 3), max_size=4)


@given(PLANS, STALLS)
def test_never_more_than_the_rate_in_any_second_and_each_class_in_its_order(
    plan: list[tuple[Urgency, float, int]], stalls: list[float]
) -> None:
    """Whoever comes when, and though the machine stops now and then: all leave, and none out of turn."""

    async def scenario() -> Traffic:
        made = traffic()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        numbers: dict[Urgency, int] = defaultdict(int)

        async def come(kind: Urgency, at: float, count: int) -> None:
            await asyncio.sleep(at)
            first = numbers[kind]
            numbers[kind] += count
            await asyncio.gather(*(made.leave(kind, first + each) for each in range(count)))

        for at in stalls:
            loop.call_later(at, loop.pass_by, 0.7)
        await asyncio.gather(*(come(*each) for each in plan))
        return made

    made = run(scenario())
    assert len(made.times()) == sum(count for _, _, count in plan)
    if plan:
        assert most_in_a_second(made.times()) <= RATE
    for kind in Urgency:
        numbers = [number for number, _ in made.left[kind]]
        assert numbers == sorted(numbers)


def test_a_burst_uses_the_whole_budget() -> None:
    """Deliveries that are claimed ahead leave as fast as the limit allows, one after the other."""

    async def scenario() -> list[float]:
        pacer = Pacer(RATE, asyncio.get_running_loop().time)
        left: list[float] = []
        await burst(pacer, left, 500)
        return left

    left = run(scenario())
    assert (len(left) - 1) / (left[-1] - left[0]) >= 49
    assert most_in_a_second(left) <= RATE
    assert min(b - a for a, b in pairwise(left)) > 0.4 / RATE
    assert max(b - a for a, b in pairwise(left)) < 0.05


def test_slow_claims_are_made_up_for_and_idleness_is_not() -> None:
    """A claim that takes longer than usual costs the burst nothing; after a pause nothing leaves in a heap."""

    async def scenario() -> tuple[list[float], list[float]]:
        pacer = Pacer(RATE, asyncio.get_running_loop().time)
        slow: list[float] = []
        await burst(pacer, slow, 300, claiming=0.15)
        await asyncio.sleep(60)
        after: list[float] = []
        await burst(pacer, after, 20, claiming=0.0)
        return slow, after

    slow, after = run(scenario())
    assert (len(slow) - 1) / (slow[-1] - slow[0]) >= 45
    assert min(b - a for a, b in pairwise(slow)) > 0.4 / RATE
    assert min(b - a for a, b in pairwise(after)) > 0.9 / RATE


def test_no_more_is_claimed_than_leaves_soon() -> None:
    """Room is given for a fifth of a second, again if it is given back, and in time if nobody ever leaves."""

    async def scenario() -> tuple[int, int, list[tuple[float, int]]]:
        loop = asyncio.get_running_loop()
        pacer = Pacer(RATE, loop.time)
        first = await pacer.reserve(200)
        pacer.give_back(first)
        again = await pacer.reserve(200)
        began, given = loop.time(), []
        while loop.time() - began < 5:
            room = await pacer.reserve(200)
            given.append((loop.time() - began, room))
        return first, again, given

    first, again, given = run(scenario())
    assert first == again <= AHEAD * RATE
    assert first + sum(room for when, room in given if when < 0.9) <= 2 * AHEAD * RATE
    assert sum(room for when, room in given if when > 3) > 0


@pytest.mark.parametrize("others", [1, 40])
def test_whoever_waits_for_an_interaction_waits_for_a_few_turns_only(others: int) -> None:
    """Beside a burst and a hundred repairs; several at once share half of the budget."""

    async def scenario() -> Traffic:
        made = traffic()
        sent: list[float] = []
        rest = [
            asyncio.create_task(burst(made.pacer, sent, 500)),
            asyncio.create_task(made.leave_all(Urgency.REPAIR, 100)),
        ]
        await asyncio.sleep(3)
        await made.leave_all(Urgency.INTERACTION, others)
        for each in rest:
            each.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        return made

    waits = run(scenario()).waits[Urgency.INTERACTION]
    assert waits[0] <= 4 / RATE
    assert max(waits) <= (2 * others + 3) * 1.1 / RATE


def test_a_burst_leaves_repairs_two_a_second_and_loses_no_more_to_them() -> None:
    """However many wait, they get their two, and the burst all the rest."""

    async def scenario() -> tuple[Traffic, list[float]]:
        made = traffic()
        repairs = asyncio.create_task(made.leave_all(Urgency.REPAIR, 300))
        await asyncio.sleep(0.5)
        sent: list[float] = []
        await burst(made.pacer, sent, 480)
        repairs.cancel()
        await asyncio.gather(repairs, return_exceptions=True)
        return made, sent

    made, sent = run(scenario())
    seconds = sent[-1] - sent[0]
    repaired = [each for each in made.times(Urgency.REPAIR) if sent[0] <= each <= sent[-1]]
    assert 2 * seconds - 1 <= len(repaired) <= 2 * seconds + 1
    assert len(sent) / seconds >= 47


@pytest.mark.parametrize("kind", list(Urgency))
def test_what_nobody_else_wants_is_lent(kind: Urgency) -> None:
    """Any class may use the whole budget while it is alone."""

    async def scenario() -> Traffic:
        made = traffic()
        await made.leave_all(kind, 200)
        return made

    times = run(scenario()).times()
    assert 49 <= (len(times) - 1) / (times[-1] - times[0]) <= RATE


def test_urgency_is_inherited_and_never_lessened() -> None:
    """A task that an interaction starts is as urgent; a look into a history in one stays so."""

    async def scenario() -> list[Urgency]:
        seen = [urgency.get()]
        urgency.set(Urgency.INTERACTION)

        async def inside() -> None:
            with at_least(Urgency.DELIVERY):
                seen.append(urgency.get())

        await asyncio.create_task(inside())
        return seen

    assert run(scenario()) == [Urgency.REPAIR, Urgency.INTERACTION]


def test_a_request_that_is_given_up_takes_nobodys_turn() -> None:
    """Cancelled while it waits, it leaves no gap."""

    async def scenario() -> Traffic:
        made = traffic(rate=10)
        given_up = asyncio.create_task(made.leave_all(Urgency.REPAIR, 10))
        await asyncio.sleep(0.01)
        rest = asyncio.create_task(made.leave_all(Urgency.REPAIR, 2))
        await asyncio.sleep(0.01)
        given_up.cancel()
        await rest
        return made

    times = run(scenario()).times()
    assert len(times) == 3
    assert times[-1] - times[0] < 0.25


@pytest.mark.parametrize("then", [Pacer.withhold, Pacer.stop])
def test_giving_up_at_the_moment_of_ones_turn_harms_nobody(
    then: Callable[..., None],
) -> None:
    """Who is cancelled and has not heard of it is passed over, whatever happens meanwhile."""

    async def scenario() -> list[object]:
        pacer = Pacer(10, asyncio.get_running_loop().time)
        waiting = [asyncio.create_task(pacer.leaving("GET", PATH)) for _ in range(4)]
        await asyncio.sleep(0.05)
        waiting[1].cancel()
        waiting[2].cancel()
        then(pacer, *(["the token is invalid"] if then is Pacer.stop else []))
        return [*await asyncio.gather(*waiting, return_exceptions=True)]

    ends = run(scenario())
    last = Withheld if then is Pacer.stop else type(None)
    assert [type(end) for end in ends] == [
        type(None),
        asyncio.CancelledError,
        asyncio.CancelledError,
        last,
    ]
