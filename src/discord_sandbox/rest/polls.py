"""Polls: who voted for an answer, and closing one before its time."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import Json
from discord_sandbox.polls import close_poll, require_poll
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.users import user_json
from discord_sandbox.wire import Written

_POLL = "/channels/{channel_id}/polls/{message_id}"


def voters(call: Call) -> Json:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.READ_MESSAGE_HISTORY)
    poll = require_poll(call.message(channel))
    answer = call.id("answer_id")
    if answer not in poll.answers:
        text = f"There is no answer {answer}; they are numbered from 1 to {len(poll.answers)}."
        raise invalid(("answer_id",), "BASE_TYPE_CHOICES", text)
    limit = call.number("limit", default=25, least=1, most=100)
    after = call.snowflake("after") or 0
    found = sorted(one for one in poll.votes.get(answer, {}) if one > after)
    return {"users": [user_json(call.world.users[user_id]) for user_id in found[:limit]]}


def close(call: Call) -> Written:
    channel = call.channel()
    message = call.message(channel)
    if message.poll is None:
        raise ApiError(520006)
    if message.author.id != call.app.bot_user_id:
        raise ApiError(50005)
    return close_poll(call.world, channel, message)


ROUTES = (
    Route("GET", _POLL + "/answers/{answer_id}", voters),
    Route("POST", _POLL + "/expire", close),
)
