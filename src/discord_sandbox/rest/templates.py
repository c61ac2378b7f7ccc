"""Templates of servers."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import Guild, Json
from discord_sandbox.model.templates import GuildTemplate
from discord_sandbox.permissions import MANAGE_GUILD
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.users import user_json
from discord_sandbox.templates import create_template, find_template, snapshot, sync
from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes
from discord_sandbox.world import World

_TEMPLATES = "/guilds/{guild_id}/templates"
_TEMPLATE = _TEMPLATES + "/{code}"
_TAKES: Takes = {"name": members.text(100, 1), "description": members.text(120)}


def _json(world: World, guild: Guild, template: GuildTemplate) -> Json:
    creator = world.users.get(template.creator_id)
    return {
        "code": template.code,
        "name": template.name,
        "description": template.description,
        "usage_count": template.usage_count,
        "creator_id": str(template.creator_id),
        "creator": None if creator is None else user_json(creator),
        "created_at": iso(template.created_ms),
        "updated_at": iso(template.updated_ms),
        "source_guild_id": str(guild.id),
        "serialized_source_guild": template.snapshot,
        "is_dirty": True if snapshot(guild) != template.snapshot else None,
    }


def _own(call: Call) -> tuple[Guild, GuildTemplate]:
    guild = call.guild(MANAGE_GUILD)
    found = guild.templates.get(call.params["code"])
    if found is None:
        raise ApiError(10057)
    return guild, found


def get(call: Call) -> Json:
    return _json(call.world, *find_template(call.world, call.params["code"]))


def listed(call: Call) -> list[Json]:
    guild = call.guild(MANAGE_GUILD)
    return [_json(call.world, guild, template) for template in guild.templates.values()]


def create(call: Call) -> Json:
    guild = call.guild(MANAGE_GUILD)
    body = call.json()
    if body.get("name") is None:
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    bot_id, description = call.app.bot_user_id, body.get("description")
    made = create_template(call.world, guild, bot_id, body["name"], description)
    return _json(call.world, guild, made)


def put(call: Call) -> Json:
    guild, template = _own(call)
    sync(call.world, guild, template)
    return _json(call.world, guild, template)


def edit(call: Call) -> Json:
    guild, template = _own(call)
    body = call.json()
    template.name = body.get("name") or template.name
    template.description = body.get("description", template.description)
    return _json(call.world, guild, template)


def delete(call: Call) -> Json:
    guild, template = _own(call)
    del guild.templates[template.code]
    return _json(call.world, guild, template)


ROUTES = (
    Route("GET", "/guilds/templates/{code}", get),
    Route("GET", _TEMPLATES, listed),
    Route("POST", _TEMPLATES, create, takes=_TAKES),
    Route("PUT", _TEMPLATE, put),
    Route("PATCH", _TEMPLATE, edit, takes=_TAKES),
    Route("DELETE", _TEMPLATE, delete),
)
