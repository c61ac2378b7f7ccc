"""A small campaign of the harness, as `make faults` runs a large one."""

from pathlib import Path

from tests.faults.bot import Bots, Nursery
from tests.faults.campaign import Campaign
from tests.faults.plan import Hold, Plan
from tests.faults.run import PAST_THE_WINDOW, Run
from tests.faults.world import world

from discord_sandbox.testing import Sandbox

KILLS, MEMBERS, STRANGERS, SEED = 6, 60, 8, 7


async def test_a_bot_killed_again_and_again_loses_and_repeats_nothing(
    nursery: Nursery, sandbox_url: str, tmp_path: Path
) -> None:
    """Six kills amid the reminders of sixty members: by the sandbox's record each is shown each once."""
    async with (
        Sandbox.connect(sandbox_url) as sandbox,
        world(sandbox, tmp_path, MEMBERS, STRANGERS) as made,
        Bots(nursery, made.environment) as bots,
    ):
        campaign = Campaign(Run(made, bots, say=print), Plan(SEED, PAST_THE_WINDOW))
        await campaign.fill()
        result = await campaign.fight(KILLS)
    assert (result.verdict.lost, result.verdict.repeated) == ({}, {})
    assert result.kills == KILLS
    assert result.hits * 2 >= KILLS
    assert result.verdict.deliveries >= MEMBERS - 10


def test_a_seed_gives_the_same_plan_again() -> None:
    """Two plans of one seed are alike, strike by strike; another seed gives another."""
    first, again, other = (Plan(seed, PAST_THE_WINDOW) for seed in (1, 1, 2))
    strikes = [first.strike(25) for _ in range(50)]
    assert strikes == [again.strike(25) for _ in range(50)]
    assert strikes != [other.strike(25) for _ in range(50)]
    assert {one.until.stage for one in strikes if isinstance(one.until, Hold)} == {
        "before",
        "after",
    }
