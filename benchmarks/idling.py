"""The bot's process with a million subscriptions and nothing due; and how soon it sends after a start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL
from time import perf_counter
from typing import Any

import aiohttp
from benchmarks.bot import bytes_written, cpu_seconds, memory_mib, running
from benchmarks.engine import engine_on
from benchmarks.figure import Figure
from benchmarks.population import FIRST_MEMBER, FIRST_SERVER, Population, call, copy
from benchmarks.store_figures import BIG

from discord_sandbox.testing import Sandbox
from tocsin.clock import Clock
from tocsin.store.engine import sqlite_module, sqlite_url

ON_THE_GATEWAY = 100
WATCHED = 60.0
"""Seconds: a minute holds more than one heartbeat."""
QUIET = 5.0
"""Seconds without a write after which the start is over: it finds 9,900 servers that the gateway does not name."""
OPEN_CHANNELS = 200
TOKEN = "benchmark.token.of-the-sandbox"


async def idle(base: Path, population: Population, watched: float = WATCHED) -> list[Figure]:
    """What the bot asks, writes and uses in `watched` seconds in which nothing is due."""
    file = copy(base, base.with_name("idle.db"))
    async with _sandbox(population) as sandbox, running(_settings(sandbox, file)) as bot:
        await bot.event("ready")
        written = -1
        while written != (written := bytes_written(bot)):  # noqa: ASYNC110 - the system tells nobody
            await asyncio.sleep(QUIET)
        await asyncio.to_thread(_note_the_access, file)
        await sandbox.forget()
        cpu = cpu_seconds(bot)
        await asyncio.sleep(watched)
        used = (cpu_seconds(bot) - cpu) / watched
        written = bytes_written(bot) - written
        memory = memory_mib(bot)
        requests = len(await sandbox.requests())
    file.unlink()
    return [
        Figure(f"idle: requests in {watched:g} s", requests, "requests", 0, "equal"),
        Figure(f"idle: bytes written in {watched:g} s", written, "bytes", 0, "equal"),
        Figure("idle: processor", used * 100, "% of a core", 1, "less"),
        Figure("idle: memory", memory, "MiB", 200, "less"),
    ]


def _note_the_access(file: Path) -> None:
    """Read a byte of `file` here, so that the file system notes the access to the changed file in our name.

    With `relatime` the first to read a file after it was written has 4,096 bytes counted as its own write.
    """
    with file.open("rb") as opened:
        opened.read(1)


async def start(base: Path, population: Population) -> list[Figure]:
    """From the start of the process to the first reminder that reaches Discord, with a burst staged and due."""
    file = copy(base, base.with_name("start.db"))
    async with _sandbox(population) as sandbox:
        _lead_to(file, await _open_channels(sandbox), population.members_of(BIG))
        call(file, BIG, Clock().now() - timedelta(seconds=1))
        async with engine_on(file) as engine:
            await engine.planner.catch_up()
        first = await sandbox.fault("slow", seconds=0.0, method="POST", path="/messages$")
        begun = perf_counter()
        async with running(_settings(sandbox, file)) as bot:
            await first.wait_struck()
            seconds = perf_counter() - begun
            await bot.end(SIGKILL)
    file.unlink()
    staged = population.members_of(BIG)
    return [Figure(f"start to the first send, {staged:,} staged", seconds, "s", 2, "less")]


async def _open_channels(sandbox: Sandbox) -> list[int]:
    """The DM channels that the sandbox knows between the bot and its members."""
    members = [str((await sandbox.member(f"member{number}")).id) for number in range(OPEN_CHANNELS)]
    headers = {"Authorization": f"Bot {TOKEN}"}
    channels = []
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as session:
        for member in members:
            address = f"{sandbox.api_url}/users/@me/channels"
            async with session.post(address, json={"recipient_id": member}) as answer:
                channels.append(int((await answer.json())["id"]))
    return channels


def _lead_to(file: Path, channels: list[int], members: int) -> None:
    """Let the first members' DMs go to channels that are there: a hundred thousand users would fill the sandbox."""
    with closing(sqlite_module().connect(file)) as connection:
        connection.executemany(
            "UPDATE dm_channels SET channel_id = ? WHERE member_id = ?",
            [
                (channels[number % len(channels)], FIRST_MEMBER + number)
                for number in range(members)
            ],
        )
        connection.commit()


@asynccontextmanager
async def _sandbox(population: Population) -> AsyncIterator[Sandbox]:
    """A sandbox with the first servers in it, and the bot."""
    guilds: list[dict[str, Any]] = [
        {
            "id": str(FIRST_SERVER + number),
            "name": f"Server {number}",
            "owner": "owner",
            "channels": ["calls"],
            "bots": ["Tocsin"],
        }
        for number in range(min(ON_THE_GATEWAY, population.servers))
    ]
    members = [{"username": f"member{number}"} for number in range(OPEN_CHANNELS)]
    guilds[0]["members"] = [one["username"] for one in members]
    seed: dict[str, Any] = {
        "users": [{"username": "owner"}, *members],
        "applications": [{"name": "Tocsin", "token": TOKEN}],
        "guilds": guilds,
    }
    async with Sandbox.start(seed=seed) as sandbox:
        await sandbox.limits(global_per_second=None, buckets=False, dm_opens_per_10m=None)
        yield sandbox


def _settings(sandbox: Sandbox, file: Path) -> dict[str, str]:
    return {
        "TOCSIN_DISCORD__TOKEN": TOKEN,
        "TOCSIN_DISCORD__API_URL": sandbox.api_url,
        "TOCSIN_DATABASE__URL": sqlite_url(file),
        "TOCSIN_CLOCK__URL": f"{sandbox.url}/sandbox/clock",
        "TOCSIN_LOGS__FORMAT": "json",
    }
