"""Forum and media channels: made, posted in, tagged, pinned."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Channel, SandboxError

SEND_MESSAGES, MANAGE_WEBHOOKS, MANAGE_THREADS = 1 << 11, 1 << 29, 1 << 34
PINNED, REQUIRE_TAG = 1 << 1, 1 << 4
TAGS = [
    {"name": "Question", "emoji_name": "❓"},
    {"name": "Solved", "moderated": True},
]


async def _forum(town: Town, **more: Any) -> Channel:
    return await town.guild.make_channel("ideas", type=15, available_tags=TAGS, **more)


async def _tags(rest: Rest, forum: Channel) -> dict[str, str]:
    shaped = (await rest.get(f"/channels/{forum.id}")).body
    return {tag["name"]: tag["id"] for tag in shaped["available_tags"]}


@pytest.mark.parametrize("kind", [15, 16])
async def test_a_forum_keeps_what_is_set_on_it(town: Town, admin: Rest, kind: int) -> None:
    """Tags, the usual reaction, order, archiving and slow mode are there again when it is read."""
    settings = {
        "default_auto_archive_duration": 4320,
        "default_thread_rate_limit_per_user": 30,
        "default_reaction_emoji": {"emoji_id": None, "emoji_name": "👍"},
        "default_sort_order": 1,
        "topic": "t" * 4096,
    }
    asked = {"name": "ideas", "type": kind, **settings, "available_tags": TAGS}
    made = await admin.post(f"/guilds/{town.guild.id}/channels", asked)
    assert made.status == 201, made.body
    path = f"/channels/{made.body['id']}"
    shaped = (await admin.get(path)).body
    assert {name: shaped[name] for name in settings} == settings
    question, solved = shaped["available_tags"]
    assert (question["emoji_name"], question["moderated"], solved["moderated"]) == (
        "❓",
        False,
        True,
    )
    changed = {
        "available_tags": [{**solved, "name": "Done"}, {"name": "New"}],
        "flags": REQUIRE_TAG,
        "default_sort_order": None,
    }
    edited = (await admin.patch(path, changed)).body
    assert [tag["name"] for tag in edited["available_tags"]] == ["Done", "New"]
    assert edited["available_tags"][0]["id"] == solved["id"]
    assert (edited["flags"], edited["default_sort_order"]) == (REQUIRE_TAG, None)


async def test_what_a_forum_may_not_be_is_refused(town: Town, admin: Rest) -> None:
    """Two tags of a name, too many, unknown layouts and spans; the error names the field."""
    path = f"/guilds/{town.guild.id}/channels"
    twice = {"name": "x", "type": 15, "available_tags": [{"name": "a"}, {"name": "a"}]}
    assert (await admin.post(path, twice)).code == 40061
    for name, value in (
        ("available_tags", [{"name": str(at)} for at in range(21)]),
        ("default_forum_layout", 3),
        ("default_auto_archive_duration", 61),
        ("default_reaction_emoji", {"emoji_id": "1", "emoji_name": "👍"}),
    ):
        refused = await admin.post(path, {"name": "x", "type": 15, name: value})
        assert (refused.status, refused.code) == (400, 50035)
        assert list(refused.body["errors"]) == [name]
    only_moderated = {"available_tags": [{"name": "a", "moderated": True}], "flags": REQUIRE_TAG}
    assert (await admin.post(path, {"name": "x", "type": 15, **only_moderated})).code == 40066


async def test_a_bot_posts_in_a_forum(town: Town, bot: ExampleBot) -> None:
    """discord.py begins a post with text, a file and a tag; members read it in its thread."""
    made = await _forum(town, default_auto_archive_duration=60)
    forum = await bot.fetch_channel(made.id)
    assert isinstance(forum, discord.ForumChannel)
    thread, first = await forum.create_thread(
        name="Rope",
        content="Who has rope?",
        file=discord.File(io.BytesIO(b"PNG"), "rope.png"),
        applied_tags=[forum.available_tags[0]],
    )
    assert (thread.id, thread.auto_archive_duration) == (first.id, 60)
    assert [tag.name for tag in thread.applied_tags] == ["Question"]
    seen = await town.ben.wait_for_message(thread.id)
    assert (seen.content, seen.data["attachments"][0]["filename"]) == ("Who has rope?", "rope.png")
    assert await first.attachments[0].read() == b"PNG"
    await town.ben.write(thread.id, "I do")
    fetched = await bot.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert (fetched.message_count, fetched.total_message_sent) == (1, 1)


async def test_a_post_is_told_before_its_message(town: Town, rest: Rest) -> None:
    """THREAD_CREATE with its tags comes first, then MESSAGE_CREATE with the same id."""
    forum = await _forum(town)
    question = (await _tags(rest, forum))["Question"]
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0 | 1 << 9)
        await dispatched(socket, "GUILD_CREATE")
        first = await town.ben.start_post(forum, "Rope", "Who has rope?", [int(question)])
        opened = (await dispatched(socket, "THREAD_CREATE"))["d"]
        written = (await dispatched(socket, "MESSAGE_CREATE"))["d"]
    assert opened["newly_created"] is True
    assert (opened["parent_id"], opened["applied_tags"]) == (str(forum.id), [question])
    assert opened["id"] == written["id"] == written["channel_id"] == str(first.id)
    assert opened["owner_id"] == str(town.ben.id)
    assert (await rest.get(f"/channels/{forum.id}")).body["last_message_id"] == str(first.id)


async def test_a_forum_itself_takes_no_messages(town: Town, rest: Rest) -> None:
    """Neither from bots nor from members; posts need what a message needs."""
    forum = await _forum(town)
    path = f"/channels/{forum.id}"
    assert (await rest.post(f"{path}/messages", {"content": "x"})).code == 40058
    with pytest.raises(SandboxError, match="40058"):
        await town.ben.write(forum, "x")
    nameless = await rest.post(f"{path}/threads", {"message": {"content": "x"}})
    assert list(nameless.body["errors"]) == ["name"]
    silent = await rest.post(f"{path}/threads", {"name": "x"})
    assert list(silent.body["errors"]) == ["message"]
    too_long = {"name": "x", "message": {"content": "x" * 2001}}
    refused = await rest.post(f"{path}/threads", too_long)
    assert list(refused.body["errors"]["message"]) == ["content"]
    empty = await rest.post(f"{path}/threads", {"name": "x", "message": {"content": ""}})
    assert empty.code == 50006
    await forum.set_permissions(town.guild.everyone_role_id, deny=SEND_MESSAGES)
    unheard = await rest.post(f"{path}/threads", {"name": "x", "message": {"content": "x"}})
    assert unheard.code == 50013
    active = await rest.get(f"/guilds/{town.guild.id}/threads/active")
    assert active.body["threads"] == []


async def test_tags_are_demanded_and_moderated(town: Town, rest: Rest) -> None:
    """A forum can demand a tag; some only moderators give; one that is not there is refused."""
    forum = await _forum(town, flags=REQUIRE_TAG)
    tags = await _tags(rest, forum)
    path = f"/channels/{forum.id}"
    post = {"name": "Rope", "message": {"content": "Who has rope?"}}

    async def asked(*applied: str) -> Any:
        return await rest.post(f"{path}/threads", {**post, "applied_tags": list(applied)})

    assert (await rest.post(f"{path}/threads", post)).code == 40067
    assert (await asked("1")).code == 10087
    assert (await asked(tags["Solved"])).code == 50013
    made = await asked(tags["Question"])
    assert made.status == 201
    thread = f"/channels/{made.body['id']}"
    both = {"applied_tags": list(tags.values())}
    assert (await rest.patch(thread, both)).code == 50013
    await forum.set_permissions(town.application.id, allow=MANAGE_THREADS, member=True)
    edited = await rest.patch(thread, both)
    assert edited.body["applied_tags"] == both["applied_tags"]
    assert (await rest.patch(thread, {"applied_tags": []})).code == 40067


async def test_one_post_is_pinned(town: Town, rest: Rest) -> None:
    """Moderators pin a post to the top of its forum, and no second one; its author cannot."""
    forum = await _forum(town)
    made = []
    for name in ("First", "Second"):
        asked = {"name": name, "message": {"content": name}}
        made.append((await rest.post(f"/channels/{forum.id}/threads", asked)).body["id"])
    assert (await rest.patch(f"/channels/{made[0]}", {"flags": PINNED})).code == 50013
    await forum.set_permissions(town.application.id, allow=MANAGE_THREADS, member=True)
    pinned = await rest.patch(f"/channels/{made[0]}", {"flags": PINNED})
    assert pinned.body["flags"] == PINNED
    assert (await rest.patch(f"/channels/{made[1]}", {"flags": PINNED})).code == 30047
    path = f"/members/{town.ben.id}/channels/{forum.id}/posts"
    listed = await town.sandbox.control.get(path)
    assert [post["first_message"]["content"] for post in listed] == ["First", "Second"]
    assert (await rest.patch(f"/channels/{made[0]}", {"flags": 0})).body["flags"] == 0


async def test_posts_are_searched_by_tag(town: Town, rest: Rest) -> None:
    """Any of the tags is enough, or all are needed; the first messages come with the posts."""
    forum = await _forum(town)
    await forum.set_permissions(town.application.id, allow=MANAGE_THREADS, member=True)
    tags = await _tags(rest, forum)
    question, solved = tags["Question"], tags["Solved"]
    for name, applied in (("A", [question]), ("B", [question, solved]), ("C", [])):
        asked = {"name": name, "message": {"content": f"{name}?"}, "applied_tags": applied}
        assert (await rest.post(f"/channels/{forum.id}/threads", asked)).status == 201
    path = f"/channels/{forum.id}/threads/search"

    async def found(query: str) -> list[str]:
        answer = await rest.get(f"{path}?{query}")
        assert answer.status == 200, answer.body
        firsts = [message["content"] for message in answer.body["first_messages"]]
        names = [thread["name"] for thread in answer.body["threads"]]
        assert firsts == [f"{name}?" for name in names]
        return names

    assert await found("sort_by=creation_time&sort_order=asc") == ["A", "B", "C"]
    assert await found(f"tag={solved}") == ["B"]
    assert await found(f"tag={question},{solved}") == ["B", "A"]
    assert await found(f"tag={question}&tag={solved}&tag_setting=match_all") == ["B"]
    assert await found(f"tag={question}&name=a") == ["A"]
    for wrong in ("tag=x", "tag_setting=none", "sort_by=name"):
        assert (await rest.get(f"{path}?{wrong}")).code == 50035


async def test_a_webhook_posts_in_a_forum(town: Town, rest: Rest) -> None:
    """It names a post that it begins or one that is there, and not both."""
    forum = await _forum(town)
    await forum.set_permissions(town.application.id, allow=MANAGE_WEBHOOKS, member=True)
    hook = (await rest.post(f"/channels/{forum.id}/webhooks", {"name": "News"})).body
    path = f"/webhooks/{hook['id']}/{hook['token']}"
    assert (await rest.post(path, {"content": "x"})).code == 220001
    begun = await rest.post(f"{path}?wait=true", {"content": "x", "thread_name": "Today"})
    assert begun.body["id"] == begun.body["channel_id"]
    thread = (await rest.get(f"/channels/{begun.body['channel_id']}")).body
    assert (thread["name"], thread["owner_id"]) == ("Today", hook["id"])
    within = f"{path}?thread_id={thread['id']}"
    assert (await rest.post(within, {"content": "y"})).status == 204
    assert (await rest.post(within, {"content": "y", "thread_name": "z"})).code == 220002
    moved = {"channel_id": str(town.general.id)}
    await town.general.set_permissions(town.application.id, allow=MANAGE_WEBHOOKS, member=True)
    assert (await rest.patch(f"/webhooks/{hook['id']}", moved)).status == 200
    assert (await rest.post(path, {"content": "y", "thread_name": "z"})).code == 220003


async def test_a_library_reads_voice_channels(town: Town, bot: ExampleBot) -> None:
    """A voice channel has the bit rate and limit that discord.py takes for granted."""
    made = await town.guild.make_channel("Hall", type=2, user_limit=7)
    hall = await bot.fetch_channel(made.id)
    assert isinstance(hall, discord.VoiceChannel)
    assert (hall.bitrate, hall.user_limit) == (64_000, 7)
