"""The budget's laws, on a loop whose time passes at once."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dispatch.virtual_time import VirtualTimeLoop, run

from tocsin.dispatch.pacing import AHEAD, HEAP, Errand, Pacer, Withheld, errand
from tocsin.dispatch.refusals import Caution
from tocsin.dispatch.turns import Urgency, at_least, urgency

RATE = 50
PATH = "/channels/7/messages"
OPEN = "/users/@me/channels"


@dataclass
class Traffic:
    """Requests that go through one budget, and when each of them left, in its class's order."""

    pacer: Pacer
    left: dict[Urgency, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[Urgency, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def leave(self, kind: Urgency, number: int) -> None:
        """One request."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        with at_least(kind):
            await self.pacer.leaving("POST", PATH)
        self.left[kind].append((number, loop.time()))
        self.waits[kind].append(loop.time() - came)

    async def leave_all(self, kind: Urgency, count: int) -> None:
        """So many at once."""
        await asyncio.gather(*(self.leave(kind, number) for number in range(count)))

    def times(self, *kinds: Urgency) -> list[float]:
        """When those of these classes left; without any, all."""
        return sorted(when for kind in kinds or Urgency for _, when in self.left[kind])


def traffic(rate: float | None = RATE) -> Traffic:
    """A new budget on the loop's time."""
    return Traffic(Pacer(rate, asyncio.get_running_loop().time))


async def burst(pacer: Pacer, left: list[float], count: int, claiming: float = 0.02) -> None:
    """So many deliveries, claimed as a dispatcher claims them; `claiming` seconds for each claim."""
    loop = asyncio.get_running_loop()
    flights = []

    async def send(number: int) -> None:
        errand.set(Errand(number, deadline=loop.time() + 30))
        await pacer.leaving("POST", PATH)
        left.append(loop.time())

    while count:
        room = await pacer.reserve(min(200, count))
        await asyncio.sleep(claiming)
        flights += [asyncio.create_task(send(number)) for number in range(room)]
        count -= room
    await asyncio.gather(*flights)


def most_in_a_second(times: Sequence[float]) -> int:
    """The most that left within any second."""
    return max(sum(first <= other < first + 1 for other in times) for first in times)


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
    # The first comes a turn late, for its claim was awaited, and with it every fiftieth after.
    assert min(b - a for a, b in zip(left, left[2:], strict=False)) > 0.9 / RATE
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
    assert min(b - a for a, b in zip(slow, slow[HEAP:], strict=False)) > 0.9 * HEAP / 2 / RATE
    assert min(b - a for a, b in pairwise(after)) > 0.9 / RATE


def test_late_timers_cost_a_burst_nothing() -> None:
    """On a busy machine that wakes 25 ms late each time, longer than a turn, the rate is kept all the same."""

    async def scenario() -> list[float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.late = 0.025
        left: list[float] = []
        await burst(Pacer(RATE, loop.time), left, 500)
        return left

    left = run(scenario())
    assert (len(left) - 1) / (left[-1] - left[0]) >= 48
    assert most_in_a_second(left) <= RATE


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


def test_a_refused_token_lets_nothing_more_out() -> None:
    """Neither who waits nor who comes, exempt or not."""

    async def scenario() -> int:
        pacer = Pacer(1, asyncio.get_running_loop().time)
        waiting = [asyncio.create_task(pacer.leaving("POST", PATH)) for _ in range(5)]
        await asyncio.sleep(0.1)
        pacer.stop("the token is invalid")
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(Withheld):
            await pacer.leaving("POST", "/interactions/1/token/callback")
        return sum(isinstance(end, Withheld) for end in ends)

    assert run(scenario()) == 4


def test_interaction_callbacks_wait_for_nobody() -> None:
    """Discord leaves them out of the limit, and their follow-ups."""

    async def scenario() -> float:
        loop = asyncio.get_running_loop()
        made = traffic(rate=1)
        waiting = asyncio.create_task(made.leave_all(Urgency.INTERACTION, 3))
        await asyncio.sleep(0.01)
        before = loop.time()
        await made.pacer.leaving("POST", "/interactions/1/token/callback")
        await made.pacer.leaving("PATCH", "/webhooks/1/token/messages/@original")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return loop.time() - before

    assert run(scenario()) == 0


def test_what_is_revoked_does_not_leave_and_is_not_repeated() -> None:
    """Neither a first request nor a repeat of one that was refused, in line already or not yet."""

    async def scenario() -> tuple[list[int], Sequence[object]]:
        loop = asyncio.get_running_loop()
        pacer = Pacer(10, loop.time)
        errands = [Errand(number, deadline=loop.time() + 30) for number in range(4)]

        async def go(on: Errand, requests: int) -> None:
            errand.set(on)
            for _ in range(requests):
                await pacer.leaving("POST", PATH)

        await go(errands[0], 1)
        going = [go(on, requests) for on, requests in zip(errands, (1, 2, 1), strict=False)]
        tasks = [asyncio.create_task(each) for each in going]
        await asyncio.sleep(0.25)  # the first has been repeated, the second has left once
        for one in errands:
            one.revoked = True
        tasks.append(asyncio.create_task(go(errands[3], 1)))
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        return [one.departures for one in errands], ends

    departures, ends = run(scenario())
    assert departures == [2, 1, 0, 0]
    assert [type(end) for end in ends] == [type(None), Withheld, Withheld, Withheld]


@pytest.mark.parametrize(
    ("caution", "kind", "path", "leaves"),
    [
        (Caution.NONE, Urgency.REPAIR, OPEN, True),
        (Caution.PROVEN_ONLY, Urgency.REPAIR, OPEN, False),
        (Caution.PROVEN_ONLY, Urgency.INTERACTION, OPEN, True),
        (Caution.PROVEN_ONLY, Urgency.REPAIR, PATH, True),
        (Caution.NOTHING, Urgency.INTERACTION, OPEN, False),
        (Caution.NOTHING, Urgency.INTERACTION, PATH, False),
        (Caution.NOTHING, Urgency.DELIVERY, PATH, False),
        (Caution.NOTHING, Urgency.INTERACTION, "/interactions/1/token/callback", True),
        (Caution.NOTHING, Urgency.INTERACTION, "/webhooks/1/token/messages/@original", True),
        (Caution.NOTHING, Urgency.REPAIR, "/users/@me", True),
        (Caution.NOTHING, Urgency.INTERACTION, "/gateway/bot", True),
    ],
)
@pytest.mark.parametrize("rate", [None, RATE])
def test_after_many_refusals_little_leaves_and_after_too_many_nothing(
    caution: Caution, kind: Urgency, path: str, leaves: bool, rate: float | None
) -> None:
    """At first no channel is opened that nobody asked for; then only people are answered, and the log-in goes on."""

    async def scenario() -> bool:
        pacer = Pacer(rate, asyncio.get_running_loop().time, caution=lambda: caution)
        with at_least(kind):
            try:
                await pacer.leaving("POST", path)
            except Withheld:
                return False
        return True

    assert run(scenario()) == leaves


def test_too_many_refusals_hold_back_who_waits_already() -> None:
    """The count is looked at when a request's turn comes, too."""

    async def scenario() -> list[bool]:
        caution = Caution.NONE
        pacer = Pacer(10, asyncio.get_running_loop().time, caution=lambda: caution)
        going = [asyncio.create_task(pacer.leaving("GET", PATH)) for _ in range(5)]
        await asyncio.sleep(0.15)
        caution = Caution.NOTHING
        ends = await asyncio.gather(*going, return_exceptions=True)
        return [isinstance(end, Withheld) for end in ends]

    assert run(scenario()) == [False, False, True, True, True]


GLOBAL = {"X-RateLimit-Scope": "global"}


@pytest.mark.parametrize("rate", [None, RATE])
def test_a_limit_of_the_whole_bot_is_obeyed_by_all(rate: float | None) -> None:
    """Who waits and who comes leaves when it is over, evenly; people are answered meanwhile."""

    async def scenario() -> tuple[float, list[float]]:
        loop = asyncio.get_running_loop()
        made = traffic(rate)
        waiting = [asyncio.create_task(made.leave_all(kind, 20)) for kind in Urgency]
        await asyncio.sleep(0.0)
        made.pacer.answered("POST", PATH, 429, {**GLOBAL, "Retry-After": "20"})
        before = loop.time()
        left = len(made.times())
        assert await made.pacer.reserve(10) == 0
        await made.pacer.leaving("POST", "/interactions/1/token/callback")
        await asyncio.gather(*waiting)
        return before, made.times()[left:]

    before, times = run(scenario())
    assert times[0] >= before + 20
    assert len(times) >= 57
    if rate is not None:
        assert min(b - a for a, b in pairwise(times)) > 0.9 / RATE


@pytest.mark.parametrize("rate", [None, RATE])
def test_who_cannot_wait_for_a_limit_to_end_is_told_at_once(rate: float | None) -> None:
    """A delivery whose claim would be too old by then; anything, if it is for more than half a minute."""

    async def scenario() -> list[object]:
        loop = asyncio.get_running_loop()
        pacer = Pacer(rate, loop.time)

        async def deliver() -> None:
            errand.set(Errand(1, deadline=loop.time() + 15))
            await pacer.leaving("POST", PATH)

        pacer.answered("POST", PATH, 429, {**GLOBAL, "Retry-After": "20"})
        before = loop.time()
        ends: list[object] = [
            *await asyncio.gather(asyncio.create_task(deliver()), return_exceptions=True)
        ]
        waiting = asyncio.create_task(pacer.leaving("GET", PATH))
        await asyncio.sleep(0)
        pacer.answered("POST", PATH, 429, {**GLOBAL, "Retry-After": "45"})
        if rate is not None:
            ends += await asyncio.gather(waiting, return_exceptions=True)
            assert loop.time() == before
        ends += await asyncio.gather(pacer.leaving("GET", PATH), return_exceptions=True)
        waiting.cancel()
        await asyncio.sleep(45)
        await pacer.leaving("GET", PATH)
        return ends

    assert all(isinstance(end, Withheld) for end in run(scenario()))


@pytest.mark.parametrize(
    ("headers", "paths", "limited"),
    [
        ({"X-RateLimit-Scope": "global", "Retry-After": "12"}, 1, 12),
        ({"Retry-After": "600"}, 1, 600),
        ({"X-RateLimit-Scope": "shared", "Retry-After": "60"}, 9, 0),
        ({"X-RateLimit-Scope": "user", "Retry-After": "60"}, 4, 0),
        ({"X-RateLimit-Scope": "user", "Retry-After": "60"}, 5, 60),
        ({"X-RateLimit-Scope": "user", "Retry-After": "4"}, 9, 0),
        ({"X-RateLimit-Scope": "global", "Retry-After": "1"}, 1, 0),
        ({"X-RateLimit-Scope": "global", "Retry-After": "soon"}, 1, 0),
    ],
)
def test_which_limits_are_the_whole_bots(
    headers: dict[str, str], paths: int, limited: float
) -> None:
    """Global ones, a banned address, and long ones of many channels at once; never a channel's own."""

    async def scenario() -> float:
        pacer = Pacer(RATE, asyncio.get_running_loop().time)
        for number in range(paths):
            pacer.answered("POST", f"/channels/{number}/messages", 429, headers)
        return pacer.limited_for()

    assert run(scenario()) == limited
