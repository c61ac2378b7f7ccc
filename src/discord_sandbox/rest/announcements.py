"""Announcement channels: followed, and their messages published."""

from __future__ import annotations

from discord_sandbox import followers
from discord_sandbox.errors import invalid
from discord_sandbox.model import Json
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes
from discord_sandbox.wire import Written

_CHANNEL = "/channels/{channel_id}"


def follow(call: Call) -> Json:
    source = call.channel()
    target_id = parse_snowflake(call.json().get("webhook_channel_id"))
    if target_id is None:
        raise invalid(("webhook_channel_id",), "BASE_TYPE_REQUIRED", "This field is required")
    target = call.world.channel(target_id)
    webhook = followers.follow(call.world, call.bot, source, target)
    return {"channel_id": str(source.id), "webhook_id": str(webhook.id)}


def crosspost(call: Call) -> Written:
    channel = call.channel()
    message = call.message(channel)
    followers.check_may_publish(call.world, call.app.bot_user_id, channel, message)
    call.backend.limits.publish(channel.id, call.world.clock.now_ms())
    return followers.publish(call.world, channel, message)


_TAKES: Takes = {"webhook_channel_id": members.snowflake}

ROUTES = (
    Route("POST", _CHANNEL + "/followers", follow, takes=_TAKES),
    Route("POST", _CHANNEL + "/messages/{message_id}/crosspost", crosspost),
)
