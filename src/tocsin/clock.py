"""The only place that knows what time it is, and the only one that rolls dice.

Everything else takes `now` as a parameter, or waits on a `Clock`, so that a test or a demo can move time.
Every instant is an aware UTC datetime.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import aiohttp
from yarl import URL

from tocsin.errors import TocsinError

jitter = random.SystemRandom()
"""Randomness for backoff and for picking a line of text; nothing that is secret comes from it."""


_PATIENCE_SECONDS = 10
_NO_CLOCK = "what answers there is no sandbox's clock, whose address ends in /sandbox/clock"


class ClockUnreachable(TocsinError):
    """The clock that the settings name cannot be read."""


class Clock:
    """The system's clock, moved by an offset that is zero unless a sandbox is followed.

    `stepped` counts the jumps, so that a waiter can tell a jump from the passing of time.
    """

    def __init__(self) -> None:
        self.offset = timedelta()
        self.stepped = 0
        self._steps: set[asyncio.Event] = set()

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        return datetime.now(UTC) + self.offset

    @staticmethod
    def monotonic() -> float:
        """Seconds that only ever grow, for measuring how long something took."""
        return time.monotonic()

    def shift(self, offset: timedelta) -> None:
        """Set the offset from the system's clock and wake everyone who waits for an instant."""
        if offset == self.offset:
            return
        self.offset = offset
        self.stepped += 1
        for step in self._steps:
            step.set()

    async def wait(
        self, until: datetime | None, woken: asyncio.Event, *, at_most: float | None = None
    ) -> bool:
        """Wait until the instant `until`, or until `woken` is set, or at most `at_most` seconds.

        Returns whether `woken` was set; it is cleared then. A step of the clock is seen at once.
        """
        deadline = None if at_most is None else self.monotonic() + at_most
        # An event of its own: whoever sets `woken` while the clock steps must be heard as well.
        step = asyncio.Event()
        self._steps.add(step)
        try:
            while True:
                step.clear()
                bounds = [] if until is None else [(until - self.now()).total_seconds()]
                if deadline is not None:
                    bounds.append(deadline - self.monotonic())
                if bounds and min(bounds) <= 0:
                    return False
                await _either(woken, step, min(bounds) if bounds else None)
                if woken.is_set():
                    woken.clear()
                    return True
        finally:
            self._steps.discard(step)


async def _either(one: asyncio.Event, other: asyncio.Event, timeout: float | None) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def follow(clock: Clock, url: str, on_error: Callable[[Exception], None]) -> None:
    """Keep `clock` equal to the sandbox's clock at `url`, for ever; the first reading is awaited by `read_offset`.

    The address answers `{"now_ms", "offset_ms", "version"}`; with `?after=VERSION` it answers when that has changed.
    """
    version = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        while True:
            try:
                async with session.get(url, params={"after": str(version)}) as answer:
                    reading = await answer.json()
                version = int(reading["version"])
                clock.shift(timedelta(milliseconds=int(reading["offset_ms"])))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                on_error(error)
                await asyncio.sleep(0.5)


async def read_offset(url: str) -> timedelta:
    """The offset of the sandbox's clock at `url` from the system's. Raises ClockUnreachable."""
    patience = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=patience) as session, session.get(url) as answer:
            return timedelta(milliseconds=int((await answer.json())["offset_ms"]))
    except (aiohttp.ContentTypeError, LookupError, TypeError, ValueError) as error:
        raise _unreachable(url, _NO_CLOCK) from error
    except TimeoutError as error:
        raise _unreachable(url, f"no answer within {_PATIENCE_SECONDS} s") from error
    except (aiohttp.ClientError, OSError) as error:
        number = getattr(error, "errno", None) or 0
        raise _unreachable(url, os.strerror(number) if number > 0 else str(error)) from error


def _unreachable(url: str, why: str) -> ClockUnreachable:
    # An address may hold a password, which is nobody's to read.
    shown = URL(url).with_user(None)
    return ClockUnreachable(
        f"The clock at {shown} (clock.url in the settings) cannot be read: {why}. Without it nobody knows what is due, "
        "so nothing was done. Start the sandbox, or take clock.url out of the settings."
    )


def worker_name() -> str:
    """A name for this process that no other has had: claims carry it, so that a restart can tell its own."""
    return f"{os.getpid()}-{jitter.getrandbits(40):010x}"


def instance_name() -> str:
    """A name for a new database, which salts its nonces and control ids."""
    return f"{jitter.getrandbits(80):020x}"
