"""Changing a server."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.guild_settings import change_settings
from discord_sandbox.guilds import publish_guild
from discord_sandbox.model import Json
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import guild_json
from discord_sandbox.validate.guild_settings import TAKES


def edit(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_GUILD)
    change_settings(call.world, guild, call.app.bot_user_id, call.json())
    publish_guild(call.world, guild)
    return guild_json(guild)


ROUTES = (Route("PATCH", "/guilds/{guild_id}", edit, takes=TAKES),)
