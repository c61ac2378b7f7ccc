"""Faults that strike the gateway, at once or as something passes."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town

from discord_sandbox.testing import SandboxError


async def test_a_dropped_connection_resumes_without_loss(town: Town, bot: ExampleBot) -> None:
    """What happens while the bot is away is replayed, in order and once."""
    sandbox = town.sandbox
    await town.ben.write(town.general, f"<@{town.application.id}> 0")
    await sandbox.fault("gateway_drop")
    for n in range(1, 4):
        await town.ben.write(town.general, f"<@{town.application.id}> {n}")
    async with asyncio.timeout(15):
        told = [(await bot.told.get()).content[-1] for _ in range(4)]
        await bot.resumed.wait()
    assert told == ["0", "1", "2", "3"]
    assert bot.identified == 1


async def test_the_gateway_asks_for_a_reconnect(town: Town, bot: ExampleBot) -> None:
    """Opcode 7 makes the bot come back to the same session."""
    await town.sandbox.fault("gateway_reconnect")
    async with asyncio.timeout(15):
        await bot.resumed.wait()
    assert bot.identified == 1


async def test_an_invalid_session_is_begun_anew(
    town: Town, bot: ExampleBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opcode 9 makes the bot identify again."""
    bot.clear()
    ready = asyncio.Event()
    monkeypatch.setattr(bot, "on_connect", _setter(ready), raising=False)
    await town.sandbox.fault("gateway_invalid_session")
    async with asyncio.timeout(20):
        await ready.wait()
    assert bot.identified == 2


async def test_a_fault_waits_for_an_event_and_strikes_so_often(town: Town, bot: ExampleBot) -> None:
    """The connection is cut as the second message passes, which is replayed; the third passes untouched."""
    fault = await town.sandbox.fault("gateway_drop", path="^MESSAGE_CREATE$", after=1, count=1)
    for n in range(3):
        await town.ben.write(town.general, f"<@{town.application.id}> {n}")
        assert await fault.struck() == min(n, 1)
    async with asyncio.timeout(15):
        told = [(await bot.told.get()).content[-1] for _ in range(3)]
        await bot.resumed.wait()
    assert told == ["0", "1", "2"]
    assert await fault.struck() == 1


async def test_a_session_that_cannot_be_resumed_is_refused(
    town: Town, bot: ExampleBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RESUME is answered with opcode 9: the bot identifies anew."""
    bot.clear()
    ready = asyncio.Event()
    monkeypatch.setattr(bot, "on_connect", _setter(ready), raising=False)
    refused = await town.sandbox.fault("gateway_invalid_session", path="^RESUME$", count=1)
    await town.sandbox.fault("gateway_drop")
    await refused.wait_struck()
    async with asyncio.timeout(20):
        await ready.wait()
    assert bot.identified == 2


async def test_heartbeats_can_be_left_unanswered(town: Town) -> None:
    """As by a gateway that is gone though its connection stands."""
    silent = await town.sandbox.fault("gateway_silent", path="^HEARTBEAT$", count=1)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(town.sandbox.gateway_url) as ws,
    ):
        await ws.receive_json()
        await ws.send_json({"op": 2, "d": {"token": town.application.token, "intents": 0}})
        assert (await ws.receive_json())["t"] == "READY"
        await ws.send_json({"op": 1, "d": 1})
        await silent.wait_struck()
        await ws.send_json({"op": 1, "d": 1})
        answers = [await ws.receive_json() for _ in range(1)]
        assert [one["op"] for one in answers] == [11]
        assert await silent.struck() == 1


async def test_what_a_gateway_fault_does_not_know_is_refused(town: Town) -> None:
    """A method is of requests."""
    with pytest.raises(SandboxError, match="method is of requests"):
        await town.sandbox.fault("gateway_drop", method="GET")


def _setter(event: asyncio.Event) -> Any:
    async def on_connect() -> None:
        event.set()

    return on_connect
