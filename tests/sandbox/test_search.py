"""Searching a server's messages, and its threads by their names."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import ADMINISTRATOR, Town
from tests.sandbox.files import png, sound
from tests.sandbox.rest import Rest

from discord_sandbox.testing import File, Message, SandboxError

VIEW, HISTORY, MANAGE_THREADS = 1 << 10, 1 << 16, 1 << 34


@pytest_asyncio.fixture
async def searcher(town: Town, rest: Rest) -> Rest:
    """A bot that may do everything and is allowed what messages say."""
    made = await town.sandbox.make_application("Searcher", intents=["message_content"])
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    return rest


async def found(town: Town, rest: Rest, query: str) -> list[str]:
    """The contents of what is found, in its order."""
    answer = await rest.get(f"/guilds/{town.guild.id}/messages/search?{query}")
    assert answer.status == 200, answer.body
    assert all(len(group) == 1 and group[0]["hit"] for group in answer.body["messages"])
    return [group[0]["content"] for group in answer.body["messages"]]


async def test_words_are_found_within_their_slop(town: Town, searcher: Rest) -> None:
    """In their order, whatever their case, with two words between them unless another is given."""
    for text in ("Ring the old bell", "bell, ring", "Ring the very old big bell", "bellows"):
        await town.ben.write(town.general, text)
    assert await found(town, searcher, "content=BELL") == [
        "Ring the very old big bell",
        "bell, ring",
        "Ring the old bell",
    ]
    assert await found(town, searcher, "content=ring+bell") == ["Ring the old bell"]
    assert await found(town, searcher, "content=ring+bell&slop=1") == []
    four = await found(town, searcher, "content=ring+bell&slop=4&sort_by=relevance&sort_order=asc")
    assert four == ["Ring the old bell", "Ring the very old big bell"]
    assert await found(town, searcher, "content=old+bell&slop=0") == ["Ring the old bell"]
    assert await found(town, searcher, "content=%3F%3F") == []


async def test_the_nearest_words_need_not_be_the_first(town: Town, searcher: Rest) -> None:
    """A word that stands twice may lead on from its second place only."""
    await town.ben.write(town.general, "one two x x x x two three")
    assert await found(town, searcher, "content=one+two+three&slop=5") != []
    assert await found(town, searcher, "content=one+two+three&slop=4") == []


async def test_pages_and_orders(town: Town, searcher: Rest) -> None:
    """Newest first; a limit, an offset, and ids between which they are."""
    said = [await town.ben.write(town.general, f"n {n}") for n in range(4)]
    assert await found(town, searcher, "limit=2") == ["n 3", "n 2"]
    assert await found(town, searcher, "limit=2&offset=2&sort_order=asc") == ["n 2", "n 3"]
    between = f"min_id={said[0].id}&max_id={said[3].id}"
    assert await found(town, searcher, between) == ["n 2", "n 1"]
    path = f"/guilds/{town.guild.id}/messages/search"
    answer = (await searcher.get(f"{path}?limit=1")).body
    assert (answer["total_results"], answer["doing_deep_historical_index"]) == (4, False)


@pytest_asyncio.fixture
async def said(town: Town, searcher: Rest) -> dict[str, Message]:
    """One message of each kind, by its name, which is its content where it has one."""
    general, ben, ann = town.general, town.ben, town.ann
    wave = await ann.make_sticker(town.guild, "Wave", File("a.png", png()))
    role = await town.guild.make_role("Ringers", mentionable=True)
    made: dict[str, Message] = {
        "plain": await ben.write(general, "plain"),
        "link": await ben.write(general, "link https://example.org/a?b"),
        "image": await ben.write(general, "image", files=[File("a.PNG", png(), "image/png")]),
        "video": await ben.write(general, "video", files=[File("v.mp4", b"v", "video/mp4")]),
        "sound": await ben.write(general, "sound", files=[File("s.wav", sound(), "audio/wav")]),
        "sticker": await ben.send_sticker(general, wave, content="sticker"),
        "mention": await ann.write(general, f"mention <@{town.ben.id}>"),
        "role": await ann.write(general, f"role <@&{role}>"),
        "everyone": await ann.write(general, "everyone @everyone"),
    }
    made["reply"] = await ann.write(general, "reply", reply_to=made["plain"])
    made["snapshot"] = await ann.forward(made["plain"], general)
    path = f"/channels/{general.id}/messages"
    embed = {"title": "t", "image": {"url": "https://example.org/i.png"}}
    await searcher.post(path, {"content": "embed", "embeds": [embed]})
    poll = {"question": {"text": "When?"}, "answers": [{"poll_media": {"text": "Now"}}]}
    await searcher.post(path, {"content": "poll", "poll": poll})
    hook = await ann.make_webhook(general, "Crier")
    await searcher.post(f"/webhooks/{hook.id}/{hook.token}", {"content": "webhook"})
    await searcher.put(f"{path}/pins/{made['plain'].id}")
    made["hook"] = Message({"id": str(hook.id)})
    made["role_id"] = Message({"id": str(role)})
    return made


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("has=link", ["link"]),
        ("has=image", ["embed", "image"]),
        ("has=video", ["video"]),
        ("has=sound", ["sound"]),
        ("has=file", ["sound", "video", "image"]),
        ("has=sticker", ["sticker"]),
        ("has=poll", ["poll"]),
        ("has=snapshot", [""]),
        ("has=embed", ["embed"]),
        ("has=sound&has=video", ["sound", "video"]),
        ("has=sound&has=video&has=-video", ["sound"]),
        ("embed_type=image", ["embed"]),
        ("embed_type=video&embed_type=gif", []),
        ("pinned=true", ["plain"]),
        ("mention_everyone=true", ["everyone @everyone"]),
        ("author_type=webhook", ["webhook"]),
        ("author_type=bot&has=-poll", ["embed"]),
        ("author_type=-user&author_type=-bot", ["webhook"]),
        ("link_hostname=example.org", ["link https://example.org/a?b"]),
        ("link_hostname=example.com", []),
        ("embed_provider=Tenor", []),
        ("attachment_filename=v.mp4&attachment_filename=x", ["video"]),
        ("attachment_extension=wav", ["sound"]),
        ("author_id={ann}&has=-snapshot&mention_everyone=false&pinned=false", None),
        ("mentions={ben}", ["reply", "mention <@{ben}>"]),
        ("mentions_role_id={role}", ["role <@&{role}>"]),
        ("replied_to_user_id={ben}", ["reply"]),
        ("replied_to_user_id={ann}", []),
        ("replied_to_message_id={plain}", ["reply"]),
        ("replied_to_message_id=1", []),
        ("author_id={hook}", ["webhook"]),
    ],
)
async def test_what_a_message_can_be_found_by(
    town: Town, searcher: Rest, said: dict[str, Message], query: str, names: list[str] | None
) -> None:
    """Of several values one is enough; what has a minus must not be there."""
    ids = {
        "ann": town.ann.id,
        "ben": town.ben.id,
        "plain": said["plain"].id,
        "hook": said["hook"].id,
        "role": said["role_id"].id,
    }
    seen = await found(town, searcher, query.format(**ids))
    if names is None:
        names = ["reply", "role <@&{role}>", "mention <@{ben}>"]
    firsts = [name.format(**ids) for name in names]
    if query == "has=link":
        firsts = ["link https://example.org/a?b"]
    assert seen == firsts


@pytest.mark.parametrize(
    "query",
    [
        "has=nothing",
        "embed_type=-image",
        "author_type=human",
        "author_id=x",
        "min_id=x",
        "slop=101",
        "slop=x",
        "limit=26",
        "limit=0",
        "offset=9976",
        "sort_by=age",
        "sort_order=up",
        "pinned=maybe",
        "mention_everyone=2",
        "content=" + "x" * 1025,
    ],
)
async def test_a_query_that_cannot_be_is_refused(town: Town, searcher: Rest, query: str) -> None:
    """The error names the parameter."""
    answer = await searcher.get(f"/guilds/{town.guild.id}/messages/search?{query}")
    assert (answer.status, answer.code) == (400, 50035)
    assert list(answer.body["errors"]) == [query.partition("=")[0]]


async def test_only_what_one_may_read_is_searched(town: Town, rest: Rest) -> None:
    """Without the intent nothing; else the channels whose history is open, and no others."""
    path = f"/guilds/{town.guild.id}/messages/search"
    assert ((await rest.get(path)).status, (await rest.get(path)).code) == (403, 50001)
    reader = await town.sandbox.make_application("Reader", intents=["message_content"])
    await town.guild.add_bot(reader, permissions=VIEW | HISTORY)
    rest.use(reader.token)
    quiet = town.guild.channel("quiet")
    await town.ann.write(quiet, "hidden")
    await town.ann.write(town.general, "open")
    assert await found(town, rest, f"channel_id={quiet.id}&channel_id={town.general.id}") == [
        "open",
        "hidden",
    ]
    await quiet.set_permissions(town.guild.everyone_role_id, deny=HISTORY)
    assert await found(town, rest, "") == ["open"]
    assert (await rest.get(f"{path}?channel_id={quiet.id}")).code == 50013
    await quiet.set_permissions(town.guild.everyone_role_id, deny=VIEW)
    assert (await rest.get(f"{path}?channel_id={quiet.id}")).code == 50001
    assert (await rest.get(f"{path}?channel_id=1")).code == 10003
    await town.general.set_permissions(town.guild.everyone_role_id, deny=HISTORY)
    assert (await rest.get(path)).code == 50013
    assert (await rest.get("/guilds/1/messages/search")).code == 10004


async def test_age_restricted_channels_are_left_out(town: Town, searcher: Rest) -> None:
    """Unless they are asked for; threads are as their channel is."""
    cellar = await town.guild.make_channel("cellar", nsfw=True)
    await town.ann.write(cellar, "below")
    path = f"/channels/{cellar.id}/threads"
    thread = (await searcher.post(path, {"name": "deep", "type": 11})).body["id"]
    await town.ann.write(int(thread), "deeper")
    assert await found(town, searcher, "author_type=user") == []
    assert await found(town, searcher, "author_type=user&include_nsfw=true") == [
        "deeper",
        "below",
    ]


async def test_threads_come_with_what_was_found_in_them(town: Town, searcher: Rest) -> None:
    """The thread and, where the bot is in it, its membership; and reactions do not come."""
    path = f"/channels/{town.general.id}/threads"
    thread = (await searcher.post(path, {"name": "t", "type": 11})).body["id"]
    message = await town.ann.write(int(thread), "inside")
    await town.ben.react(message, "👍")
    answer = (await searcher.get(f"/guilds/{town.guild.id}/messages/search?content=inside")).body
    assert [one["id"] for one in answer["threads"]] == [thread]
    assert [one["id"] for one in answer["members"]] == [thread]
    assert "reactions" not in answer["messages"][0][0]


async def test_what_answers_a_command_is_the_bots(
    town: Town, searcher: Rest, bot: ExampleBot
) -> None:
    """It is of a webhook in name only."""
    await (await town.ben.command(town.general, "echo", text="pong")).response()
    assert await found(town, searcher, f"author_id={town.application.id}") == ["pong"]
    assert await found(town, searcher, "author_type=bot") == ["pong"]
    assert await found(town, searcher, "author_type=webhook") == []


async def test_members_search(town: Town) -> None:
    """They find what they can see, with the same filters."""
    quiet = town.guild.channel("quiet")
    await town.ann.write(quiet, "secret bell")
    note = await town.ann.write(town.general, "open bell")
    await quiet.set_permissions(town.guild.everyone_role_id, deny=VIEW)
    assert [one.id for one in await town.ben.search(town.guild, "bell")] == [note.id]
    assert len(await town.ann.search(town.guild, "bell")) == 2
    assert await town.ben.search(town.guild, "bell", has=["file", "link"]) == []
    by_two = [town.ann.id, town.ben.id]
    assert len(await town.ben.search(town.guild, author_id=by_two)) == 1
    with pytest.raises(SandboxError, match="50035"):
        await town.ben.search(town.guild, "bell", has="bells")
    stranger = await town.sandbox.make_user("eve")
    with pytest.raises(SandboxError, match="not in Town"):
        await stranger.search(town.guild, "bell")


async def test_threads_are_searched_with_slop(town: Town, rest: Rest) -> None:
    """By a part of their name, as before, or by words of it that stand near enough."""
    await town.general.set_permissions(town.application.id, allow=MANAGE_THREADS, member=True)
    path = f"/channels/{town.general.id}/threads"
    for name in ("Ring the old bell", "Ring a bell", "Ring"):
        assert (await rest.post(path, {"name": name, "type": 11})).status == 201

    async def named(query: str) -> list[str]:
        answer: Any = await rest.get(f"{path}/search?sort_by=creation_time&{query}")
        assert answer.status == 200, answer.body
        return [thread["name"] for thread in answer.body["threads"]]

    assert await named("name=ring+bell") == ["Ring a bell", "Ring the old bell"]
    assert await named("name=ring+bell&slop=1") == ["Ring a bell"]
    assert await named("name=ring+bell&slop=0") == []
    assert await named("name=he+ol&slop=0") == ["Ring the old bell"]
    assert await named("name=%3F") == []
    for wrong in ("slop=101", "slop=-1", "slop=x"):
        assert (await rest.get(f"{path}/search?{wrong}")).code == 50035
