"""Requests that go through one budget, on a loop whose time passes at once."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.dispatch.pacing import Errand, Pacer, errand
from tocsin.dispatch.turns import Urgency, at_least

RATE = 50
PATH = "/channels/7/messages"


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
