"""`python -m benchmarks`: measure what is promised about speed, on the disk that the project lies on."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.idling import idle, start
from benchmarks.population import Population
from benchmarks.sending import burst, mirroring, promptness
from benchmarks.store_figures import cost_of_a_delivery, staging_and_draining

from tocsin.telemetry.logs import configure

ROOT = Path(__file__).parents[1]
LATEST = ROOT / "benchmarks" / "latest.json"

Measurement = Callable[[Path, Population], Awaitable[list[Figure]]]
MEASUREMENTS: dict[str, Measurement] = {
    "store": staging_and_draining,
    "cost": cost_of_a_delivery,
    "burst": lambda base, _: burst(base.parent, 3_000),
    "mirror": lambda base, _: mirroring(base.parent, 1_000),
    "prompt": lambda base, _: promptness(base.parent, 100),
    "idle": idle,
    "start": start,
}
NEED_NO_POPULATION = {"burst", "mirror", "prompt"}


async def measure(names: list[str], folder: Path) -> list[Figure]:
    """The chosen figures, printed as they come."""
    base, population = folder / "base.db", Population()
    if set(names) - NEED_NO_POPULATION:
        print(f"Making a database of {population.subscriptions:,} subscriptions …", flush=True)
        population.settle(base)
    figures = []
    for name in names:
        for figure in await MEASUREMENTS[name](base, population):
            print(figure.row(), flush=True)
            figures.append(figure)
    return figures


def main() -> int:
    """Read the arguments, measure, write; 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}; else all"
    )
    names = parser.parse_args().names or list(MEASUREMENTS)
    if unknown := set(names) - MEASUREMENTS.keys():
        parser.error(
            f"there is no {', '.join(sorted(unknown))}: choose of {', '.join(MEASUREMENTS)}"
        )
    with (
        tempfile.TemporaryDirectory(prefix=".bench-", dir=ROOT) as folder,
        (Path(folder) / "log").open("w", encoding="utf-8") as stream,
    ):
        # As under a service: every line is made and written.
        configure(form="json", stream=stream)
        figures = asyncio.run(measure(names, Path(folder)))
    LATEST.write_text(json.dumps([figure.entry() for figure in figures], indent=2) + "\n")
    print(f"Written to {LATEST.relative_to(ROOT)}")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
