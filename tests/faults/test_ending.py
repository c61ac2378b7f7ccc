"""The bot is told to end amid its work."""

import asyncio
import signal

import pytest
from tests.faults.bot import Nursery
from tests.faults.plan import SEND
from tests.faults.test_disk import SOON, made_good, staged
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
        assert took < (5 if answered else 12)
        assert (left, under_way) == ((0, 0) if answered else (1, IN_FLIGHT))
        assert sent >= (IN_FLIGHT if answered else 0)
        assert waiting > 0
        assert sent + under_way + waiting == len(small_world.people)
        await hold.remove()
        await made_good(run)
