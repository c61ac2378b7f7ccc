"""Webhooks, as a member who may manage them makes one in a channel's settings."""

from __future__ import annotations

from discord_sandbox.control.routing import Ask, Operation
from discord_sandbox.model import Json
from discord_sandbox.permissions import MANAGE_WEBHOOKS
from discord_sandbox.shapes.webhooks import webhook_json
from discord_sandbox.webhooks import check_name, create_webhook

_MEMBER = "/members/{user}"


def make(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    ask.world.require(user.id, channel, MANAGE_WEBHOOKS)
    name = check_name(ask.text("name"))
    return webhook_json(ask.world, create_webhook(ask.world, channel, user, name))


OPERATIONS = (Operation("POST", _MEMBER + "/webhook", make),)
