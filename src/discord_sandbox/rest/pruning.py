"""Pruning: members who were not seen for days, counted and let go."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.pruning import inactive, prune
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Takes

_PRUNE = "/guilds/{guild_id}/prune"
_NEEDED = permissions.KICK_MEMBERS | permissions.MANAGE_GUILD
MOST_ROLES = 100


def _listed(value: Any) -> Any:
    """Ids as a list, also where they were given with commas between."""
    return [one for one in value.split(",") if one] if isinstance(value, str) else value


def _check_roles(problems: Problems, path: Path, value: Any) -> None:
    members.many(members.snowflake, MOST_ROLES)(problems, path, _listed(value))


def count(call: Call) -> Json:
    guild = call.guild(_NEEDED)
    days = call.number("days", default=7, least=1, most=30)
    roles = call.snowflakes("include_roles", most=MOST_ROLES)
    return {"pruned": len(inactive(call.world, guild, days, roles))}


def do(call: Call) -> Json:
    guild = call.guild(_NEEDED)
    body = call.json()
    roles = [parse_snowflake(one) or 0 for one in _listed(body.get("include_roles")) or ()]
    pruned = prune(call.world, guild, body.get("days") or 7, roles)
    return {"pruned": None if body.get("compute_prune_count") is False else pruned}


_TAKES: Takes = {
    "days": members.number(1, 30),
    "compute_prune_count": members.flag,
    "include_roles": _check_roles,
}

ROUTES = (Route("GET", _PRUNE, count), Route("POST", _PRUNE, do, takes=_TAKES))
