"""One budget for the whole bot, taken where a request really leaves."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from tocsin.errors import TocsinError

AHEAD = 0.2
"""How many seconds before their turn slots are handed out: what is claimed and has not left is never more."""
MARGIN = 0.015
"""Seconds by which the window is made longer, because arrivals are less even than departures."""


class Withheld(TocsinError):
    """A request was not let out."""


@dataclass(slots=True)
class Errand:
    """One delivery on its way: the budget's slot is paid for once, and it may be revoked until it has left.

    `deadline` is a reading of the monotonic clock in seconds; `departures` counts the requests that left.
    """

    delivery_id: int
    deadline: float
    revoked: bool = False
    departures: int = 0


errand: ContextVar[Errand | None] = ContextVar("errand", default=None)


def is_exempt(path: str) -> bool:
    """Whether Discord leaves a request out of the global limit: interaction callbacks and their follow-ups.

    Source: Discord's documentation of rate limits. Webhook paths carry a token after the id.
    """
    return "/interactions/" in path or "/webhooks/" in path


class Pacer:
    """Spaces requests evenly, without a burst, with an empty budget at start.

    Slots are `1 / rate` seconds apart, and never more than `rate` of them in any second. `rate` is None for no
    limit at all, as a sandbox may allow. `requests` and `answers`, these by HTTP status, are counted from the start.
    """

    def __init__(
        self,
        rate: float | None,
        monotonic: Callable[[], float],
        note_answer: Callable[[int, str | None], None] = lambda _status, _scope: None,
    ) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._gap = 0.0 if rate is None else (1.0 + MARGIN) / rate
        self._next = monotonic()
        self._left: deque[float] = deque(maxlen=max(1, int(rate or 1)))
        self.stopped: str | None = None
        self.requests = 0
        self.answers: Counter[int] = Counter()
        self._note_answer = note_answer

    async def reserve(self, limit: int) -> list[float]:
        """Up to `limit` slots, as readings of the monotonic clock, at least one; waits until the first is near."""
        while True:
            now = self._monotonic()
            if self._rate is None:
                return [now] * limit
            self._next = max(self._next, now)
            if self._next - now <= AHEAD:
                break
            await asyncio.sleep(self._next - now - AHEAD / 2)
        count = max(1, min(limit, int((now + AHEAD - self._next) / self._gap)))
        slots = [self._next + i * self._gap for i in range(count)]
        self._next += count * self._gap
        return slots

    def give_back(self, slots: list[float]) -> None:
        """Slots that were reserved last and not used."""
        if slots and abs(self._next - slots[-1] - self._gap) < 1e-6:
            self._next = slots[0]

    async def wait_for(self, slot: float) -> None:
        """Wait until the slot's time has come."""
        delay = slot - self._monotonic()
        if delay > 0:
            await asyncio.sleep(delay)

    async def leaving(self, _method: str, path: str) -> None:
        """Called where a request would leave; returns when it may. Raises Withheld when it must not."""
        if self.stopped is not None:
            raise Withheld(self.stopped)
        if is_exempt(path):
            return
        current = errand.get()
        self._check(current)
        if current is None or current.departures:
            await self.wait_for((await self.reserve(1))[0])
        await self._window()
        # Again: whoever unsubscribed while it waited for its turn has been answered by now.
        self._check(current)
        if current is not None:
            current.departures += 1
        self.requests += 1

    def _check(self, current: Errand | None) -> None:
        """Raise Withheld if the request must not leave."""
        if self.stopped is not None:
            raise Withheld(self.stopped)
        if current is None:
            return
        if current.revoked and not current.departures:
            raise Withheld("it was revoked before it left")
        if self._monotonic() > current.deadline:
            raise Withheld("its claim is too old for another request")

    async def _window(self) -> None:
        """Hold the request that would be one too many within a second."""
        if self._rate is None:
            return
        now = self._monotonic()
        leaves = now
        if len(self._left) == self._left.maxlen:
            leaves = max(now, self._left[0] + 1.0 + MARGIN)
        # Noted before the wait, so that whoever comes meanwhile counts it in.
        self._left.append(leaves)
        await self.wait_for(leaves)

    def answered(self, _method: str, _path: str, status: int, headers: Mapping[str, str]) -> None:
        """Called with each answer: what counts towards the ban on invalid requests is counted."""
        self.answers[status] += 1
        self._note_answer(status, headers.get("X-RateLimit-Scope"))

    def stop(self, reason: str) -> None:
        """Let nothing more leave: the token is invalid."""
        self.stopped = reason
