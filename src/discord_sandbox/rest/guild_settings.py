"""Changing a server."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.guild_pictures import check_features, set_pictures
from discord_sandbox.guild_settings import change_settings
from discord_sandbox.guilds import publish_guild
from discord_sandbox.model import Json
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import guild_json
from discord_sandbox.validate.guild_settings import TAKES


def edit(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_GUILD)
    body = call.json()
    check_features(guild.features, body)
    change_settings(call.world, guild, call.app.bot_user_id, body)
    set_pictures(call.world, guild, body)
    publish_guild(call.world, guild)
    return guild_json(guild)


ROUTES = (Route("PATCH", "/guilds/{guild_id}", edit, takes=TAKES),)
