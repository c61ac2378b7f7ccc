import asyncio
from datetime import timedelta

from tocsin.clock import Clock, instance_name, worker_name

HOUR = timedelta(hours=1)


async def test_a_step_of_the_clock_ends_a_wait_for_an_instant() -> None:
    """An hour's wait is over when the clock is moved by an hour, and nobody was woken."""
    clock = Clock()
    waiting = asyncio.create_task(clock.wait(clock.now() + HOUR, asyncio.Event()))
    await asyncio.sleep(0)
    clock.shift(HOUR)
    assert await asyncio.wait_for(waiting, 10) is False


async def test_a_wake_amid_a_step_is_not_lost() -> None:
    """Whoever sets the event while the clock is moved is heard."""
    clock, woken = Clock(), asyncio.Event()
    waiting = asyncio.create_task(clock.wait(clock.now() + 5 * HOUR, woken))
    await asyncio.sleep(0)
    clock.shift(HOUR)
    woken.set()
    assert await asyncio.wait_for(waiting, 10) is True
    assert not woken.is_set()


async def test_a_step_that_is_too_short_ends_nothing() -> None:
    """It is waited on, until the event is set."""
    clock, woken = Clock(), asyncio.Event()
    waiting = asyncio.create_task(clock.wait(clock.now() + 2 * HOUR, woken))
    await asyncio.sleep(0)
    clock.shift(HOUR)
    clock.shift(-HOUR)
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    woken.set()
    assert await asyncio.wait_for(waiting, 10) is True


async def test_a_wait_has_an_end() -> None:
    """An instant that has passed, or the longest wait, ends it at once."""
    clock = Clock()
    assert not await clock.wait(clock.now(), asyncio.Event())
    assert not await clock.wait(None, asyncio.Event(), at_most=0)


def test_names_are_never_used_twice() -> None:
    """Neither a worker's nor a database's."""
    assert len({worker_name() for _ in range(100)}) == 100
    assert len({instance_name() for _ in range(100)}) == 100
