"""Webhooks, as a member who may manage them finds them in a channel's settings."""

from __future__ import annotations

from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import Json
from discord_sandbox.permissions import MANAGE_WEBHOOKS
from discord_sandbox.shapes.webhooks import webhook_json
from discord_sandbox.webhooks import (
    check_name,
    create_webhook,
    remove_webhook,
    webhooks_of,
)

_MEMBER = "/members/{user}"


def make(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    ask.world.require(user.id, channel, MANAGE_WEBHOOKS)
    name = check_name(ask.text("name"))
    return webhook_json(ask.world, create_webhook(ask.world, channel, user, name))


def listed(ask: Ask) -> list[Json]:
    """The channel's webhooks, for a member who may manage them."""
    user = ask.user()
    channel = ask.find_channel(ask.param("channel"), user)
    ask.world.require(user.id, channel, MANAGE_WEBHOOKS)
    return [webhook_json(ask.world, webhook) for webhook in webhooks_of(ask.world, channel)]


def remove(ask: Ask) -> Json:
    """Delete a webhook; one by which the channel follows another ends that."""
    user = ask.user()
    webhook = ask.world.webhooks.get(ask.given("webhook_id"))
    if webhook is None:
        raise Refused("There is no such webhook: it may have been deleted.", 404)
    ask.world.require(user.id, ask.world.channels[webhook.channel_id], MANAGE_WEBHOOKS)
    remove_webhook(ask.world, webhook)
    return {}


OPERATIONS = (
    Operation("GET", _MEMBER + "/channels/{channel}/webhooks", listed),
    Operation("POST", _MEMBER + "/webhook", make),
    Operation("POST", _MEMBER + "/delete-webhook", remove),
)
