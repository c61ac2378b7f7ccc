"""What the store and the dispatcher do in one process: staging, draining, and what a delivery costs."""

from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.engine import drain, engine_on
from benchmarks.figure import Figure
from benchmarks.population import Population, call, copy, count_sent

from tocsin.clock import Clock

ROUNDS = 7
BIG, MIDDLING = 0, 1
"""The numbers of two servers: the one with the burst, and one as large as the small database is."""


async def staging_and_draining(base: Path, population: Population) -> list[Figure]:
    """Stage one firing of the first server among all subscriptions, then send all of it."""
    file = copy(base, base.with_name("staging.db"))
    recipients = population.members_of(BIG)
    call(file, BIG, Clock().now() - timedelta(seconds=5))
    async with engine_on(file) as engine:
        start = perf_counter()
        await engine.planner.catch_up()
        staged = perf_counter() - start
        rate, turns = await drain(engine, recipients)
    sent = count_sent(file)
    assert sent == recipients, f"{sent} of {recipients} are sent by the file"
    file.unlink()
    return [
        Figure(
            f"stage {recipients:,} among {population.subscriptions:,}", staged, "s", 0.5, "less"
        ),
        Figure(f"drain {recipients:,}, every claim durable", rate, "deliveries/s", 3_000, "more"),
        Figure("the loop's delay meanwhile, p99.9", turns.quantile(0.999), "s", 0.05, "less"),
    ]


async def cost_of_a_delivery(base: Path, population: Population) -> list[Figure]:
    """Stage and send the same number among few subscriptions and among many, in turn; the ratio of the medians."""
    recipients = population.members_of(MIDDLING)
    few = Population(servers=2, subscriptions=recipients, largest=(0, recipients))
    small = base.with_name("few.db")
    few.settle(small)
    seconds: dict[Path, list[float]] = {small: [], base: []}
    for _ in range(ROUNDS):
        for source, taken in seconds.items():
            file = copy(source, base.with_name("cost.db"))
            taken.append(await _seconds_for(file, recipients))
            file.unlink()
    small.unlink()
    ratio = median(seconds[base]) / median(seconds[small])
    name = f"cost at {population.subscriptions:,} / at {recipients:,} subscriptions"
    return [Figure(name, ratio, "ratio", 1.2, "less")]


async def _seconds_for(file: Path, recipients: int) -> float:
    call(file, MIDDLING, Clock().now() - timedelta(seconds=5))
    async with engine_on(file) as engine:
        start = perf_counter()
        await engine.planner.catch_up()
        await drain(engine, recipients)
        return perf_counter() - start
