"""Polls: opened, voted in, closed by hand and by the clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Message, Sandbox, SandboxError

POLL: dict[str, Any] = {
    "question": {"text": "When?"},
    "answers": [
        {"poll_media": {"text": "Monday", "emoji": {"name": "🌙"}}},
        {"poll_media": {"text": "Friday"}},
    ],
    "duration": 1,
}


async def test_a_library_asks_and_members_vote(town: Town, bot: ExampleBot) -> None:
    """discord.py sends a poll, is told of votes, reads the voters, and closes it."""
    poll = discord.Poll("When?", duration=timedelta(hours=2))
    poll.add_answer(text="Monday", emoji="🌙")
    poll.add_answer(text="Friday")
    votes: asyncio.Queue[discord.RawPollVoteActionEvent] = asyncio.Queue()

    async def note(payload: discord.RawPollVoteActionEvent) -> None:
        votes.put_nowait(payload)

    setattr(bot, "on_raw_poll_vote_add", note)  # noqa: B010
    channel = await bot.fetch_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send(poll=poll)
    seen = await town.general.wait_for_message()
    await town.ben.vote(seen, 2)
    told = await asyncio.wait_for(votes.get(), 10)
    assert (told.user_id, told.answer_id, told.guild_id) == (town.ben.id, 2, town.guild.id)
    fetched = (await channel.fetch_message(sent.id)).poll
    assert fetched is not None
    assert fetched.total_votes == 1
    friday = fetched.get_answer(2)
    assert friday is not None
    assert [user.id async for user in friday.voters()] == [town.ben.id]
    ended = await sent.end_poll()
    assert ended.poll is not None
    assert ended.poll.is_finalised()


async def _ask(town: Town, rest: Rest, **more: Any) -> tuple[str, Message]:
    made = await rest.post(
        f"/channels/{town.general.id}/messages", {"poll": {**POLL, **more}, "content": "Tell us"}
    )
    assert made.status == 200, made.body
    return f"/channels/{town.general.id}/polls/{made.body['id']}", Message(made.body)


async def _counts(town: Town, message: Message) -> dict[int, tuple[int, bool]]:
    """The votes of each answer, and whether one is Ben's, as Ben sees them."""
    found = next(one for one in await town.ben.messages(town.general) if one.id == message.id)
    counted = found.data["poll"]["results"]["answer_counts"]
    return {one["id"]: (one["count"], one["me_voted"]) for one in counted}


async def test_votes_are_counted_and_taken_back(town: Town, rest: Rest) -> None:
    """One vote replaces another unless several are allowed; each is told to who asked for it."""
    _, single = await _ask(town, rest)
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0 | 1 << 24)
        await dispatched(socket, "GUILD_CREATE")
        await town.ben.vote(single, 1)
        await town.ben.vote(single, 2)
        added = (await dispatched(socket, "MESSAGE_POLL_VOTE_ADD"))["d"]
        removed = (await dispatched(socket, "MESSAGE_POLL_VOTE_REMOVE"))["d"]
    assert (added["answer_id"], removed["answer_id"]) == (1, 1)
    assert removed["message_id"] == str(single.id)
    await town.ann.vote(single, 2)
    assert await _counts(town, single) == {2: (2, True)}
    with pytest.raises(SandboxError, match="520000"):
        await town.ben.vote(single, 1, 2)
    await town.ben.vote(single)
    assert await _counts(town, single) == {2: (1, False)}
    _, several = await _ask(town, rest, allow_multiselect=True)
    await town.ben.vote(several, 1, 2)
    assert await _counts(town, several) == {1: (1, True), 2: (1, True)}
    with pytest.raises(SandboxError, match="520000"):
        await town.ben.vote(several, 3)


async def test_a_poll_ends_at_its_time(town: Town, rest: Rest) -> None:
    """The clock closes it: the message says so, and another tells what won."""
    path, poll = await _ask(town, rest)
    await town.ben.vote(poll, 1)
    await town.sandbox.clock.step(timedelta(minutes=61))
    result, ended = (await town.general.messages())[:2]
    assert ended.data["poll"]["results"]["is_finalized"] is True
    assert (result.data["type"], result.data["embeds"][0]["type"]) == (46, "poll_result")
    assert result.data["message_reference"]["message_id"] == str(poll.id)
    fields = {one["name"]: one["value"] for one in result.data["embeds"][0]["fields"]}
    assert fields == {
        "poll_question_text": "When?",
        "victor_answer_votes": "1",
        "total_votes": "1",
        "victor_answer_id": "1",
        "victor_answer_text": "Monday",
        "victor_answer_emoji_name": "🌙",
    }
    with pytest.raises(SandboxError, match="520001"):
        await town.ben.vote(poll, 2)
    assert (await rest.post(f"{path}/expire")).code == 520001


async def test_a_draw_has_no_winner(town: Town, rest: Rest) -> None:
    """Closed by its author before the time; nobody else can, and a plain message cannot be."""
    path, poll = await _ask(town, rest)
    await town.ben.vote(poll, 1)
    await town.ann.vote(poll, 2)
    closed = await rest.post(f"{path}/expire")
    assert closed.body["poll"]["results"]["is_finalized"] is True
    fields = [one["name"] for one in (await town.general.messages())[0].embeds[0]["fields"]]
    assert fields == ["poll_question_text", "victor_answer_votes", "total_votes"]
    note = await town.ben.write(town.general, "x")
    plain = f"/channels/{town.general.id}/polls/{note.id}"
    assert (await rest.post(f"{plain}/expire")).code == 520006
    assert (await rest.get(f"{plain}/answers/1")).code == 10008
    theirs = await town.sandbox.control.post(
        f"/members/{town.ben.id}/message", {"channel_id": str(town.general.id), "poll": POLL}
    )
    path = f"/channels/{town.general.id}/polls/{theirs['id']}"
    assert (await rest.post(f"{path}/expire")).code == 50005


async def test_voters_come_in_pages(town: Town, rest: Rest) -> None:
    """By id, after the one that is named; an answer that is not there is refused."""
    path, poll = await _ask(town, rest)
    for member in (town.ben, town.ann):
        await town.sandbox.control.post(
            f"/members/{member.id}/vote",
            {"channel_id": str(town.general.id), "message_id": str(poll.id), "answer_ids": [1]},
        )

    async def found(query: str) -> list[int]:
        answer = await rest.get(f"{path}/answers/1{query}")
        return [int(user["id"]) for user in answer.body["users"]]

    assert await found("") == [town.ann.id, town.ben.id]
    assert await found("?limit=1") == [town.ann.id]
    assert await found(f"?after={town.ann.id}") == [town.ben.id]
    assert (await rest.get(f"{path}/answers/3")).code == 50035


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"question": {}}, "question"),
        ({"answers": []}, "answers"),
        ({"answers": [{"poll_media": {"text": "x" * 56}}]}, "answers"),
        ({"answers": [{"poll_media": {"text": "x"}}] * 11}, "answers"),
        ({"duration": 769}, "duration"),
        ({"layout_type": 2}, "layout_type"),
    ],
)
async def test_a_wrong_poll_is_refused(
    town: Town, rest: Rest, more: dict[str, Any], named: str
) -> None:
    """The error names the field that is wrong."""
    asked = {"poll": {**POLL, **more}}
    refused = await rest.post(f"/channels/{town.general.id}/messages", asked)
    assert (refused.status, refused.code) == (400, 50035)
    assert list(refused.body["errors"]["poll"]) == [named]


async def test_a_poll_is_not_edited(town: Town, rest: Rest) -> None:
    """Neither is one put into a message that is there already."""
    _, poll = await _ask(town, rest)
    messages = f"/channels/{town.general.id}/messages"
    assert (await rest.patch(f"{messages}/{poll.id}", {"content": "x"})).code == 520003
    plain = (await rest.post(messages, {"content": "x"})).body["id"]
    assert (await rest.patch(f"{messages}/{plain}", {"poll": POLL})).code == 520003
    v2 = {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}], "poll": POLL}
    assert list((await rest.post(messages, v2)).body["errors"]) == ["poll"]


async def test_a_poll_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Its votes are there, and it ends at its time."""
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.make_user("ann")
        home = await sandbox.make_guild("Home", owner=ann)
        body = {"channel_id": str(home.channel("general").id), "poll": POLL}
        made = await sandbox.control.post(f"/members/{ann.id}/message", body)
        await ann.vote(Message(made), 2)
    async with Sandbox.start(options=options) as sandbox:
        again = await sandbox.member("ann")
        general = (await sandbox.guild("Home")).channel("general")
        await sandbox.clock.step(timedelta(hours=2))
        result, poll = await again.messages(general)
    assert poll.data["poll"]["results"]["answer_counts"] == [
        {"id": 2, "count": 1, "me_voted": True}
    ]
    assert {"name": "victor_answer_text", "value": "Friday", "inline": False} in (
        result.data["embeds"][0]["fields"]
    )
