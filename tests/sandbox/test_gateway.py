"""The gateway: identify, intents, resume, and the ways a connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import zlib
from typing import Any

import aiohttp
import discord
import pytest
from tests.requirements import skip_unless
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.gateway.compression import ZstdStream
from discord_sandbox.testing.stream import Frame


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


async def test_a_mention_does_not_uncover_the_message_it_replies_to(
    town: Town, bot: ExampleBot, rest: Rest
) -> None:
    """Neither over the gateway nor in the history."""
    secret = await town.ann.write(town.general, "secret")
    reply = await town.ben.write(town.general, f"<@{town.application.id}> look", reply_to=secret)
    async with asyncio.timeout(10):
        assert (await bot.told.get()).content == ""
        told = await bot.told.get()
    assert told.content.endswith("look")
    assert told.reference is not None
    assert isinstance(told.reference.resolved, discord.Message)
    assert told.reference.resolved.content == ""
    read = (await rest.get(f"/channels/{town.general.id}/messages/{reply.id}")).body
    assert read["content"].endswith("look")
    assert read["referenced_message"]["content"] == ""


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
    stream = ZstdStream()
    texts = ["hello", "x" * 300_000, "é"]
    written = b"".join(stream.compress(text.encode()) for text in texts)
    assert unpacked(written) == "".join(texts)


def unpacked(stream: bytes) -> str:
    """What zstd's own program makes of a stream."""
    zstd = shutil.which("zstd")
    skip_unless(zstd, "no zstd program: apt install zstd")
    # The stream never ends while a connection lasts; an empty last block ends it here.
    ended = stream + (1).to_bytes(3, "little")
    found = subprocess.run([str(zstd), "-dc"], input=ended, capture_output=True, check=True)
    return found.stdout.decode()


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


async def test_session_starts_are_counted(town: Town, rest: Rest) -> None:
    """Each IDENTIFY costs one start of the day; without any left the door is shut."""
    await town.sandbox.limits(identifies_per_day=2)

    async def left() -> tuple[int, int]:
        limit = (await rest.get("/gateway/bot")).body["session_start_limit"]
        return limit["total"], limit["remaining"]

    assert await left() == (2, 2)
    for remaining in (1, 0):
        async with connected(town) as socket:
            await identify(socket, town.application.token, 1)
            await dispatched(socket, "READY")
        assert await left() == (2, remaining)
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1)
        assert await close_code(socket) == 4004
    await town.sandbox.clock.step(86_401)
    assert await left() == (2, 2)


async def test_shards_identify_one_after_the_other(town: Town) -> None:
    """`max_concurrency` shards may identify within five seconds; the next is told opcode 9."""
    await town.sandbox.limits(identify_every_s=5, max_concurrency=2)
    async with connected(town) as one, connected(town) as two, connected(town) as three:
        for shard, socket in enumerate((one, two)):
            await identify(socket, town.application.token, 1, shard=[shard, 4])
            await dispatched(socket, "READY")
        await identify(three, town.application.token, 1, shard=[2, 4])
        assert await three.receive_json() == {"op": 9, "d": False, "s": None, "t": None}
        await town.sandbox.clock.step(5)
        await identify(three, town.application.token, 1, shard=[2, 4])
        assert (await dispatched(three, "READY"))["d"]["shard"] == [2, 4]


async def test_a_resume_that_cannot_be(town: Town) -> None:
    """An unknown session begins anew; a number that was never sent closes the connection."""
    token = town.application.token
    async with connected(town) as socket:
        await identify(socket, token, 1)
        session_id = (await dispatched(socket, "READY"))["d"]["session_id"]
    async with connected(town) as socket:
        body = {"token": token, "session_id": "unknown", "seq": 1}
        await socket.send_json({"op": 6, "d": body})
        assert (await socket.receive_json())["op"] == 9
        await socket.send_json({"op": 6, "d": {**body, "session_id": session_id, "seq": 99}})
        assert await close_code(socket) == 4007


async def test_members_come_in_chunks(town: Town) -> None:
    """1,000 members: a large server tells of none but the bot, and the rest is asked for."""
    seed = {
        "users": [{"username": f"m{n}"} for n in range(1_000)],
        "applications": [{"name": "Big", "token": "big", "intents": ["guild_members"]}],
        "guilds": [
            {
                "name": "City",
                "owner": "m0",
                "members": [f"m{n}" for n in range(1_000)],
                "bots": ["Big"],
            }
        ],
    }
    await town.sandbox.sow(seed)
    async with connected(town) as socket:
        await identify(socket, "big", 1 << 0 | 1 << 1)
        guild = (await dispatched(socket, "GUILD_CREATE"))["d"]
        assert (guild["member_count"], guild["large"], len(guild["members"])) == (1_001, True, 1)
        asked = {"guild_id": guild["id"], "query": "", "limit": 0, "nonce": "n"}
        await socket.send_json({"op": 8, "d": asked})
        chunks = [(await dispatched(socket, "GUILD_MEMBERS_CHUNK"))["d"] for _ in range(2)]
        assert [len(chunk["members"]) for chunk in chunks] == [1_000, 1]
        assert [(c["chunk_index"], c["chunk_count"], c["nonce"]) for c in chunks] == [
            (0, 2, "n"),
            (1, 2, "n"),
        ]
        body = {"guild_id": guild["id"], "query": "m99", "limit": 5}
        await socket.send_json({"op": 8, "d": body})
        found = (await dispatched(socket, "GUILD_MEMBERS_CHUNK"))["d"]["members"]
        assert [member["user"]["username"] for member in found][:2] == ["m99", "m990"]
        body = {"guild_id": guild["id"], "user_ids": ["1"]}
        await socket.send_json({"op": 8, "d": body})
        assert (await dispatched(socket, "GUILD_MEMBERS_CHUNK"))["d"]["not_found"] == ["1"]


async def test_a_bots_presence_is_seen(town: Town) -> None:
    """What a bot sets as its status and activity is told, and goes with its connection."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1)
        await dispatched(socket, "GUILD_CREATE")
        stream = await town.ben.stream()
        since = stream.position
        activity = {"name": "the bells", "type": 2}
        await socket.send_json({"op": 3, "d": {"status": "idle", "activities": [activity]}})

        def shown(frame: Frame) -> Any:
            mine = frame.type == "PRESENCE_UPDATE" and frame.data["status"] == "idle"
            return frame.data if mine else None

        seen = await stream.wait_for(shown, since=since)
        assert seen["activities"][0]["name"] == "the bells"

    def gone(frame: Frame) -> Any:
        mine = frame.type == "PRESENCE_UPDATE" and frame.data["status"] == "offline"
        return frame.data if mine else None

    assert (await stream.wait_for(gone, since=since))["activities"] == []


async def test_zstd_stream(town: Town) -> None:
    """One zstd frame spans the connection; what zstd's own program makes of it is JSON."""
    url = town.sandbox.gateway_url + "?compress=zstd-stream"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        received = await socket.receive_bytes()
        await socket.send_json({"op": 1, "d": None})
        received += await socket.receive_bytes()
    text = unpacked(received)
    decoder = json.JSONDecoder()
    hello, end = decoder.raw_decode(text)
    assert hello["op"] == 10
    assert decoder.raw_decode(text, end)[0]["op"] == 11


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
