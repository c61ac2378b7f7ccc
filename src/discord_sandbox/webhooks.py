"""Webhooks: made for a channel, and told of."""

from __future__ import annotations

import secrets

from discord_sandbox import pictures
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.model import (
    FORUM_TYPES,
    GUILD_ANNOUNCEMENT,
    GUILD_TEXT,
    INCOMING_WEBHOOK,
    VOICE_TYPES,
    Channel,
    Guild,
    Json,
    User,
    Webhook,
)
from discord_sandbox.world import World

MOST_WEBHOOKS = 15
LONGEST_NAME = 80
_RESERVED = ("clyde", "discord")
_TAKE_WEBHOOKS = frozenset({GUILD_TEXT, GUILD_ANNOUNCEMENT, *FORUM_TYPES, *VOICE_TYPES})


def check_name(name: str, field: str = "name") -> str:
    """Raises ApiError 50035 for a name that Discord keeps for its own, or one too long."""
    if len(name) > LONGEST_NAME:
        text = f"Must be between 1 and {LONGEST_NAME} in length."
        raise invalid((field,), "BASE_TYPE_BAD_LENGTH", text)
    for word in _RESERVED:
        if word in name.lower():
            raise invalid(
                (field,), "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"'
            )
    return name


def check_takes_webhooks(channel: Channel) -> None:
    """Raises ApiError 50024 for a thread, a category or a DM."""
    if channel.type not in _TAKE_WEBHOOKS:
        raise ApiError(50024)


def webhooks_of(world: World, channel: Channel) -> list[Webhook]:
    return [webhook for webhook in world.webhooks.values() if webhook.channel_id == channel.id]


def create_webhook(
    world: World,
    channel: Channel,
    creator: User,
    name: str,
    *,
    kind: int = INCOMING_WEBHOOK,
    source: Channel | None = None,
    avatar: str | None = None,
) -> Webhook:
    """Make a webhook for a channel; `source` is the one that it follows, `avatar` a data URI.

    Raises ApiError 50024 for a thread, a category or a DM, 30007 for one more than 15.
    """
    check_takes_webhooks(channel)
    assert channel.guild_id is not None
    if len(webhooks_of(world, channel)) >= MOST_WEBHOOKS:
        raise ApiError(30007)
    webhook = Webhook(
        id=world.ids.next(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        name=name,
        token=secrets.token_urlsafe(51),
        creator_id=creator.id,
        application_id=creator.application_id if kind == INCOMING_WEBHOOK else None,
        type=kind,
        source_channel_id=None if source is None else source.id,
    )
    set_avatar(world, webhook, {"avatar": avatar})
    world.webhooks[webhook.id] = webhook
    publish_webhooks(world, channel)
    return webhook


def avatars_of(webhook: Webhook) -> str:
    """Where the pictures of a webhook are, as if it were a user."""
    return f"avatars/{webhook.id}"


def set_avatar(world: World, webhook: Webhook, body: Json) -> None:
    """Give a webhook the picture of a body that was checked, if there is one in it."""
    webhook.avatar = pictures.changed(world, avatars_of(webhook), body, "avatar", webhook.avatar)


def remove_webhook(world: World, webhook: Webhook) -> None:
    del world.webhooks[webhook.id]
    publish_webhooks(world, world.channels[webhook.channel_id])


def followers_of(world: World, channel: Channel) -> list[Webhook]:
    """The webhooks by which other channels follow this one."""
    return [one for one in world.webhooks.values() if one.source_channel_id == channel.id]


def end_following(world: World, channel: Channel) -> None:
    """Nobody follows the channel any more."""
    for webhook in followers_of(world, channel):
        remove_webhook(world, webhook)


def publish_webhooks(world: World, channel: Channel) -> None:
    """Tell that a channel's webhooks are other ones than before."""
    guild: Guild = world.guilds[channel.guild_id or 0]
    data = {"guild_id": str(guild.id), "channel_id": str(channel.id)}
    world.bus.publish(Event("WEBHOOKS_UPDATE", data, guild=guild))
