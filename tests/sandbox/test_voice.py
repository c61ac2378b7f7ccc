"""Voice and stage channels without a sound: who is in them, is moved, silenced and may speak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.channels import create_channel
from discord_sandbox.clock import SandboxClock
from discord_sandbox.guilds import create_guild
from discord_sandbox.model import GUILD_VOICE
from discord_sandbox.state import load, save
from discord_sandbox.testing import Channel, SandboxError
from discord_sandbox.voice import connect
from discord_sandbox.world import World

GUILD_VOICE_STATES = 1 << 7
CONNECT = 1 << 20
MUTE_MEMBERS = 1 << 22
MOVE_MEMBERS = 1 << 24


async def _voice(town: Town, name: str = "Lounge", **more: Any) -> Channel:
    return await town.guild.make_channel(name, type=2, **more)


async def _say(
    socket: aiohttp.ClientWebSocketResponse, town: Town, channel: Channel | None, **more: bool
) -> None:
    body = {
        "guild_id": str(town.guild.id),
        "channel_id": None if channel is None else str(channel.id),
        "self_mute": False,
        "self_deaf": False,
        **more,
    }
    await socket.send_json({"op": 4, "d": body})


async def test_members_come_are_seen_and_go(town: Town) -> None:
    """With the intent every step is told; a server that is joined later shows who is there."""
    lounge, hall = await _voice(town), await _voice(town, "Hall")
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_VOICE_STATES)
        await dispatched(socket, "READY")
        await town.ben.join_voice(lounge, mute=True)
        told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        assert (told["channel_id"], told["self_mute"], told["suppress"]) == (
            str(lounge.id),
            True,
            False,
        )
        assert told["member"]["user"]["id"] == str(town.ben.id)
        await town.ben.join_voice(hall)
        told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        assert (told["channel_id"], told["self_mute"]) == (str(hall.id), False)
        async with connected(town) as later:
            await identify(later, town.application.token, 1 << 0 | GUILD_VOICE_STATES)
            whole = (await dispatched(later, "GUILD_CREATE"))["d"]
            assert [one["user_id"] for one in whole["voice_states"]] == [str(town.ben.id)]
        async with connected(town) as without:
            await identify(without, town.application.token, 1 << 0)
            assert (await dispatched(without, "GUILD_CREATE"))["d"]["voice_states"] == []
        await town.ben.leave_voice()
        assert (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]["channel_id"] is None


async def test_one_is_in_one_channel_of_all_servers(town: Town, rest: Rest) -> None:
    """Who comes into another server's channel leaves the first."""
    lounge = await _voice(town)
    other = await town.sandbox.make_guild("Other", owner=town.ben)
    den = await other.make_channel("Den", type=2)
    await town.ben.join_voice(lounge)
    path = f"/guilds/{town.guild.id}/voice-states/{town.ben.id}"
    assert (await rest.get(path)).body["channel_id"] == str(lounge.id)
    await town.ben.join_voice(den)
    assert (await rest.get(path)).code == 10065


async def test_a_bot_comes_by_the_gateway(town: Town, rest: Rest) -> None:
    """It is told its state, and of a voice server that has no address; with its session it goes."""
    lounge = await _voice(town)
    own = f"/guilds/{town.guild.id}/voice-states/@me"
    assert (await rest.get(own)).code == 10065
    async with connected(town) as watch:
        await identify(watch, town.application.token, GUILD_VOICE_STATES)
        await dispatched(watch, "READY")
        async with connected(town) as socket:
            await identify(socket, town.application.token, GUILD_VOICE_STATES)
            await dispatched(socket, "READY")
            await _say(socket, town, lounge, self_deaf=True)
            told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
            assert (told["user_id"], told["self_deaf"]) == (str(town.application.id), True)
            server = (await dispatched(socket, "VOICE_SERVER_UPDATE"))["d"]
            assert (server["guild_id"], server["endpoint"]) == (str(town.guild.id), None)
            assert (await rest.get(own)).body["session_id"] == told["session_id"]
            await _say(socket, town, lounge)
            assert (await dispatched(socket))["t"] == "VOICE_STATE_UPDATE"
        for channel_id in (str(lounge.id), str(lounge.id), None):
            told = (await dispatched(watch, "VOICE_STATE_UPDATE"))["d"]
            assert told["channel_id"] == channel_id
    assert (await rest.get(own)).code == 10065


async def test_where_a_bot_may_not_be_nothing_happens(town: Town) -> None:
    """Without CONNECT, in a full channel, and in a text channel: no answer, as at Discord."""
    closed, full = await _voice(town, "Closed"), await _voice(town, "Full", user_limit=1)
    await closed.set_permissions(town.application.id, deny=CONNECT, member=True)
    await town.ben.join_voice(full)
    lounge = await _voice(town)
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_VOICE_STATES)
        await dispatched(socket, "READY")
        for channel in (closed, full, town.general, lounge):
            await _say(socket, town, channel)
        told = await dispatched(socket)
        assert (told["t"], told["d"]["channel_id"]) == ("VOICE_STATE_UPDATE", str(lounge.id))


async def test_the_limit_of_a_channel(town: Town) -> None:
    """It holds for members, and not for whoever may move others."""
    full = await _voice(town, "Full", user_limit=1)
    cleo = await town.sandbox.make_user("cleo")
    await cleo.join(town.guild)
    await town.ben.join_voice(full)
    with pytest.raises(SandboxError, match="full"):
        await cleo.join_voice(full)
    await town.ann.join_voice(full)


async def test_a_library_moves_silences_and_throws_out(town: Town, rest: Rest) -> None:
    """By editing the member; who is not in voice cannot be."""
    keeper = await town.sandbox.make_application("Keeper")
    await town.guild.add_bot(keeper, permissions=8)
    rest.use(keeper.token)
    lounge, hall = await _voice(town), await _voice(town, "Hall")
    ben = f"/guilds/{town.guild.id}/members/{town.ben.id}"
    state = f"/guilds/{town.guild.id}/voice-states/{town.ben.id}"
    for body in ({"mute": True}, {"deaf": True}, {"channel_id": str(hall.id)}):
        assert (await rest.patch(ben, body)).code == 40032
    await town.ben.join_voice(lounge)
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_VOICE_STATES)
        await dispatched(socket, "READY")
        assert (await rest.patch(ben, {"mute": True, "deaf": True})).body["mute"] is True
        told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        assert (told["mute"], told["deaf"]) == (True, True)
        assert (await rest.patch(ben, {"channel_id": str(hall.id)})).status == 200
        told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        assert told["channel_id"] == str(hall.id)
    assert (await rest.get(state)).body["mute"] is True
    assert (await rest.patch(ben, {"channel_id": str(town.general.id)})).code == 50024
    assert (await rest.patch(ben, {"channel_id": None})).status == 200
    assert (await rest.get(state)).code == 10065
    log = (await rest.get(f"/guilds/{town.guild.id}/audit-logs")).body["audit_log_entries"]
    thrown_out, moved, silenced = log[:3]
    assert (thrown_out["action_type"], thrown_out["options"]) == (27, {"count": "1"})
    assert (moved["action_type"], moved["options"]["channel_id"]) == (26, str(hall.id))
    assert (silenced["action_type"], len(silenced["changes"])) == (24, 2)


async def test_moving_and_silencing_take_the_right(town: Town, rest: Rest) -> None:
    """MUTE_MEMBERS, DEAFEN_MEMBERS and MOVE_MEMBERS."""
    lounge = await _voice(town)
    await town.ben.join_voice(lounge)
    ben = f"/guilds/{town.guild.id}/members/{town.ben.id}"
    for body in ({"mute": True}, {"deaf": True}, {"channel_id": None}):
        assert (await rest.patch(ben, body)).code == 50013


async def test_the_audience_of_a_stage(town: Town, rest: Rest) -> None:
    """Who comes may not speak, asks to, is brought up by a moderator, and goes back."""
    hall = await town.guild.make_channel("Hall", type=13)
    await town.ben.join_voice(hall)
    states = f"/guilds/{town.guild.id}/voice-states"
    ben = f"{states}/{town.ben.id}"
    first = (await rest.get(ben)).body
    assert (first["suppress"], first["request_to_speak_timestamp"]) == (True, None)
    await town.ben.request_to_speak()
    assert (await rest.get(ben)).body["request_to_speak_timestamp"] is not None
    body = {"channel_id": str(hall.id), "suppress": False}
    assert (await rest.patch(ben, body)).code == 50013
    with pytest.raises(SandboxError):
        await town.ben.suppress(town.ben.id, False)
    await hall.set_permissions(town.application.id, allow=MUTE_MEMBERS, member=True)
    assert (await rest.patch(ben, body)).status == 204
    brought = (await rest.get(ben)).body
    assert brought["suppress"] is False
    assert brought["request_to_speak_timestamp"] is not None
    await town.ann.suppress(town.ben.id, True)
    back = (await rest.get(ben)).body
    assert (back["suppress"], back["request_to_speak_timestamp"]) == (True, None)
    lounge = await _voice(town)
    assert (await rest.patch(ben, {**body, "channel_id": str(lounge.id)})).code == 10065
    await town.ben.join_voice(lounge)
    assert (await rest.patch(ben, {"suppress": False})).code == 50024


async def test_a_bot_on_a_stage(town: Town, rest: Rest) -> None:
    """It asks to speak, not in the past; it leaves the audience with MUTE_MEMBERS only."""
    hall = await town.guild.make_channel("Hall", type=13)
    own = f"/guilds/{town.guild.id}/voice-states/@me"
    assert (await rest.patch(own, {"suppress": True})).code == 10065
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_VOICE_STATES)
        await dispatched(socket, "READY")
        await _say(socket, town, hall)
        await dispatched(socket, "VOICE_STATE_UPDATE")
        assert (await rest.patch(own, {"suppress": False})).code == 50013
        past = {"request_to_speak_timestamp": "2020-01-01T00:00:00+00:00"}
        assert (await rest.patch(own, past)).code == 50035
        later = {"request_to_speak_timestamp": "2099-01-01T00:00:00+00:00"}
        assert (await rest.patch(own, later)).status == 204
        told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        assert told["request_to_speak_timestamp"].startswith("2099")
        await hall.set_permissions(town.application.id, allow=MUTE_MEMBERS, member=True)
        assert (await rest.patch(own, {"suppress": False})).status == 204
        told = (await dispatched(socket, "VOICE_STATE_UPDATE"))["d"]
        assert (told["suppress"], told["request_to_speak_timestamp"]) == (False, None)


async def test_the_status_of_a_voice_channel(town: Town, admin: Rest) -> None:
    """It is told, recorded, and goes with the last one who leaves."""
    lounge = await _voice(town)
    path = f"/channels/{lounge.id}/voice-status"
    assert (await admin.put(f"/channels/{town.general.id}/voice-status", {})).code == 50024
    assert (await admin.put(path, {"status": "x" * 501})).code == 50035
    await town.ben.join_voice(lounge)
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0)
        await dispatched(socket, "GUILD_CREATE")
        assert (await admin.put(path, {"status": "Chess"})).status == 204
        told = (await dispatched(socket, "VOICE_CHANNEL_STATUS_UPDATE"))["d"]
        assert told == {
            "id": str(lounge.id),
            "guild_id": str(town.guild.id),
            "status": "Chess",
        }
        await town.ben.leave_voice()
        assert (await dispatched(socket, "VOICE_CHANNEL_STATUS_UPDATE"))["d"]["status"] is None
    log = (await admin.get(f"/guilds/{town.guild.id}/audit-logs?action_type=192")).body
    assert log["audit_log_entries"][0]["options"] == {"status": "Chess"}
    admin.use(town.application.token)
    assert (await admin.put(path, {"status": "Chess"})).code == 50013


async def test_who_leaves_the_server_leaves_voice(town: Town, rest: Rest) -> None:
    """And so does everybody when the channel goes."""
    lounge = await _voice(town)
    cleo = await town.sandbox.make_user("cleo")
    await cleo.join(town.guild)
    for member in (town.ben, cleo):
        await member.join_voice(lounge)
    await town.ben.leave(town.guild)
    states = f"/guilds/{town.guild.id}/voice-states"
    assert (await rest.get(f"{states}/{town.ben.id}")).code == 10065
    await lounge.delete()
    assert (await rest.get(f"{states}/{cleo.id}")).code == 10065


async def test_regions(town: Town, bot: ExampleBot, rest: Rest) -> None:
    """There is one, for the server and for all."""
    everywhere = (await rest.get("/voice/regions")).body
    assert [one["id"] for one in everywhere] == ["sandbox"]
    assert (await rest.get(f"/guilds/{town.guild.id}/regions")).body == everywhere


async def test_a_library_sees_who_is_there(town: Town, bot: ExampleBot) -> None:
    """discord.py keeps voice states by what it is told."""
    lounge = await _voice(town)
    stream = await town.sandbox.events()
    await town.ben.join_voice(lounge)
    await stream.wait_for(lambda one: one.type == "VOICE_STATE_UPDATE" or None, since=0)
    await town.ben.write(town.general, "there")
    await bot.told.get()
    channel = bot.get_channel(lounge.id)
    assert isinstance(channel, discord.VoiceChannel)
    assert list(channel.voice_states) == [town.ben.id]


def test_a_state_file_keeps_who_is_in_voice(tmp_path: Path) -> None:
    """People stay; bots say anew where they are, when they are back."""
    world = World(SandboxClock())
    guild = create_guild(world, "Home", world.create_user("ann"))
    bot = world.users[world.create_application("Bot").bot_user_id]
    lounge = create_channel(world, guild, "Lounge", kind=GUILD_VOICE)
    ann = world.users[guild.owner_id]
    for user in (ann, bot):
        connect(world, guild, lounge, user)
    save(world, tmp_path / "state")
    again = World(SandboxClock())
    load(again, tmp_path / "state")
    (kept,) = again.guilds[guild.id].voice_states.values()
    assert (kept.user_id, kept.channel_id) == (ann.id, lounge.id)
