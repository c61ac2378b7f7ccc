"""One sandbox and one loaded bot for all tests here; each has its own server, members and database."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.faults.bot import Nursery
from tests.faults.power import NoCompiler, build_library
from tests.faults.world import World, world

from discord_sandbox.testing import Sandbox

MEMBERS = 15
STRANGERS = 4


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The library that keeps what was synced, where it can be built."""
    try:
        return build_library(tmp_path_factory.mktemp("library"))
    except NoCompiler:
        return None


@pytest.fixture(scope="session")
def nursery(library: Path | None) -> Iterator[Nursery]:
    """The process that forks the bots."""
    with Nursery.open(library) as nursery:
        yield nursery


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """A sandbox for the whole session, as a process."""
    command = [sys.executable, "-m", "discord_sandbox", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture
async def small_world(sandbox_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A server with a few members."""
    async with Sandbox.connect(sandbox_url) as sandbox, world(sandbox, tmp_path, MEMBERS) as made:
        yield made


@pytest.fixture
async def world_with_strangers(sandbox_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same, with some whose DM channel was never opened."""
    async with (
        Sandbox.connect(sandbox_url) as sandbox,
        world(sandbox, tmp_path, MEMBERS, STRANGERS) as made,
    ):
        yield made
