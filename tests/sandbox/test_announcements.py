"""Announcement channels: followed into other servers, and what is published in them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import ADMINISTRATOR, Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Channel, File, Message, Sandbox, SandboxError

CROSSPOSTED, IS_CROSSPOST, SOURCE_DELETED = 1 << 0, 1 << 1, 1 << 3
FOLLOWED = 12
SEND_MESSAGES, MANAGE_MESSAGES, MANAGE_WEBHOOKS = 1 << 11, 1 << 13, 1 << 29


@dataclass
class News:
    """Ann's announcements, which Ben follows in a server of his own."""

    town: Town
    channel: Channel
    inbox: Channel

    async def copies(self) -> list[Message]:
        """What was published here, as Ben's server has it, newest first."""
        seen = await self.inbox.messages()
        return [one for one in seen if one.data["flags"] & IS_CROSSPOST]


@pytest_asyncio.fixture
async def news(town: Town) -> News:
    channel = await town.guild.make_channel("news", type=5)
    village = await town.sandbox.make_guild(
        "Village", owner=town.ben, channels=["inbox"], bots=[town.application]
    )
    inbox = village.channel("inbox")
    await town.ben.follow(channel, inbox)
    return News(town, channel, inbox)


async def test_following_says_so_and_makes_a_webhook(news: News, admin: Rest) -> None:
    """The note refers to the channel; the webhook is of type 2, without a token to show."""
    (note,) = await news.inbox.messages()
    assert (note.data["type"], note.content, note.author_id) == (
        FOLLOWED,
        "Town #news",
        news.town.ben.id,
    )
    assert note.data["message_reference"] == {
        "type": 0,
        "channel_id": str(news.channel.id),
        "guild_id": str(news.town.guild.id),
    }
    other = await news.town.sandbox.make_application("Village admin")
    await news.inbox.guild.add_bot(other, permissions=ADMINISTRATOR)
    admin.use(other.token)
    (hook,) = (await admin.get(f"/channels/{news.inbox.id}/webhooks")).body
    assert (hook["type"], hook["name"], hook["application_id"]) == (2, "Town #news", None)
    assert hook["source_channel"] == {"id": str(news.channel.id), "name": "news"}
    assert hook["source_guild"]["name"] == "Town"
    assert "token" not in hook
    await news.town.ben.leave(news.town.guild)
    assert "source_guild" not in (await admin.get(f"/webhooks/{hook['id']}")).body


async def test_a_bot_follows(town: Town, admin: Rest) -> None:
    """It is answered with the webhook, and the gateway tells that there is one."""
    channel = await town.guild.make_channel("news", type=5)
    path = f"/channels/{channel.id}/followers"
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 | 1 << 5)
        await dispatched(socket, "GUILD_CREATE")
        answer = await admin.post(path, {"webhook_channel_id": str(town.general.id)})
        told = await dispatched(socket, "WEBHOOKS_UPDATE")
    assert told["d"]["channel_id"] == str(town.general.id)
    assert answer.body["channel_id"] == str(channel.id)
    assert (await admin.get(f"/webhooks/{answer.body['webhook_id']}")).body["type"] == 2


async def test_what_cannot_be_followed(town: Town, rest: Rest, admin: Rest) -> None:
    """Only announcements, only into text channels, and only with MANAGE_WEBHOOKS there."""
    news = await town.guild.make_channel("news", type=5)
    quiet = town.guild.channel("quiet").id

    async def asked(source: int, target: object) -> int:
        body = {} if target is None else {"webhook_channel_id": str(target)}
        answer = await admin.post(f"/channels/{source}/followers", body)
        return 0 if answer.status == 200 else answer.code

    assert await asked(news.id, None) == 50035
    assert await asked(news.id, 1) == 10003
    assert await asked(town.general.id, quiet) == 50024
    assert await asked(news.id, news.id) == 50024
    for _ in range(15):
        assert await asked(news.id, quiet) == 0
    assert await asked(news.id, quiet) == 30007
    rest.use(town.application.token)
    assert await asked(news.id, town.general.id) == 50013
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.follow(news, town.general)


async def test_what_is_published_appears_where_it_is_followed(news: News) -> None:
    """The copy is of the webhook, refers to the first message, and has files of its own."""
    said = await news.town.ann.write(news.channel, "Hear", files=[File("a.txt", b"A")])
    published = await news.town.ann.publish(said)
    assert published.data["flags"] == CROSSPOSTED
    (copy,) = await news.copies()
    assert (copy.content, copy.data["author"]["username"]) == ("Hear", "Town #news")
    assert copy.data["message_reference"] == {
        "type": 0,
        "channel_id": str(news.channel.id),
        "guild_id": str(news.town.guild.id),
        "message_id": str(said.id),
    }
    assert "referenced_message" not in copy.data
    (file,) = copy.data["attachments"]
    assert file["id"] != said.data["attachments"][0]["id"]
    async with aiohttp.request("GET", file["url"]) as response:
        assert await response.read() == b"A"


async def test_a_copy_follows_its_source(news: News) -> None:
    """Edits are made in it, too; when the source is deleted it says no more than that."""
    town = news.town
    said = await town.ann.write(news.channel, "Hear", files=[File("a.txt", b"A")])
    await town.ann.publish(said)
    (copy,) = await news.copies()
    body = {"channel_id": str(news.channel.id), "message_id": str(said.id)}
    await town.sandbox.control.post(f"/members/{town.ann.id}/edit", {**body, "content": "Hush"})
    edited = await town.ben.wait_for_update(copy, lambda one: one.content == "Hush")
    assert edited.data["edited_timestamp"] is not None
    assert edited.data["attachments"] == copy.data["attachments"]
    await town.ann.delete(said)
    gone = await town.ben.wait_for_update(copy, lambda one: one.content == "")
    assert gone.data["flags"] == IS_CROSSPOST | SOURCE_DELETED
    assert gone.data["attachments"] == []


async def test_a_copy_stays_when_nobody_follows_any_more(news: News, admin: Rest) -> None:
    """What is published later does not come; what came is edited and can be deleted."""
    town = news.town
    said = await town.ann.write(news.channel, "One")
    await town.ann.publish(said)
    (copy,) = await news.copies()
    changed = await admin.patch(f"/channels/{news.channel.id}", {"type": 0})
    assert changed.status == 200
    assert (await admin.patch(f"/channels/{news.channel.id}", {"type": 5})).status == 200
    await town.ann.publish(await town.ann.write(news.channel, "Two"))
    assert [one.content for one in await news.copies()] == ["One"]
    await town.ben.delete(copy)
    await town.ann.delete(said)
    assert await news.copies() == []


async def test_a_member_ends_following(news: News) -> None:
    """By deleting the webhook among the channel's own, with the right to manage them."""
    (hook,) = await news.town.ben.webhooks(news.inbox)
    assert (hook["type"], hook["name"]) == (2, "Town #news")
    await news.inbox.guild.add_member(news.town.ann)
    with pytest.raises(SandboxError, match="50013"):
        await news.town.ann.webhooks(news.inbox)
    with pytest.raises(SandboxError, match="50013"):
        await news.town.ann.delete_webhook(int(hook["id"]))
    await news.town.ben.delete_webhook(int(hook["id"]))
    with pytest.raises(SandboxError, match="no such webhook"):
        await news.town.ben.delete_webhook(int(hook["id"]))
    await news.town.ann.publish(await news.town.ann.write(news.channel, "x"))
    assert await news.copies() == []


async def test_following_ends_with_the_channel(news: News, admin: Rest) -> None:
    """Of the followed one, and of the one that follows."""
    village = await news.town.sandbox.make_application("Village admin")
    await news.inbox.guild.add_bot(village, permissions=ADMINISTRATOR)
    admin.use(village.token)
    hooks = f"/guilds/{news.inbox.guild.id}/webhooks"
    second = await news.inbox.guild.make_channel("second")
    await news.town.ben.follow(news.channel, second)
    assert len((await admin.get(hooks)).body) == 2
    await second.delete()
    assert len((await admin.get(hooks)).body) == 1
    await news.channel.delete()
    assert (await admin.get(hooks)).body == []


async def test_buttons_do_not_go_along(news: News, admin: Rest) -> None:
    """Links stay; what would ask the bot that wrote it is left out, and so is an empty row."""
    link = {"type": 2, "style": 5, "label": "Open", "url": "https://example.org"}
    button = {"type": 2, "style": 1, "label": "Press", "custom_id": "press"}
    other = {**button, "custom_id": "other"}
    rows = [{"type": 1, "components": inner} for inner in ([button, link], [other])]
    path = f"/channels/{news.channel.id}/messages"
    said = (await admin.post(path, {"content": "x", "components": rows})).body["id"]
    assert (await admin.post(f"{path}/{said}/crosspost")).status == 200
    (copy,) = await news.copies()
    (row,) = copy.components
    assert [part["label"] for part in row["components"]] == ["Open"]


async def test_a_section_loses_its_button_and_keeps_its_text(news: News, admin: Rest) -> None:
    """So that a message of components v2 says what it said."""
    text = {"type": 10, "content": "Read me"}
    button = {"type": 2, "style": 1, "label": "Press", "custom_id": "press"}
    section = {"type": 9, "components": [text], "accessory": button}
    body = {"flags": 1 << 15, "components": [{"type": 17, "components": [section]}]}
    path = f"/channels/{news.channel.id}/messages"
    said = (await admin.post(path, body)).body["id"]
    assert (await admin.post(f"{path}/{said}/crosspost")).status == 200
    (copy,) = await news.copies()
    assert (copy.text, copy.buttons) == ("Read me", [])
    assert copy.data["flags"] == IS_CROSSPOST | 1 << 15


async def test_who_may_publish_what(news: News, rest: Rest) -> None:
    """One's own with SEND_MESSAGES, others' with MANAGE_MESSAGES, and nothing but plain messages."""
    town = news.town
    said = await town.ben.write(news.channel, "mine")
    others = await town.ann.write(news.channel, "hers")
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.publish(others)
    await town.ben.publish(said)
    with pytest.raises(SandboxError, match="40033"):
        await town.ann.publish(said)
    reply = await town.ann.write(news.channel, "to that", reply_to=said)
    forwarded = await town.ann.forward(said, news.channel)
    for wrong in (reply, forwarded):
        with pytest.raises(SandboxError, match="50068"):
            await town.ann.publish(wrong)
    path = f"/channels/{news.channel.id}/messages"
    poll = {"question": {"text": "When?"}, "answers": [{"poll_media": {"text": "Now"}}]}
    asked = (await rest.post(path, {"poll": poll})).body["id"]
    assert (await rest.post(f"{path}/{asked}/crosspost")).code == 50068
    deny = MANAGE_MESSAGES | SEND_MESSAGES
    await news.channel.set_permissions(town.application.id, deny=deny, member=True)
    assert (await rest.post(f"{path}/{others.id}/crosspost")).code == 50013
    plain = await town.ben.write(town.general, "elsewhere")
    with pytest.raises(SandboxError, match="50024"):
        await town.ben.publish(plain)


async def test_ten_messages_an_hour_are_published(news: News, admin: Rest) -> None:
    """In each channel, whoever does it; the eleventh waits, and the limit can be switched off."""
    town = news.town
    await town.sandbox.limits(publishes_per_hour=2)
    for _ in range(2):
        await town.ann.publish(await town.ann.write(news.channel, "x"))
    said = await town.ann.write(news.channel, "third")
    path = f"/channels/{news.channel.id}/messages/{said.id}/crosspost"
    refused = await admin.post(path)
    assert (refused.status, refused.code) == (429, 20028)
    assert 3_500 < refused.body["retry_after"] <= 3_600
    assert refused.headers["X-RateLimit-Scope"] == "shared"
    with pytest.raises(SandboxError, match="20028"):
        await town.ann.publish(said)
    await town.sandbox.clock.step(refused.body["retry_after"] + 1)
    assert (await admin.post(path)).status == 200
    await town.sandbox.limits(publishes_per_hour=None)
    for _ in range(11):
        await town.ann.publish(await town.ann.write(news.channel, "x"))


async def test_a_library_follows_and_publishes(news: News, bot: ExampleBot) -> None:
    """discord.py reads the webhook, the note and the copy."""
    await news.town.general.set_permissions(
        news.town.application.id, allow=MANAGE_WEBHOOKS, member=True
    )
    source, general = bot.get_channel(news.channel.id), bot.get_channel(news.town.general.id)
    assert isinstance(source, discord.TextChannel)
    assert isinstance(general, discord.TextChannel)
    hook = await source.follow(destination=general)
    (known,) = await general.webhooks()
    assert (known.id, known.type) == (hook.id, discord.WebhookType.channel_follower)
    assert known.source_channel is not None
    assert known.source_channel.id == source.id
    said = await source.send("Hear", file=discord.File(io.BytesIO(b"A"), "a.txt"))
    await said.publish()
    (copy,) = await news.copies()
    read = await bot.get_partial_messageable(news.inbox.id).fetch_message(copy.id)
    assert read.flags.is_crossposted
    assert read.reference is not None
    assert read.reference.message_id == said.id


async def test_following_is_kept_in_a_state_file(tmp_path: Path) -> None:
    """After a restart copies follow their sources, and new ones are made."""
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.make_user("ann")
        home = await sandbox.make_guild("Home", owner=ann, channels=["inbox"])
        news = await home.make_channel("news", type=5)
        await ann.follow(news, home.channel("inbox"))
        await ann.publish(await ann.write(news, "One"))
    async with Sandbox.start(options=options) as sandbox:
        again = await sandbox.member("ann")
        home = await sandbox.guild("Home")
        news = home.channel("news")
        (said,) = await news.messages()
        await again.delete(said)
        await again.publish(await again.write(news, "Two"))
        seen: list[Any] = [one.data for one in await home.channel("inbox").messages()]
    assert [(one["content"], one["flags"]) for one in seen[:2]] == [
        ("Two", IS_CROSSPOST),
        ("", IS_CROSSPOST | SOURCE_DELETED),
    ]
