"""Discord tells the whole bot to wait."""

from datetime import timedelta

from tests.faults.bot import Nursery
from tests.faults.plan import SEND
from tests.faults.test_disk import SOON, made_good, messages, staged
from tests.faults.world import World

WAIT = timedelta(seconds=45)


async def test_while_the_whole_bot_is_limited_nothing_leaves(
    nursery: Nursery, small_world: World
) -> None:
    """One answer is enough, however many are due; it is said, and those who were held back arrive afterwards."""
    slowly = {"TOCSIN_DISCORD__REQUESTS_PER_SECOND": "5"}
    limit = {"scope": "global", "retry_after": WAIT.total_seconds(), "count": 1}
    async with staged(nursery, small_world, **slowly) as (run, bot):
        before = await messages(small_world)
        fault = await small_world.sandbox.fault("ratelimit", **limit, **SEND)
        await small_world.sandbox.clock.step(SOON)
        await fault.wait_struck(1)
        # Until it has been quiet for as long as an unhindered bot needs to send ten.
        while await bot.change(2):
            pass
        assert await messages(small_world) - before == 1
        assert any("Discord limits the whole bot" in line for line in bot.lines)
        await bot.end()
        await made_good(run)
