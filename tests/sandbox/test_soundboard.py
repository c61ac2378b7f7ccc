"""The soundboard of a server: its sounds made, changed, deleted, told of, and fetched."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import ADMINISTRATOR, Town
from tests.sandbox.rest import Rest, rest_of
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Sandbox, SandboxError

CREATE, MANAGE = 1 << 43, 1 << 30
EXPRESSIONS, VOICE_STATES = 1 << 3, 1 << 7
USE_SOUNDBOARD, EXTERNAL_SOUNDS = 1 << 42, 1 << 45
OGG, MP3 = b"OggS and more", b"ID3 and more"


def uri(content: bytes, kind: str = "audio/ogg") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


BODY: dict[str, Any] = {"name": "horn", "sound": uri(OGG), "volume": 0.5, "emoji_name": "📯"}


def sounds_of(town: Town) -> str:
    return f"/guilds/{town.guild.id}/soundboard-sounds"


@pytest.fixture
async def socket(town: Town) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bot that is told of servers and of what they express themselves by."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 | EXPRESSIONS)
        await dispatched(socket, "GUILD_CREATE")
        yield socket


async def test_a_sound_is_made_changed_and_deleted(
    town: Town, admin: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """Each is told of, and the sounds are in GUILD_CREATE and given to who asks the gateway."""
    path = sounds_of(town)
    assert (await admin.get(path)).body == {"items": []}
    made = await admin.post(path, BODY)
    assert (made.status, made.body["volume"], made.body["emoji_name"]) == (201, 0.5, "📯")
    assert made.body["user"]["username"] == "Admin"
    assert (await dispatched(socket, "GUILD_SOUNDBOARD_SOUND_CREATE"))["d"] == made.body
    one = f"{path}/{made.body['sound_id']}"
    edited = await admin.patch(one, {"name": "trumpet", "volume": None, "emoji_id": "123456"})
    assert (edited.body["name"], edited.body["volume"]) == ("trumpet", 1)
    assert (edited.body["emoji_id"], edited.body["emoji_name"]) == ("123456", None)
    assert (await dispatched(socket, "GUILD_SOUNDBOARD_SOUND_UPDATE"))["d"] == edited.body
    async with connected(town) as later:
        await identify(later, town.application.token, 1)
        whole = (await dispatched(later, "GUILD_CREATE"))["d"]
        assert whole["soundboard_sounds"] == [edited.body]
    await socket.send_json({"op": 31, "d": {"guild_ids": [str(town.guild.id), "1"]}})
    answered = (await dispatched(socket, "SOUNDBOARD_SOUNDS"))["d"]
    assert answered == {"guild_id": str(town.guild.id), "soundboard_sounds": [edited.body]}
    assert (await admin.delete(one)).status == 204
    gone = (await dispatched(socket, "GUILD_SOUNDBOARD_SOUND_DELETE"))["d"]
    assert gone == {"guild_id": str(town.guild.id), "sound_id": made.body["sound_id"]}
    assert (await admin.get(one)).code == 10097


async def test_what_is_no_sound(town: Town, admin: Rest) -> None:
    """Another kind of file, one that is too large, two emojis, and a ninth sound."""
    path = sounds_of(town)
    for more, wrong in (
        ({"sound": uri(b"RIFF")}, "sound"),
        ({"sound": uri(OGG, "audio/wav")}, "sound"),
        ({"sound": "data:audio/ogg;base64,***"}, "sound"),
        ({"sound": uri(OGG + bytes(512 * 1024))}, "sound"),
        ({"sound": None}, "sound"),
        ({"name": None}, "name"),
        ({"volume": 1.5}, "volume"),
        ({"emoji_id": "1"}, "emoji_name"),
    ):
        assert list((await admin.post(path, {**BODY, **more})).body["errors"]) == [wrong], more
    for content in (MP3, b"\xff\xfb\x90", *[OGG] * 6):
        assert (await admin.post(path, {**BODY, "sound": uri(content)})).status == 201
    assert (await admin.post(path, BODY)).code == 30045


async def test_who_may_change_sounds(town: Town, rest: Rest) -> None:
    """Who may make some changes their own; others' need a right of its own. The rest may look."""
    path = sounds_of(town)
    assert (await rest.post(path, BODY)).code == 50013
    made = await town.guild.make_sound("horn", MP3)
    one = f"{path}/{made['sound_id']}"
    assert made["user"]["username"] == "ann"
    assert "user" not in (await rest.get(one)).body
    maker = await town.sandbox.make_application("Maker")
    await town.guild.add_bot(maker, permissions=CREATE)
    rest.use(maker.token)
    assert "user" in (await rest.get(path)).body["items"][0]
    own = f"{path}/{(await rest.post(path, BODY)).body['sound_id']}"
    assert (await rest.patch(own, {"name": "own"})).status == 200
    assert (await rest.patch(one, {"name": "other"})).code == 50013
    assert (await rest.delete(one)).code == 50013
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE)
    rest.use(manager.token)
    assert (await rest.post(path, BODY)).code == 50013
    assert (await rest.delete(one)).status == 204
    assert (await rest.delete(own)).status == 204


async def test_without_the_intent_nothing_is_told(town: Town) -> None:
    """A session without GUILD_EXPRESSIONS hears of no sound."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1)
        await dispatched(socket, "GUILD_CREATE")
        await town.guild.make_sound("horn", OGG)
        await town.guild.make_channel("new")
        assert (await dispatched(socket))["t"] == "CHANNEL_CREATE"


async def test_a_sound_is_played(town: Town, rest: Rest) -> None:
    """By a member and by a bot; who has the intent for voice is told, with its emoji."""
    lounge = await town.guild.make_channel("lounge", type=2)
    made = await town.guild.make_sound("horn", OGG, volume=0.5, emoji_name="📯")
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 | VOICE_STATES)
        await dispatched(socket, "GUILD_CREATE")
        await town.ben.join_voice(lounge)
        await town.ben.play_sound(lounge, int(made["sound_id"]))
        told = (await dispatched(socket, "VOICE_CHANNEL_EFFECT_SEND"))["d"]
        assert told == {
            "channel_id": str(lounge.id),
            "guild_id": str(town.guild.id),
            "user_id": str(town.ben.id),
            "sound_id": made["sound_id"],
            "sound_volume": 0.5,
            "emoji": {"id": None, "name": "📯", "animated": False},
        }
        await enter(socket, town, lounge.id)
        path = f"/channels/{lounge.id}/send-soundboard-sound"
        assert (await rest.post(path, {"sound_id": made["sound_id"]})).status == 204
        told = (await dispatched(socket, "VOICE_CHANNEL_EFFECT_SEND"))["d"]
        assert told["user_id"] == str(town.application.id)


async def enter(
    socket: aiohttp.ClientWebSocketResponse, town: Town, channel_id: int, *, deaf: bool = False
) -> None:
    """Have the bot of this connection come into a voice channel."""
    where = {"guild_id": str(town.guild.id), "channel_id": str(channel_id)}
    await socket.send_json({"op": 4, "d": {**where, "self_mute": False, "self_deaf": deaf}})
    while True:
        state = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        if state["user_id"] == str(town.application.id):
            return


async def test_who_may_not_play_a_sound(town: Town, rest: Rest) -> None:
    """Who is elsewhere, deaf or without the right; and there must be such a sound."""
    lounge = await town.guild.make_channel("lounge", type=2)
    sound = int((await town.guild.make_sound("horn", OGG))["sound_id"])
    other = await town.sandbox.make_guild("Other", owner=town.ann)
    foreign = int((await other.make_sound("foreign", OGG))["sound_id"])
    with pytest.raises(SandboxError, match="10065"):
        await town.ben.play_sound(lounge, sound)
    await town.ben.join_voice(lounge)
    with pytest.raises(SandboxError, match="10097"):
        await town.ben.play_sound(lounge, foreign, other)
    await other.add_member(town.ben)
    await town.ben.play_sound(lounge, foreign, other)
    await lounge.set_permissions(town.ben.id, deny=EXTERNAL_SOUNDS, member=True)
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.play_sound(lounge, foreign, other)
    await lounge.set_permissions(town.ben.id, deny=USE_SOUNDBOARD, member=True)
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.play_sound(lounge, sound)
    path = f"/channels/{lounge.id}/send-soundboard-sound"
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 | VOICE_STATES)
        await dispatched(socket, "GUILD_CREATE")
        await enter(socket, town, lounge.id, deaf=True)
        assert (await rest.post(path, {"sound_id": str(sound)})).code == 50167
        await enter(socket, town, lounge.id)
        assert (await rest.post(path, {"sound_id": "1"})).code == 10097
        assert list((await rest.post(path, {})).body["errors"]) == ["sound_id"]


async def test_a_library_has_a_soundboard(town: Town) -> None:
    """discord.py makes a sound, finds it, changes it, and deletes it."""
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    intents = discord.Intents(guilds=True, expressions=True)
    async with running(ExampleBot(intents), town.sandbox, made) as bot:
        guild = bot.get_guild(town.guild.id)
        assert guild is not None
        sound = await guild.create_soundboard_sound(name="horn", sound=MP3, emoji="📯")
        await sound.edit(name="trumpet")
        (found,) = await guild.fetch_soundboard_sounds()
        assert (found.name, str(found.emoji)) == ("trumpet", "📯")
        await sound.delete()
        assert await guild.fetch_soundboard_sounds() == []


async def test_sounds_survive_a_restart(tmp_path: Path) -> None:
    """The state file has them, and their files are fetched as before."""
    options = ("--state", str(tmp_path / "state"))
    async with Sandbox.start(options=options) as sandbox:
        ann, bot = await sandbox.make_user("ann"), await sandbox.make_application("Bot")
        home = await sandbox.make_guild("Home", owner=ann, bots=[bot])
        made = await home.make_sound("horn", MP3)
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        listed = await rest_of(session, sandbox, bot).get(f"/guilds/{home.id}/soundboard-sounds")
        assert [one["name"] for one in listed.body["items"]] == ["horn"]
        address = f"{sandbox.url}/cdn/soundboard-sounds/"
        async with session.get(address + made["sound_id"]) as answer:
            assert (answer.content_type, await answer.read()) == ("audio/mpeg", MP3)
        async with session.get(address + "1") as answer:
            assert answer.status == 404
