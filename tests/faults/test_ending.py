"""The bot is told to end amid its work."""

import asyncio
import signal

import pytest
from tests.faults.bot import Bots, Nursery
from tests.faults.plan import SEND
from tests.faults.test_disk import SOON, locked, made_good, owed, staged
from tests.faults.world import World

from tocsin.reminders.delivery import State

IN_FLIGHT = 3


@pytest.mark.parametrize("answered", [True, False])
async def test_ending_finishes_what_is_in_flight_and_hands_the_rest_over(
    nursery: Nursery, small_world: World, answered: bool
) -> None:
    """Within ten seconds, answered or not; what was not claimed is left to the next, and each arrives once."""
    slowly = {"TOCSIN_DISCORD__REQUESTS_PER_SECOND": "5"}
    async with staged(nursery, small_world, **slowly) as (run, bot):
        hold = await small_world.sandbox.fault("hold", stage="after", count=IN_FLIGHT, **SEND)
        await small_world.sandbox.clock.step(SOON)
        await hold.wait_struck(IN_FLIGHT)
        told = asyncio.get_running_loop().time()
        ending = asyncio.create_task(bot.end(signal.SIGTERM))
        await bot.logged("stopping")
        if answered:
            await hold.release()
        assert await ending == 0
        took = asyncio.get_running_loop().time() - told
        sent, left = bot.counts["sent"], bot.counts["left in flight"]
        under_way = len(run.ledger.members(State.SENDING))
        waiting = len(run.ledger.members(State.PENDING))
        assert took < (5 if answered else 11)
        assert (left, under_way) == ((0, 0) if answered else (1, IN_FLIGHT))
        assert sent >= (IN_FLIGHT if answered else 0)
        assert waiting > 0
        assert sent + under_way + waiting == len(small_world.people)
        await hold.remove()
        await made_good(run)


@pytest.mark.parametrize("claimed", [True, False])
async def test_ending_waits_no_longer_for_a_database_that_another_holds(
    nursery: Nursery, small_world: World, claimed: bool
) -> None:
    """Within ten seconds, whether what it waits to write is an outcome or a claim; nothing is lost or repeated."""
    slowly = {"TOCSIN_DISCORD__REQUESTS_PER_SECOND": "5"}
    async with staged(nursery, small_world, **slowly) as (run, bot):
        hold = await small_world.sandbox.fault("hold", stage="after", count=1, **SEND)
        if claimed:
            await small_world.sandbox.clock.step(SOON)
            await hold.wait_struck(1)
        with locked(small_world.database):
            await hold.release()
            if not claimed:
                await small_world.sandbox.clock.step(SOON)
                while await bot.change(2):
                    pass
            told = asyncio.get_running_loop().time()
            assert await bot.end(signal.SIGTERM) == 0
            took = asyncio.get_running_loop().time() - told
        assert took < 11
        assert "Traceback" not in bot.told()
        await hold.remove()
        await made_good(run)


async def test_ending_before_the_database_let_it_start(
    nursery: Nursery, small_world: World
) -> None:
    """Another program holds the database from the log-in on: it does not wait for that first."""
    async with Bots(nursery, small_world.environment) as bots:
        run = await owed(small_world, bots)
        hold = await small_world.sandbox.fault("hold", count=1, path=r"/users/@me$")
        bot = await bots.running()
        await hold.wait_struck(1)
        with locked(small_world.database):
            await hold.release()
            while await bot.change(2):
                pass
            told = asyncio.get_running_loop().time()
            assert await bot.end(signal.SIGTERM) == 0
            took = asyncio.get_running_loop().time() - told
        assert took < 5
        assert bot.counts["running"] == 0
        assert "Traceback" not in bot.told()
        await hold.remove()
        await small_world.sandbox.clock.step(SOON)
        await made_good(run)
