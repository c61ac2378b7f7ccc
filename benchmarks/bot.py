"""The bot's own process against a sandbox, and what the operating system says of it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.journeys.processes import Process

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(environment: dict[str, str]) -> AsyncIterator[Process]:
    """`tocsin run` with these settings, from its start on; ended when the block is left."""
    process = await Process.start("tocsin", "run", env=environment)
    try:
        yield process
    finally:
        await process.end()


async def sent(process: Process, deliveries: int) -> None:
    """Wait until the bot says of so many deliveries that they were sent."""
    left = deliveries

    def last(line: str) -> bool:
        nonlocal left
        left -= '"event": "sent"' in line
        return left == 0

    await process.until(last)


def cpu_seconds(process: Process) -> float:
    """The processor time it has used."""
    fields = (PROC / str(process.pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mib(process: Process) -> float:
    """What it holds in memory now."""
    for line in (PROC / str(process.pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("the system does not say how much memory the process holds")


def bytes_written(process: Process) -> int:
    """What it has asked the system to write, to files and sockets alike, and to disks: the latter."""
    for line in (PROC / str(process.pid) / "io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise LookupError("the system does not say how much the process has written")
