"""What an application is sent of an interaction, and what its messages say about it."""

from __future__ import annotations

from discord_sandbox.model import Interaction, Json
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.guilds import member_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.world import World

ATTACHMENT_LIMIT = 10 * 1024 * 1024


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
        "entitlements": [],
        "authorizing_integration_owners": _owners(interaction),
        "attachment_size_limit": ATTACHMENT_LIMIT,
        "context": 0 if interaction.guild_id is not None else 1,
        "app_permissions": str(world.permissions(application.bot_user_id, channel)),
    }
    if interaction.source_message is not None:
        shaped["message"] = world.message_json(interaction.source_message, application.bot_user_id)
    if interaction.guild_id is None:
        shaped["user"] = user_json(interaction.user)
        shaped["channel"] = world.channel_json(channel, interaction.user.id)
        shaped["channel"]["recipients"] = [user_json(interaction.user)]
        return shaped
    guild = world.guild(interaction.guild_id)
    member = world.member(guild, interaction.user.id)
    granted = str(world.permissions(member.user.id, channel))
    shaped["guild_id"] = str(guild.id)
    shaped["guild"] = {
        "id": str(guild.id),
        "locale": guild.preferred_locale,
        "features": guild.features,
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
        "authorizing_integration_owners": _owners(interaction),
    }
    if interaction.type == 2:
        shaped["name"] = interaction.command_name
    elif interaction.type == 3 and interaction.source_message is not None:
        shaped["interacted_message_id"] = str(interaction.source_message.id)
    elif interaction.parent is not None:
        parent = metadata_json(interaction.parent)
        parent.pop("name", None)
        shaped["triggering_interaction_metadata"] = parent
    return shaped


def _owners(interaction: Interaction) -> Json:
    return {"0": "0" if interaction.guild_id is None else str(interaction.guild_id)}
