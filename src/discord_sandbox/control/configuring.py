"""What a server's settings pages do, as its owner does it."""

from __future__ import annotations

from discord_sandbox.control.routing import Ask, Operation
from discord_sandbox.guild_settings import change_settings
from discord_sandbox.guilds import publish_guild
from discord_sandbox.model import Json
from discord_sandbox.shapes.guilds import guild_json
from discord_sandbox.validate.guild_settings import TAKES
from discord_sandbox.validate.members import check_members

_GUILD = "/guilds/{guild}"


def guild(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    body = check_members(TAKES, ask.body, "PATCH /sandbox" + _GUILD)
    change_settings(ask.world, found, found.owner_id, body)
    publish_guild(ask.world, found)
    return guild_json(found)


OPERATIONS = (Operation("PATCH", _GUILD, guild),)
