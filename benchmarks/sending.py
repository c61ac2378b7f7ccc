"""A burst and a handful of reminders, from the bot's process to a sandbox over sockets."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.bot import running, sent
from benchmarks.figure import Figure
from benchmarks.population import count_sent
from tests.faults.world import RATE, World, world

from discord_sandbox.testing import Sandbox

HOUR = timedelta(hours=1)
AHEAD = timedelta(seconds=8)
"""Time for the event to be known, and a large burst staged, before it is due."""
_MESSAGES = re.compile(r"/channels/\d+/messages$")


async def burst(folder: Path, members: int, ahead: timedelta = AHEAD) -> list[Figure]:
    """So many due at once, in a sandbox that enforces Discord's limits."""
    async with Sandbox.start() as sandbox, world(sandbox, folder, members) as made:
        await _call_everyone(made, made.environment, ahead)
        messages = await _messages(sandbox)
        refused = [row for row in await sandbox.requests() if row["status"] == 429]
    seconds = (messages[-1]["at_ms"] - messages[0]["at_ms"]) / 1000
    assert count_sent(made.database) == members
    return [
        Figure(
            f"burst of {members:,} at {RATE} requests/s",
            (members - 1) / seconds,
            "DMs/s",
            49,
            "more",
        ),
        Figure("requests for each of them", len(messages) / members, "requests", 1, "equal"),
        Figure("answers 429 meanwhile", len(refused), "answers", 0, "equal"),
    ]


async def mirroring(folder: Path, members: int, ahead: timedelta = AHEAD) -> list[Figure]:
    """The same burst with the mirror of the old files off and on: how much longer it takes."""
    seconds = []
    for mirrored in (False, True):
        place = folder / ("on" if mirrored else "off")
        (place / "mirror").mkdir(parents=True)
        async with Sandbox.start() as sandbox, world(sandbox, place, members) as made:
            mirror = {
                "TOCSIN_LEGACY__MIRROR": str(place / "mirror"),
                "TOCSIN_LEGACY__SERVER": str(made.server_id),
            }
            await _call_everyone(made, made.environment | (mirror if mirrored else {}), ahead)
            messages = await _messages(sandbox)
        assert count_sent(made.database) == members
        assert any((place / "mirror").iterdir()) == mirrored
        seconds.append((messages[-1]["at_ms"] - messages[0]["at_ms"]) / 1000)
    off, on = seconds
    name = f"burst of {members:,} with the mirror of the old files on / off"
    return [Figure(name, on / off, "ratio", 1.05, "less")]


async def promptness(folder: Path, members: int, ahead: timedelta = AHEAD) -> list[Figure]:
    """So many due at once, without limits: from the instant they are due until Discord has accepted each."""
    async with Sandbox.start() as sandbox, world(sandbox, folder, members) as made:
        await sandbox.limits(global_per_second=None, buckets=False)
        unlimited = {"TOCSIN_DISCORD__REQUESTS_PER_SECOND": "10000"}
        due_ms = await _call_everyone(made, made.environment | unlimited, ahead)
        messages = await _messages(sandbox)
    assert count_sent(made.database) == members
    delays = sorted(row["at_ms"] + row["duration_ms"] - due_ms for row in messages)
    cuts = quantiles(delays, n=100, method="inclusive")
    return [
        Figure(f"{members:,} due at once: due to accepted, p50", cuts[49], "ms", 100, "less"),
        Figure(f"{members:,} due at once: due to accepted, p99", cuts[98], "ms", 500, "less"),
    ]


async def _call_everyone(made: World, environment: dict[str, str], ahead: timedelta) -> float:
    """Let every member be told of one event by a running bot; returns when they were due, in milliseconds."""
    now = await made.sandbox.clock.now()
    made.fill(dict.fromkeys(made.people, ("ruins", HOUR)), [], now)
    async with running(environment) as bot:
        await bot.event("ready")
        await made.sandbox.forget()
        now = await made.sandbox.clock.now()
        due = (now + ahead).replace(microsecond=0)
        await asyncio.to_thread(made.add, "The call", "ruins", due + HOUR, HOUR, now)
        await sent(bot, len(made.people))
    return due.timestamp() * 1000


async def _messages(sandbox: Sandbox) -> list[dict[str, Any]]:
    rows = await sandbox.requests()
    return [row for row in rows if row["method"] == "POST" and _MESSAGES.search(row["path"])]
