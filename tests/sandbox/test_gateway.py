"""The gateway: identify, intents, resume, and the ways a connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import zlib
from typing import Any

import aiohttp
import discord
import pytest
from tests.requirements import skip_unless
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town

from discord_sandbox.gateway.compression import ZstdStream


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


def _setter(event: asyncio.Event) -> Any:
    async def on_connect() -> None:
        event.set()

    return on_connect


async def test_a_wrong_token(town: Town) -> None:
    """REST answers 401, and the gateway closes with 4004."""
    bad = type(town.application)(1, "x", "nonsense")
    with pytest.raises(discord.LoginFailure):
        async with running(ExampleBot(), town.sandbox, bad):
            pass
    async with connected(town) as socket:
        await identify(socket, "nonsense", 0)
        assert await close_code(socket) == 4004


async def test_content_is_for_those_who_may_read_it(town: Town, bot: ExampleBot) -> None:
    """Without MESSAGE_CONTENT others' texts are empty, but for DMs and mentions."""
    await town.ben.write(town.general, "secret")
    await town.ben.write(town.general, f"<@{town.application.id}> open")
    dm = await town.ben.open_dm(town.application)
    await town.ben.write(dm, "private")
    async with asyncio.timeout(10):
        told = [(await bot.told.get()).content for _ in range(3)]
    assert told[0] == ""
    assert told[1].endswith("open")
    assert told[2] == "private"


async def test_privileged_intents_are_granted_by_the_application(town: Town) -> None:
    """An intent the application does not have closes the connection with 4014."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 15)
        assert await close_code(socket) == 4014
    reader = await town.sandbox.make_application("Reader", intents=["message_content"])
    await town.guild.add_bot(reader)
    bot = ExampleBot(discord.Intents(guilds=True, guild_messages=True, message_content=True))
    async with running(bot, town.sandbox, reader):
        await town.ben.write(town.general, "secret")
        async with asyncio.timeout(10):
            assert (await bot.told.get()).content == "secret"


async def test_events_go_by_intents(town: Town) -> None:
    """A session without GUILD_MESSAGES is told of no message in a server."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, discord.Intents(guilds=True).value)
        await dispatched(socket, "GUILD_CREATE")
        await town.ben.write(town.general, "unheard")
        await town.guild.make_channel("new")
        assert (await dispatched(socket))["t"] == "CHANNEL_CREATE"


async def test_what_is_not_allowed_before_identifying(town: Town) -> None:
    """Each mistake has its close code."""
    for payload, code in (
        ({"op": 3, "d": {}}, 4003),
        ({"op": 77, "d": None}, 4001),
        ("nonsense", 4002),
    ):
        async with connected(town) as socket:
            await socket.send_str(payload if isinstance(payload, str) else json.dumps(payload))
            assert await close_code(socket) == code


async def test_too_many_events(town: Town) -> None:
    """More than 120 in a minute close the connection with 4008."""
    async with connected(town) as socket:
        with contextlib.suppress(ConnectionError):
            for _ in range(130):
                await socket.send_json({"op": 1, "d": None})
        assert await close_code(socket) == 4008


async def test_zlib_stream(town: Town) -> None:
    """One zlib stream spans the connection, flushed after each message."""
    inflator = zlib.decompressobj()
    url = town.sandbox.gateway_url + "?compress=zlib-stream"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = json.loads(inflator.decompress(await socket.receive_bytes()))
        assert hello["op"] == 10
        await socket.send_json({"op": 1, "d": None})
        assert json.loads(inflator.decompress(await socket.receive_bytes()))["op"] == 11


def test_zstd_stream_is_read_by_a_decoder() -> None:
    """The frames we write are what zstd's own program decodes."""
    zstd = subprocess.run(["sh", "-c", "command -v zstd"], capture_output=True, text=True)
    skip_unless(zstd.returncode == 0, "no zstd program: apt install zstd")
    stream = ZstdStream()
    texts = ["hello", "x" * 300_000, "é"]
    written = b"".join(stream.compress(text) for text in texts)
    # The stream never ends while a connection lasts; an empty last block ends it here.
    ended = written + (1).to_bytes(3, "little")
    found = subprocess.run(
        [zstd.stdout.strip(), "-dc"], input=ended, capture_output=True, check=True
    )
    assert found.stdout.decode() == "".join(texts)


async def test_shards_share_the_servers(town: Town) -> None:
    """A server's events go to the shard its id falls to, and DMs to shard 0."""
    mine = (town.guild.id >> 22) % 2
    for shard in (0, 1):
        async with connected(town) as socket:
            intents = discord.Intents.default().value
            await identify(socket, town.application.token, intents, shard=[shard, 2])
            ready = await dispatched(socket, "READY")
            assert ready["d"]["shard"] == [shard, 2]
            assert len(ready["d"]["guilds"]) == (1 if shard == mine else 0)


@contextlib.asynccontextmanager
async def connected(town: Town) -> Any:
    """A bare connection that has been said hello to."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(town.sandbox.gateway_url) as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        yield socket


async def identify(
    socket: aiohttp.ClientWebSocketResponse,
    token: str,
    intents: int,
    shard: list[int] | None = None,
) -> None:
    body: dict[str, Any] = {"token": token, "intents": intents, "properties": {}}
    if shard is not None:
        body["shard"] = shard
    await socket.send_json({"op": 2, "d": body})


async def dispatched(
    socket: aiohttp.ClientWebSocketResponse, wanted: str | None = None
) -> dict[str, Any]:
    """The next event, or the next of one type."""
    async with asyncio.timeout(10):
        while True:
            frame: dict[str, Any] = await socket.receive_json()
            if frame["op"] == 0 and wanted in (None, frame["t"]):
                return frame


async def close_code(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(10):
        while True:
            message = await socket.receive()
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                return socket.close_code
