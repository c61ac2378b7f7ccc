"""A world in which all is well, for each test; the sandbox serves all of them."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.doctor.world import World, make_world

from discord_sandbox.testing import Sandbox
from discord_sandbox.testing.process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    with SandboxProcess() as url:
        yield url


@pytest_asyncio.fixture
async def world(
    sandbox_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    async with Sandbox.connect(sandbox_url) as sandbox:
        await sandbox.clock.reset()
        made = await make_world(sandbox, tmp_path)
        yield made
        await made.status.stop()
        made.lock.release()
        made.store.close()
