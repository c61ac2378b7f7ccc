"""Reactions and pins."""

from __future__ import annotations

from discord_sandbox import permissions, reactions
from discord_sandbox.clock import iso
from discord_sandbox.errors import ApiError
from discord_sandbox.model import Channel, Json, Message
from discord_sandbox.rest.messages import readable
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.users import user_json

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_EMOJI = _MESSAGE + "/reactions/{emoji}"
_PINS = "/channels/{channel_id}/messages/pins"


def _found(call: Call, needed: int = 0) -> tuple[Channel, Message]:
    channel = call.channel()
    if channel.guild_id is not None or not needed:
        call.world.require(call.app.bot_user_id, channel, needed | permissions.READ_MESSAGE_HISTORY)
    elif needed == permissions.MANAGE_MESSAGES:
        raise ApiError(50003)
    return channel, call.message(channel)


def add(call: Call) -> None:
    channel, message = _found(call)
    me, emoji = call.app.bot_user_id, call.params["emoji"]
    reactions.check_may_react(call.world, me, channel, message, emoji)
    reactions.react(call.world, channel, message, me, emoji)


def remove(call: Call) -> None:
    user_id = call.id("user_id") if "user_id" in call.params else call.app.bot_user_id
    own = user_id == call.app.bot_user_id
    channel, message = _found(call, 0 if own else permissions.MANAGE_MESSAGES)
    reactions.unreact(call.world, channel, message, user_id, call.params["emoji"])


def clear(call: Call) -> None:
    channel, message = _found(call, permissions.MANAGE_MESSAGES)
    reactions.clear(call.world, channel, message, call.params.get("emoji"))


def users(call: Call) -> list[Json]:
    _, message = _found(call)
    key, _ = reactions.parse_emoji(call.params["emoji"])
    limit = call.number("limit", default=25, least=1, most=100)
    after = call.snowflake("after") or 0
    reaction = message.reactions.get(key)
    if reaction is None:
        return []
    ids = sorted(user_id for user_id in reaction.user_ids if user_id > after)
    return [user_json(call.world.users[user_id]) for user_id in ids[:limit]]


def pin(call: Call) -> None:
    _set_pinned(call, True)


def unpin(call: Call) -> None:
    _set_pinned(call, False)


def _set_pinned(call: Call, pinned: bool) -> None:
    channel = call.channel()
    reactions.check_may_pin(call.world, call.app.bot_user_id, channel)
    message = call.message(channel)
    reactions.set_pinned(call.world, channel, message, call.bot, pinned=pinned)


def _pinned(call: Call) -> tuple[Channel, list[Message]]:
    channel = call.channel()
    if not call.world.can_read_history(call.app.bot_user_id, channel):
        return channel, []
    return channel, reactions.pins(channel)


def list_pins(call: Call) -> Json:
    limit = call.number("limit", default=50, least=1, most=50)
    channel, found = _pinned(call)
    before_ms = call.instant("before")
    if before_ms is not None:
        found = [message for message in found if (message.pinned_ms or 0) < before_ms]
    items = [
        {
            "pinned_at": iso(message.pinned_ms or 0),
            "message": readable(call, message, channel),
        }
        for message in found[:limit]
    ]
    return {"items": items, "has_more": len(found) > limit}


def list_pins_plain(call: Call) -> list[Json]:
    channel, found = _pinned(call)
    return [readable(call, message, channel) for message in found[:50]]


ROUTES = (
    Route("GET", _PINS, list_pins),
    Route("PUT", _PINS + "/{message_id}", pin),
    Route("DELETE", _PINS + "/{message_id}", unpin),
    Route("GET", "/channels/{channel_id}/pins", list_pins_plain),
    Route("PUT", "/channels/{channel_id}/pins/{message_id}", pin),
    Route("DELETE", "/channels/{channel_id}/pins/{message_id}", unpin),
    Route("DELETE", _MESSAGE + "/reactions", clear),
    Route("GET", _EMOJI, users),
    Route("DELETE", _EMOJI, clear),
    Route("PUT", _EMOJI + "/@me", add),
    Route("DELETE", _EMOJI + "/@me", remove),
    Route("DELETE", _EMOJI + "/{user_id}", remove),
)
