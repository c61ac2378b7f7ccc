"""`tocsin doctor` beside a bot that runs, and after it has ended."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from tests.journeys.commands.community import Bot, Community
from tests.journeys.commands.test_events import bring_in, in_hours
from tests.journeys.processes import Process
from tests.journeys.test_main_path import running

from discord_sandbox.testing import Sandbox


@pytest_asyncio.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """A server with a bot that tells how it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        bot = Bot(sandbox, application, tmp_path, {"TOCSIN_STATUS__PORT": str(port)})
        yield await Community.found(sandbox, bot)


async def examined(community: Community) -> tuple[int, dict[str, Any]]:
    """The exit code and the findings by check."""
    process = await Process.start("tocsin", "doctor", "--json", env=community.bot.environment)
    code = await process.wait()
    told = json.loads(process.output())
    return code, {each["check"]: each for each in told["findings"]}


async def test_a_real_bot_is_found_well_and_missed_once_it_has_ended(
    community: Community, tmp_path: Path
) -> None:
    """Every check can look; only the settings are those of a trial, for their clock is borrowed."""
    async with running(community.bot):
        await community.set_up(preset="kvk")
        await community.subscribe(community.ann, "ruins")
        await bring_in(community, tmp_path, [(await in_hours(community, 30), "ruins", "Ruins")])
        code, found = await examined(community)
        assert code == 0, found
        others = {name: one for name, one in found.items() if one["level"] != "ok"}
        assert set(others) == {"settings"}, others
        assert "clock.url" in " ".join(others["settings"]["evidence"])
        assert "dispatch" in found["loops"]["evidence"][0]
        assert "5 reminders expected" in found["planned"]["evidence"][0]
    code, found = await examined(community)
    assert code == 1
    assert {name for name, one in found.items() if one["level"] == "problem"} == {"running"}
