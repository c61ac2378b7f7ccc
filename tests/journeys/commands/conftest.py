"""The unmodified bot in a sandbox; both are processes, and talk over sockets.

One sandbox serves all journeys, and one bot those that do not stop it: each test has a server of
its own in it.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.journeys.commands.community import Bot, Community

from discord_sandbox.testing import Sandbox


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox."""
    async with Sandbox.start() as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_bot(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bot]:
    """A bot that runs."""
    application = await sandbox.make_application("Tocsin")
    bot = Bot(sandbox, application, tmp_path_factory.mktemp("bot"))
    process = await bot.start()
    yield bot
    await process.end()


@pytest_asyncio.fixture(loop_scope="session")
async def community(sandbox: Sandbox, running_bot: Bot) -> Community:
    """A server of its own with the running bot in it."""
    return await Community.found(sandbox, running_bot)


@pytest_asyncio.fixture(loop_scope="session")
async def own_community(sandbox: Sandbox, tmp_path: Path) -> Community:
    """A server with a bot of its own, which does not run yet."""
    application = await sandbox.make_application("Tocsin")
    return await Community.found(sandbox, Bot(sandbox, application, tmp_path))
