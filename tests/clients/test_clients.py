"""Clients that we did not write, unmodified: each does over sockets what bots do."""

from __future__ import annotations

import aiohttp
import pytest
from tests.clients.conftest import Town, running
from tests.clients.environments import NAMES
from tests.sandbox.rest import rest_of

COMMANDS = {"ping", "panel", "whisper", "twice"}


@pytest.mark.parametrize("name", NAMES)
async def test_a_bot_of_another_library(name: str, town: Town) -> None:
    """It connects, registers and answers commands, takes a press, opens a DM, repeats a nonce,
    and comes back to its session after it was cut off."""
    async with running(name, town.sandbox.url, town.application.token) as bot:
        assert {command["name"] for command in await town.ben.commands(town.general)} >= COMMANDS
        ping = await town.ben.command(town.general, "ping")
        assert (await ping.response()).content == "pong"

        panel = await (await town.ben.command(town.general, "panel")).response()
        assert panel.embeds[0]["title"] == "Panel"
        pressed = await (await town.ben.press(panel, "Press me")).response()
        assert (pressed.content, pressed.components) == ("Pressed by ben", [])
        assert pressed.id == panel.id

        whisper = await town.ben.command(town.general, "whisper")
        assert (await town.ben.wait_for_dm()).content == "psst"
        assert (await whisper.response()).content == "whispered"

        twice = await town.ben.command(town.general, "twice")
        assert (await twice.response()).content == "same"
        assert [m.content for m in await town.general.messages()].count("once") == 1

        await town.sandbox.fault("gateway_drop")
        for n in range(3):
            await town.ben.write(town.general, f"<@{town.application.id}> {n}")
        await bot.until(lambda line: line == "heard 2")
        await bot.until(lambda line: line == "resumed")
        assert [line for line in bot.lines if line.startswith("heard")] == [
            "heard 0",
            "heard 1",
            "heard 2",
        ]
        assert await _sessions_begun(town) == 1
        again = await town.ben.command(town.general, "ping")
        assert (await again.response()).content == "pong"


async def _sessions_begun(town: Town) -> int:
    async with aiohttp.ClientSession() as session:
        answer = await rest_of(session, town.sandbox, town.application).get("/gateway/bot")
    limit = answer.body["session_start_limit"]
    return int(limit["total"] - limit["remaining"])
