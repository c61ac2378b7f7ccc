"""The bots of a server, as its integrations."""

from __future__ import annotations

from discord_sandbox.guilds import remove_member
from discord_sandbox.integrations import find_integration, integration_json, integrations
from discord_sandbox.model import Json
from discord_sandbox.permissions import MANAGE_GUILD
from discord_sandbox.rest.routing import Call, Route

_INTEGRATIONS = "/guilds/{guild_id}/integrations"


def listed(call: Call) -> list[Json]:
    guild = call.guild(MANAGE_GUILD)
    return [integration_json(call.world, role) for role in integrations(guild)]


def delete(call: Call) -> None:
    """The bot is thrown out, and its webhooks are gone."""
    guild = call.guild(MANAGE_GUILD)
    role = find_integration(guild, call.id("integration_id"))
    assert role.bot_id is not None
    application_id = call.world.users[role.bot_id].application_id
    for webhook in [one for one in call.world.webhooks.values() if one.guild_id == guild.id]:
        if webhook.application_id == application_id:
            del call.world.webhooks[webhook.id]
    remove_member(call.world, guild, role.bot_id)


ROUTES = (
    Route("GET", _INTEGRATIONS, listed),
    Route("DELETE", _INTEGRATIONS + "/{integration_id}", delete),
)
