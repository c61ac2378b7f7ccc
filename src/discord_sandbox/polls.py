"""Polls: opened with a message, voted in, and closed by their own clock or by their author."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from discord_sandbox.emojis import settle_in_poll
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import POLL_RESULT, Channel, Json, Message, Poll
from discord_sandbox.showing import show, store
from discord_sandbox.wire import Written
from discord_sandbox.world import World


def open_poll(world: World, channel: Channel, message: Message, checked: Json) -> None:
    """Give a message the poll that its body has, and have it closed at its time."""
    settle_in_poll(world, message.author, checked["answers"])
    message.poll = Poll(
        question=checked["question"],
        answers=dict(enumerate(checked["answers"], 1)),
        expires_ms=world.clock.now_ms() + checked["duration"] * 3_600_000,
        multiselect=checked["allow_multiselect"],
        layout=checked["layout_type"],
    )
    close_when_due(world, channel, message)


def close_when_due(world: World, channel: Channel, message: Message) -> None:
    """Have the poll closed when it expires."""
    poll = require_poll(message)
    if poll.closed:
        return

    def look(_due_ms: int) -> None:
        there = world.channels.get(channel.id) is channel
        if there and channel.messages.get(message.id) is message and not poll.closed:
            close_poll(world, channel, message)

    world.agenda.put(("poll", message.id), poll.expires_ms, look)


def require_poll(message: Message) -> Poll:
    """Raises ApiError 10008 for a message without a poll."""
    if message.poll is None:
        raise ApiError(10008)
    return message.poll


def vote(
    world: World, channel: Channel, message: Message, user_id: int, wanted: Collection[int]
) -> None:
    """Let a member's votes be for these answers, and for no others.

    Raises ApiError 520001 when the poll is over, 520000 for an answer that is not there or for
    more than it allows.
    """
    poll = require_poll(message)
    if poll.closed:
        raise ApiError(520001)
    if any(answer not in poll.answers for answer in wanted):
        raise ApiError(520000)
    if len(wanted) > 1 and not poll.multiselect:
        raise ApiError(520000)
    for answer in poll.answers:
        voters = poll.votes.setdefault(answer, {})
        if user_id in voters and answer not in wanted:
            del voters[user_id]
            _publish(world, channel, message, user_id, answer, "REMOVE")
    for answer in poll.answers:
        voters = poll.votes.setdefault(answer, {})
        if user_id not in voters and answer in wanted:
            voters[user_id] = None
            _publish(world, channel, message, user_id, answer, "ADD")


def _publish(
    world: World,
    channel: Channel,
    message: Message,
    user_id: int,
    answer: int,
    what: Literal["ADD", "REMOVE"],
) -> None:
    data: Json = {
        "user_id": str(user_id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "answer_id": answer,
    }
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    world.bus.publish(Event(f"MESSAGE_POLL_VOTE_{what}", data, channel=channel))


def close_poll(world: World, channel: Channel, message: Message) -> Written:
    """Count the votes for good, and say in the channel what came of it.

    Answers the message's JSON. Raises ApiError 520001 when the poll is over already.
    """
    poll = require_poll(message)
    if poll.closed:
        raise ApiError(520001)
    poll.closed = True
    poll.expires_ms = min(poll.expires_ms, world.clock.now_ms())
    shaped = show(world, channel, message, "update")
    result = Message(
        id=world.ids.next(),
        channel_id=channel.id,
        author=message.author,
        at_ms=world.clock.now_ms(),
        type=POLL_RESULT,
        embeds=({"type": "poll_result", "fields": _result(poll)},),
        reference={
            "type": 0,
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            **({} if channel.guild_id is None else {"guild_id": str(channel.guild_id)}),
        },
        application_id=message.application_id,
        webhook_id=message.webhook_id,
        webhook_name=message.webhook_name,
    )
    if message.reader_id is None:
        store(channel, result)
        show(world, channel, result, "create")
    return shaped


def _result(poll: Poll) -> list[Json]:
    """The fields of the embed: the question, the votes, and the winner where there is one."""
    counts = {answer: len(voters) for answer, voters in poll.votes.items()}
    most = max(counts.values(), default=0)
    winners = [answer for answer, count in counts.items() if count == most and count]
    said: Json = {
        "poll_question_text": poll.question["text"],
        "victor_answer_votes": most,
        "total_votes": sum(counts.values()),
    }
    if len(winners) == 1:
        media = poll.answers[winners[0]]
        emoji = media.get("emoji") or {}
        said["victor_answer_id"] = winners[0]
        said["victor_answer_text"] = media["text"]
        said["victor_answer_emoji_id"] = emoji.get("id")
        said["victor_answer_emoji_name"] = emoji.get("name")
        if emoji.get("id"):
            said["victor_answer_emoji_animated"] = str(emoji["animated"]).lower()
    return [
        {"name": name, "value": str(value), "inline": False}
        for name, value in said.items()
        if value is not None
    ]
