"""What an application is sent of an interaction, and what its messages say about it."""

from __future__ import annotations

from discord_sandbox.command_access import BOT_DM, PRIVATE_CHANNEL
from discord_sandbox.model import Interaction, Json
from discord_sandbox.permissions import (
    ATTACH_FILES,
    EMBED_LINKS,
    MENTION_EVERYONE,
    USE_EXTERNAL_EMOJIS,
)
from discord_sandbox.premium import entitlements_of
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.guilds import guild_features, member_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.world import World

ATTACHMENT_LIMIT = 10 * 1024 * 1024
_IN_PRIVATE = ATTACH_FILES | EMBED_LINKS | MENTION_EVERYONE


def interaction_json(world: World, interaction: Interaction) -> Json:
    """The INTERACTION_CREATE payload."""
    channel = world.channel(interaction.channel_id)
    application = world.applications[interaction.application_id]
    shaped: Json = {
        "id": str(interaction.id),
        "application_id": str(interaction.application_id),
        "type": interaction.type,
        "data": interaction.data,
        "token": interaction.token,
        "version": 1,
        "channel_id": str(channel.id),
        "locale": interaction.user.locale,
        "entitlements": entitlements_of(
            world, application, interaction.user.id, interaction.guild_id
        ),
        "authorizing_integration_owners": interaction.owners,
        "attachment_size_limit": ATTACHMENT_LIMIT,
        "context": interaction.context,
        "app_permissions": str(_app_permissions(world, interaction)),
    }
    if interaction.source_message is not None:
        shaped["message"] = world.message_json(interaction.source_message, application.bot_user_id)
    if interaction.guild_id is None:
        shaped["user"] = user_json(interaction.user)
        shaped["channel"] = world.channel_json(channel, application.bot_user_id)
        return shaped
    guild = world.guild(interaction.guild_id)
    member = world.member(guild, interaction.user.id)
    granted = str(world.permissions(member.user.id, channel))
    shaped["guild_id"] = str(guild.id)
    shaped["guild"] = {
        "id": str(guild.id),
        "locale": guild.preferred_locale,
        "features": guild_features(guild),
    }
    shaped["guild_locale"] = guild.preferred_locale
    shaped["member"] = {**member_json(member), "permissions": granted}
    shaped["channel"] = {**channel_json(channel), "permissions": granted}
    return shaped


def metadata_json(interaction: Interaction) -> Json:
    """`interaction_metadata` of a message; "name" is the command's, for `interaction`."""
    shaped: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": user_json(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }
    if interaction.type == 2:
        shaped["name"] = interaction.command_name
        shaped |= _target_json(interaction)
    elif interaction.type == 3 and interaction.source_message is not None:
        shaped["interacted_message_id"] = str(interaction.source_message.id)
    elif interaction.parent is not None:
        parent = metadata_json(interaction.parent)
        parent.pop("name", None)
        shaped["triggering_interaction_metadata"] = parent
    return shaped


def _target_json(interaction: Interaction) -> Json:
    """On whom or what a command of a context menu was run."""
    data = interaction.data
    if data["type"] == 2:
        return {"target_user": data["resolved"]["users"][data["target_id"]]}
    return {"target_message_id": data["target_id"]} if data["type"] == 3 else {}


def _app_permissions(world: World, interaction: Interaction) -> int:
    """What the application may do where the interaction was started.

    Of DMs Discord's documentation has the bits. Of a server in which the bot is not, it has none:
    this takes those of DMs which the member has there.
    """
    channel = world.channel(interaction.channel_id)
    bot_id = world.applications[interaction.application_id].bot_user_id
    if interaction.context == BOT_DM:
        return world.permissions(bot_id, channel) | MENTION_EVERYONE
    if interaction.context == PRIVATE_CHANNEL:
        return _IN_PRIVATE
    if bot_id in world.guild(interaction.guild_id or 0).members:
        return world.permissions(bot_id, channel)
    granted = world.permissions(interaction.user.id, channel)
    return granted & (_IN_PRIVATE | USE_EXTERNAL_EMOJIS)
