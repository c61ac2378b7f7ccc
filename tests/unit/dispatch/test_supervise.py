import asyncio
from itertools import count

from tocsin.clock import Clock
from tocsin.dispatch.supervise import Supervisor


class _Quick(Clock):
    """Waits for nothing: pauses between restarts are no matter of these tests."""

    async def wait(self, until: object, woken: object, *, at_most: float | None = None) -> bool:
        await asyncio.sleep(0)
        return False


class _Hasty(_Quick):
    """More than a minute passes between any two looks at it."""

    _readings = count(step=61)

    @staticmethod
    def monotonic() -> float:
        return float(next(_Hasty._readings))


async def test_a_loop_that_fails_is_started_again_and_says_so() -> None:
    """An error, an end and a cancellation from within are each survived, counted and shown."""
    supervisor, starts, steady = Supervisor(_Quick()), iter(range(9)), asyncio.Event()

    async def loop() -> None:
        match next(starts):
            case 0:
                raise ValueError("broken")
            case 1:
                return
            case 2:
                raise asyncio.CancelledError
        steady.set()
        await asyncio.Event().wait()

    supervisor.watch("loop", loop)
    await asyncio.wait_for(steady.wait(), 10)
    health = supervisor.health["loop"]
    assert (health.running, health.failures) == (True, 3)
    assert health.last_error == "it was cancelled from within"
    await asyncio.wait_for(supervisor.stop(), 10)


async def test_a_loop_survives_thousands_of_failures() -> None:
    """A disk that is full for a day does not end the loop: it goes on by itself when the trouble ends."""
    supervisor, starts, steady = Supervisor(_Quick()), iter(range(9)), asyncio.Event()

    async def loop() -> None:
        if next(starts) == 0:
            raise OSError("disk full")
        steady.set()
        await asyncio.Event().wait()

    supervisor.watch("loop", loop)
    supervisor.health["loop"].failures = 5_000
    await asyncio.wait_for(steady.wait(), 10)
    assert supervisor.health["loop"].failures == 5_001
    await supervisor.stop()


async def test_what_failed_and_then_ran_well_is_remembered() -> None:
    """A failure after a long time of running is the first in a row again, and still one more of all."""
    supervisor, starts, steady = Supervisor(_Hasty()), iter(range(9)), asyncio.Event()

    async def loop() -> None:
        if next(starts) < 3:
            raise OSError("disk full")
        steady.set()
        await asyncio.Event().wait()

    supervisor.watch("loop", loop)
    await asyncio.wait_for(steady.wait(), 10)
    health = supervisor.health["loop"]
    assert (health.failures, health.failures_total) == (1, 3)
    await supervisor.stop()
