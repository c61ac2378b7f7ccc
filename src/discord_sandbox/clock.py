"""The sandbox's own time and chance: the only module that asks the machine for either.

Everything the sandbox dates (snowflakes, timestamps, `Date` headers, rate-limit windows, nonces)
is dated by one `SandboxClock`, so that a test which steps the clock moves all of it together.
"""

from __future__ import annotations

import asyncio
import functools
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SandboxClock:
    """The machine's clock plus an offset. `version` grows with every change of the offset."""

    def __init__(self) -> None:
        self.offset_ms = 0
        self.version = 1
        self._waiting: list[asyncio.Future[None]] = []
        self._listeners: list[Callable[[], None]] = []
        self._header: tuple[int, str] = (0, "")

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC, by the sandbox's clock."""
        return time.time_ns() // 1_000_000 + self.offset_ms

    def set_ms(self, now_ms: int) -> None:
        """Make it `now_ms`; time runs on from there."""
        self.set_offset_ms(now_ms - time.time_ns() // 1_000_000)

    def step_ms(self, step_ms: int) -> None:
        self.set_offset_ms(self.offset_ms + step_ms)

    def set_offset_ms(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms
        self.version += 1
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call it after every change of the offset."""
        self._listeners.append(listener)

    async def changed(self, after: int, timeout: float) -> None:
        """Return once `version` is not `after`, or when `timeout` seconds have passed."""
        if self.version != after:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            return
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def http_date(self) -> str:
        """The value of a `Date` header."""
        second = self.now_ms() // 1000
        if self._header[0] != second:
            self._header = (second, formatdate(second, usegmt=True))
        return self._header[1]


def iso(at_ms: int) -> str:
    """A timestamp as Discord writes it: ISO 8601, microseconds, +00:00."""
    second, ms = divmod(at_ms, 1000)
    return f"{_to_the_second(second)}.{ms:03d}000+00:00"


@functools.lru_cache(maxsize=4096)
def _to_the_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def parse_iso(text: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 instant; one without an offset is UTC.

    Raises ValueError when it is not one.
    """
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    # Not by way of a float, which is a millisecond short for some instants.
    return (parsed - _EPOCH) // timedelta(milliseconds=1)


class Dice:
    """Chance that can be had again: the same seed gives the same throws."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def strikes(self, probability: float) -> bool:
        return self._random.random() < probability
