"""A bot of any of the libraries, as a process of its own, and a town to run it in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from tests.clients import environments
from tests.journeys.processes import Process
from tests.requirements import skip_unless
from tests.sandbox.conftest import Town, sandbox, sandbox_url, town

__all__ = ["Town", "sandbox", "sandbox_url", "town"]


@contextlib.asynccontextmanager
async def running(name: str, url: str, token: str) -> AsyncIterator[Process]:
    """The bot written with this library at a sandbox's address, its commands registered."""
    reason = ""
    try:
        client = environments.client(name)
    except environments.NotInstalled as problem:
        reason = f"{name}: {problem}"
    skip_unless(not reason, reason)
    environment = {
        "BOT_TOKEN": token,
        "BOT_REST": f"{url}/api/v10",
        "BOT_GATEWAY": f"{url.replace('http', 'ws', 1)}/gateway",
    }
    bot = await Process.start(client.program, client.script, env=environment)
    try:
        await bot.until(lambda line: line == "ready")
        yield bot
    finally:
        await bot.end()
