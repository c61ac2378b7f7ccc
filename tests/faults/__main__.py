"""`python -m tests.faults`: kill the bot again and again, and see whether anything is lost or told twice."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from secrets import randbelow
from time import monotonic

from tests.faults.bot import Bots, Nursery
from tests.faults.campaign import Campaign, Result
from tests.faults.plan import Plan
from tests.faults.run import PAST_THE_WINDOW, Run
from tests.faults.world import world

from discord_sandbox.testing import Sandbox

ONE_STRANGER_IN = 8
"""So many members: one with whom the bot has no DM channel yet, as with all of them after an import."""


async def campaign(kills: int, members: int, seed: int, folder: Path) -> Result:
    """A whole campaign in a sandbox and a database of its own."""
    plan = Plan(seed, PAST_THE_WINDOW)
    with Nursery.open() as nursery:
        async with (
            Sandbox.start() as sandbox,
            world(sandbox, folder, members, members // ONE_STRANGER_IN) as made,
            Bots(nursery, made.environment) as bots,
        ):
            fight = Campaign(Run(made, bots, say=lambda line: print(line, flush=True)), plan)
            await fight.fill()
            return await fight.fight(kills)


def main() -> int:
    """Read the arguments, run, print; 1 if anything was lost or repeated, or too few kills hit."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--seed", type=int, default=None, help="the same seed gives the same plan")
    given = parser.parse_args()
    seed = randbelow(1_000_000) if given.seed is None else given.seed
    print(f"seed={seed}", flush=True)
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="tocsin-faults-") as folder:
        result = asyncio.run(campaign(given.kills, given.members, seed, Path(folder)))
    if result.hits * 2 < result.kills:
        print(
            f"Only {result.hits} of {result.kills} kills interrupted anything: this run proves little."
        )
    print(f"{result} hits={result.hits} seconds={monotonic() - began:.0f}")
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
