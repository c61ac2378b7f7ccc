"""Announcement channels, as a member: followed into another channel, and published in."""

from __future__ import annotations

from discord_sandbox import followers
from discord_sandbox.control.routing import Ask, Operation
from discord_sandbox.model import Json
from discord_sandbox.shapes.webhooks import webhook_json

_MEMBER = "/members/{user}"


def follow(ask: Ask) -> Json:
    user = ask.user()
    source = ask.find_channel(ask.given("channel_id"), user)
    target = ask.find_channel(ask.given("to_channel_id"), user)
    return webhook_json(ask.world, followers.follow(ask.world, user, source, target))


def publish(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    message = ask.find_message(channel, user, ask.given("message_id"))
    followers.check_may_publish(ask.world, user.id, channel, message)
    ask.backend.limits.publish(channel.id, ask.world.clock.now_ms())
    return followers.publish(ask.world, channel, message).data


OPERATIONS = (
    Operation("POST", _MEMBER + "/follow", follow),
    Operation("POST", _MEMBER + "/publish", publish),
)
