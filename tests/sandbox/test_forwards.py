"""Forwarded messages: a copy of what was said, as it was said then."""

from __future__ import annotations

import io

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import File, SandboxError

READ_MESSAGE_HISTORY = 1 << 16
HAS_SNAPSHOT = 1 << 14


async def test_a_library_forwards_a_message(town: Town, bot: ExampleBot) -> None:
    """The snapshot stays as it is, files included, when the first message is changed and gone."""
    general = bot.get_partial_messageable(town.general.id)
    embed = discord.Embed(title="Ruins")
    sent = await general.send("Look", embed=embed, file=discord.File(io.BytesIO(b"PNG"), "map.png"))
    quiet = bot.get_channel(town.guild.channel("quiet").id)
    assert isinstance(quiet, discord.TextChannel)
    forwarded = await sent.forward(quiet)
    await sent.edit(content="Other")
    await sent.delete()
    seen = (await town.ben.messages(quiet.id))[0].data
    assert (seen["content"], seen["flags"] & HAS_SNAPSHOT) == ("", HAS_SNAPSHOT)
    assert seen["message_reference"]["type"] == 1
    assert seen["message_reference"]["message_id"] == str(sent.id)
    (snapshot,) = forwarded.message_snapshots
    assert (snapshot.content, snapshot.embeds[0].title) == ("Look", "Ruins")
    assert await snapshot.attachments[0].read() == b"PNG"
    assert "referenced_message" not in seen


async def test_members_forward_into_a_dm(town: Town) -> None:
    """Also what was forwarded before, whose snapshot goes on."""
    note = await town.ben.write(town.general, "map", files=[File("a.txt", b"A")])
    dm = await town.ann.open_dm(town.application)
    first = await town.ann.forward(note, dm)
    second = await town.ann.forward(first, town.general)
    for message in (first, second):
        (one,) = message.data["message_snapshots"]
        assert one["message"]["content"] == "map"
        async with aiohttp.request("GET", one["message"]["attachments"][0]["url"]) as response:
            assert await response.read() == b"A"
    assert "guild_id" not in second.data["message_reference"]


async def test_what_cannot_be_forwarded_is_refused(town: Town, rest: Rest) -> None:
    """What one cannot read, what is no longer there, and anything said besides."""
    quiet = town.guild.channel("quiet")
    note = (await rest.post(f"/channels/{quiet.id}/messages", {"content": "own"})).body["id"]
    path = f"/channels/{town.general.id}/messages"

    async def asked(channel: int, message: str, **more: str) -> int:
        reference = {"type": 1, "channel_id": str(channel), "message_id": message}
        answer = await rest.post(path, {"message_reference": reference, **more})
        return 0 if answer.status == 200 else answer.code

    assert await asked(quiet.id, "1") == 50035
    assert await asked(1, note) == 10003
    assert await asked(quiet.id, note, content="and this") == 50035
    homeless = {"message_reference": {"type": 1, "message_id": note}}
    assert (await rest.post(path, homeless)).code == 50035
    others = await town.ben.write(quiet, "not for bots")
    assert await asked(quiet.id, str(others.id)) == 160014
    assert await asked(quiet.id, note) == 0
    await quiet.set_permissions(town.guild.everyone_role_id, deny=READ_MESSAGE_HISTORY)
    assert await asked(quiet.id, note) == 160009
    with pytest.raises(SandboxError, match="160009"):
        await town.ben.forward(others, town.general)


async def test_a_forward_hides_its_content_as_messages_do(town: Town) -> None:
    """A bot without the intent is told that something was forwarded, and not what."""
    note = await town.ben.write(town.general, "secret")
    async with running(ExampleBot(), town.sandbox, town.application) as bot:
        await town.ben.forward(note, town.guild.channel("quiet"))
        told = await bot.told.get()
    (snapshot,) = told.message_snapshots
    assert snapshot.content == ""
