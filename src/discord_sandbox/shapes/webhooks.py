"""Webhooks in JSON."""

from __future__ import annotations

from discord_sandbox.model import (
    APPLICATION_WEBHOOK,
    FOLLOWER_WEBHOOK,
    INCOMING_WEBHOOK,
    Application,
    Json,
    Webhook,
)
from discord_sandbox.shapes.users import user_json
from discord_sandbox.world import World


def webhook_json(
    world: World, webhook: Webhook, *, with_creator: bool = True, with_token: bool = True
) -> Json:
    """A channel's webhook. Only an incoming one has a token and an address to show."""
    shaped: Json = {
        "id": str(webhook.id),
        "type": webhook.type,
        "name": webhook.name,
        "avatar": webhook.avatar,
        "channel_id": str(webhook.channel_id),
        "guild_id": str(webhook.guild_id),
        "application_id": (None if webhook.application_id is None else str(webhook.application_id)),
    }
    if webhook.type == INCOMING_WEBHOOK and with_token:
        shaped["token"] = webhook.token
        shaped["url"] = f"{world.base_url}/api/webhooks/{webhook.id}/{webhook.token}"
    if webhook.type == FOLLOWER_WEBHOOK:
        _add_source(world, webhook, shaped)
    if with_creator:
        shaped["user"] = user_json(world.users[webhook.creator_id])
    return shaped


def _add_source(world: World, webhook: Webhook, shaped: Json) -> None:
    """What is followed, as long as whoever followed it is in that server."""
    source = world.channels.get(webhook.source_channel_id or 0)
    if source is None or source.guild_id is None:
        return
    guild = world.guilds[source.guild_id]
    if webhook.creator_id in guild.members:
        shaped["source_guild"] = {"id": str(guild.id), "name": guild.name, "icon": guild.icon}
        shaped["source_channel"] = {"id": str(source.id), "name": source.name}


def application_webhook_json(application: Application) -> Json:
    """The webhook that an application's interactions are answered by."""
    return {
        "id": str(application.id),
        "type": APPLICATION_WEBHOOK,
        "name": application.name,
        "avatar": application.icon,
        "channel_id": None,
        "guild_id": None,
        "application_id": str(application.id),
    }
