"""Who must not leave at all: revoked, limited, or after too many refusals."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from tests.unit.dispatch.traffic import PATH, RATE, traffic
from tests.unit.dispatch.virtual_time import run

from tocsin.dispatch.pacing import Errand, Pacer, Withheld, errand
from tocsin.dispatch.refusals import Caution
from tocsin.dispatch.turns import Urgency, at_least

OPEN = "/users/@me/channels"


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
