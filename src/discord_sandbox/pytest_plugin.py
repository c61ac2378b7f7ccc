"""A pytest plugin: the fixture `discord_sandbox` is a sandbox with an empty world.

One process serves the whole test run; each test that asks for it begins anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from discord_sandbox.testing import Sandbox
from discord_sandbox.testing.process import SandboxProcess


@pytest.fixture(scope="session")
def discord_sandbox_url() -> Iterator[str]:
    """The base URL of a sandbox that runs as long as the tests do."""
    with SandboxProcess() as url:
        yield url


@pytest_asyncio.fixture
async def discord_sandbox(discord_sandbox_url: str) -> AsyncIterator[Sandbox]:
    """The sandbox, as if it had just been started."""
    async with Sandbox.connect(discord_sandbox_url) as sandbox:
        await sandbox.reset()
        yield sandbox
