"""No background loop dies in silence: each is watched, restarted with backoff, and its failure is kept to be shown."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from tocsin.clock import Clock, jitter
from tocsin.dispatch.backoff import retry_delay
from tocsin.errors import TocsinError
from tocsin.telemetry.logs import get_logger

log = get_logger("tocsin.loops")
_STEADY = 60.0
"""Seconds after which a loop that was restarted counts as well again."""


@dataclass(slots=True)
class LoopHealth:
    """How a loop fares: `failures` in a row, the last of them in words, and `failures_total` since the start."""

    name: str
    running: bool = False
    failures: int = 0
    failures_total: int = 0
    last_error: str | None = None
    failed_at: datetime | None = None


class Supervisor:
    """Runs loops that should never end, each in a task of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.health: dict[str, LoopHealth] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def watch(self, name: str, loop: Callable[[], Awaitable[object]]) -> None:
        """Start a loop and keep it running."""
        health = self.health[name] = LoopHealth(name)
        self._tasks.append(asyncio.create_task(self._keep(health, loop), name=name))

    async def _keep(self, health: LoopHealth, loop: Callable[[], Awaitable[object]]) -> None:
        pause = asyncio.Event()
        while True:
            started = self._clock.monotonic()
            health.running = True
            try:
                await loop()
                health.last_error = "it ended, which it never should"
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                # Something inside was cancelled, and not this loop: it must not end for that.
                health.last_error = "it was cancelled from within"
                log.error("loop failed", loop=health.name, error=health.last_error)
            except TocsinError as error:
                # It says what happened and what to do; where it was raised is of no use to anyone.
                health.last_error = str(error)
                log.error("loop failed", loop=health.name, error=str(error))
            except Exception as error:  # this is the place that catches what nobody else did
                health.last_error = f"{type(error).__name__}: {error}"
                log.exception("loop failed", loop=health.name)
            health.running = False
            health.failed_at = self._clock.now()
            if self._clock.monotonic() - started > _STEADY:
                health.failures = 0
            health.failures += 1
            health.failures_total += 1
            delay = min(retry_delay(health.failures, jitter.random()).total_seconds(), 30.0)
            await self._clock.wait(None, pause, at_most=delay)

    async def stop(self) -> None:
        """End every loop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
