"""What becomes of the bot when Discord refuses it, before and after it has logged in."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.journeys.commands.community import Bot
from tests.journeys.processes import Process

from discord_sandbox.testing import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox of its own: it refuses everybody."""
    async with Sandbox.start() as sandbox:
        yield sandbox


@asynccontextmanager
async def started(sandbox: Sandbox, folder: Path) -> AsyncIterator[Process]:
    """The bot's process, from its first instant on."""
    bot = Bot(sandbox, await sandbox.make_application("Tocsin"), folder)
    process = await Process.start("tocsin", "run", env=bot.environment)
    try:
        yield process
    finally:
        await process.end(signal.SIGKILL)


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_refused_at_first_it_asks_again_later_and_can_be_stopped(
    sandbox: Sandbox, tmp_path: Path, status: int
) -> None:
    """One line and no end; not sooner than in a minute where it is refused; SIGTERM ends it at once."""
    refusing = await sandbox.fault("status", status=status, path="/users/@me$")
    async with started(sandbox, tmp_path) as process:
        said = await process.event("Discord not reached")
        assert (said["retry_in"] >= 60) == (status != 503)
        asked = await refusing.struck()
        async with asyncio.timeout(10):
            assert await process.end() == 0
    assert await refusing.struck() == asked
    assert "Traceback" not in process.output()
    await refusing.remove()


async def test_a_token_that_is_reset_while_it_runs_is_one_line(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The gateway closes for good; the bot says what to do and ends."""
    async with started(sandbox, tmp_path) as process:
        await process.event("ready")
        await sandbox.fault("gateway_drop", code=4004)
        async with asyncio.timeout(20):
            assert await process.wait() == 1
    assert "Traceback" not in process.output()
    assert "copy it anew" in process.lines[-1]
