"""Loads the bot once, and forks a process of it whenever one is asked for: `tocsin run`, without the loading.

Loading takes seconds of computing, most lives last less. Requests are lines of JSON on standard input: the child's
environment, the pipe that takes its output, and, for a bot with one safeguard taken out, the name of the mutant. Each
is answered with two lines: the child's process id, and how it ended once it has.
"""

import asyncio
import json
import os
import sys
from typing import Any

from tests.faults.mutants import MUTANTS

import tocsin.bootstrap
import tocsin.cli
import tocsin.cli.run
from tocsin.bootstrap import run_bot
from tocsin.settings import load
from tocsin.telemetry.logs import configure


def main() -> None:
    """Serve requests until standard input is closed."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _become(order)
            be_bot(order["mutant"])
            sys.exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Give the new process its own environment and output; what its parent is asked is none of its business."""
    os.environ.update(order["environment"])
    os.environ["PYTHONUNBUFFERED"] = "1"
    output = os.open(order["output"], os.O_WRONLY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    for number in (output, nothing):
        os.close(number)


def be_bot(mutant: str | None) -> None:
    """Be `tocsin run`, or the same with an engine that lacks something."""
    if mutant is None:
        sys.argv = ["tocsin", "run"]
        tocsin.cli.main()
        return
    settings = load(None)
    configure(level=settings.logs.level, form=settings.logs.format, secrets=settings.secrets())
    asyncio.run(run_bot(settings, MUTANTS[mutant]))


if __name__ == "__main__":
    main()
