"""A sandbox, a server with two people in it, and an unmodified discord.py bot connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.rest import Rest, rest_of

from discord_sandbox.testing import Application, Channel, Guild, Member, Sandbox
from discord_sandbox.testing.process import SandboxProcess

ADMINISTRATOR = 1 << 3


@dataclass
class Town:
    """Ann owns the server; Ben is a member; the bot is in it."""

    sandbox: Sandbox
    guild: Guild
    general: Channel
    ann: Member
    ben: Member
    application: Application


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with SandboxProcess() as url:
        yield url


@pytest_asyncio.fixture
async def sandbox(sandbox_url: str) -> AsyncIterator[Sandbox]:
    """One process serves all tests; each begins with an empty world."""
    async with Sandbox.connect(sandbox_url) as sandbox:
        await sandbox.reset()
        yield sandbox


@pytest_asyncio.fixture
async def town(sandbox: Sandbox) -> Town:
    ann = await sandbox.make_user("ann", global_name="Ann")
    ben = await sandbox.make_user("ben")
    application = await sandbox.make_application("Example")
    guild = await sandbox.make_guild(
        "Town", owner=ann, channels=["general", "quiet"], members=[ben], bots=[application]
    )
    return Town(sandbox, guild, guild.channel("general"), ann, ben, application)


@pytest_asyncio.fixture
async def rest(town: Town) -> AsyncIterator[Rest]:
    """The bot's REST API by bare requests, without the limits, which have tests of their own."""
    await town.sandbox.limits(buckets=False, global_per_second=None)
    async with aiohttp.ClientSession() as session:
        yield rest_of(session, town.sandbox, town.application)


@pytest_asyncio.fixture
async def admin(town: Town, rest: Rest) -> Rest:
    """A bot that may do everything."""
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    return rest


@pytest_asyncio.fixture
async def bot(town: Town) -> AsyncIterator[ExampleBot]:
    async with running(ExampleBot(), town.sandbox, town.application) as bot:
        yield bot
