"""The rules of auto moderation, for bots that manage the server."""

from __future__ import annotations

from discord_sandbox.auto_moderation import create_rule, delete_rule, edit_rule
from discord_sandbox.errors import ApiError
from discord_sandbox.model import Guild, Json
from discord_sandbox.model.auto_moderation import AutoModerationRule
from discord_sandbox.permissions import MANAGE_GUILD
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.auto_moderation import rule_json
from discord_sandbox.validate.auto_moderation import TAKES

_RULES = "/guilds/{guild_id}/auto-moderation/rules"
_RULE = _RULES + "/{rule_id}"


def _found(call: Call) -> tuple[Guild, AutoModerationRule]:
    guild = call.guild(MANAGE_GUILD)
    rule = guild.auto_moderation.get(call.id("rule_id"))
    if rule is None:
        raise ApiError(0, status=404, message="404: Not Found")
    return guild, rule


def listed(call: Call) -> list[Json]:
    guild = call.guild(MANAGE_GUILD)
    return [rule_json(guild, rule) for rule in guild.auto_moderation.values()]


def get(call: Call) -> Json:
    return rule_json(*_found(call))


def create(call: Call) -> Json:
    guild = call.guild(MANAGE_GUILD)
    return rule_json(guild, create_rule(call.world, guild, call.app.bot_user_id, call.json()))


def edit(call: Call) -> Json:
    guild, rule = _found(call)
    edit_rule(call.world, guild, call.app.bot_user_id, rule, call.json())
    return rule_json(guild, rule)


def delete(call: Call) -> None:
    delete_rule(call.world, *_found(call))


ROUTES = (
    Route("GET", _RULES, listed),
    Route("POST", _RULES, create, takes=TAKES),
    Route("GET", _RULE, get),
    Route("PATCH", _RULE, edit, takes=TAKES),
    Route("DELETE", _RULE, delete),
)
