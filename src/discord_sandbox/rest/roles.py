"""Roles of a guild: made, changed, ordered, counted, given and taken."""

from __future__ import annotations

from collections import Counter

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.guilds import create_role, delete_role, publish_member, publish_role
from discord_sandbox.model import Guild, Json, Role
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import role_json
from discord_sandbox.snowflake import parse_snowflake

_ROLES = "/guilds/{guild_id}/roles"
_OF_MEMBER = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"


def check_rank(call: Call, guild: Guild, role_id: int) -> Role:
    """The role, which must be below the bot's own highest. Raises ApiError 10011 or 50013."""
    role = guild.roles.get(role_id)
    if role is None:
        raise ApiError(10011)
    me = guild.members[call.app.bot_user_id]
    highest = max((guild.roles[one].position for one in me.role_ids), default=0)
    if role.position >= highest and guild.owner_id != me.user.id:
        raise ApiError(50013)
    return role


def listed(call: Call) -> list[Json]:
    return [role_json(role) for role in call.guild().roles.values()]


def get(call: Call) -> Json:
    role = call.guild().roles.get(call.id("role_id"))
    if role is None:
        raise ApiError(10011)
    return role_json(role)


def create(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_ROLES)
    body = call.json()
    granted = parse_snowflake(body.get("permissions"))
    role = create_role(
        call.world,
        guild,
        str(body.get("name") or "new role"),
        guild.roles[guild.id].permissions if granted is None else granted,
        color=int(body.get("color") or 0),
        hoist=bool(body.get("hoist", False)),
        mentionable=bool(body.get("mentionable", False)),
    )
    return role_json(role)


def edit(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_ROLES)
    role = check_rank(call, guild, call.id("role_id"))
    body = call.json()
    for name in ("name", "color", "hoist", "mentionable"):
        if body.get(name) is not None:
            setattr(role, name, body[name])
    granted = parse_snowflake(body.get("permissions"))
    if granted is not None:
        role.permissions = granted
    publish_role(call.world, guild, role, "GUILD_ROLE_UPDATE")
    return role_json(role)


def delete(call: Call) -> None:
    guild = call.guild(permissions.MANAGE_ROLES)
    check_rank(call, guild, call.id("role_id"))
    delete_role(call.world, guild, call.id("role_id"))


def give(call: Call) -> None:
    guild = call.guild(permissions.MANAGE_ROLES)
    member = call.world.member(guild, call.id("user_id"))
    role = check_rank(call, guild, call.id("role_id"))
    if role.id not in member.role_ids:
        member.role_ids.append(role.id)
        publish_member(call.world, guild, member)


def take(call: Call) -> None:
    guild = call.guild(permissions.MANAGE_ROLES)
    member = call.world.member(guild, call.id("user_id"))
    role = check_rank(call, guild, call.id("role_id"))
    if role.id in member.role_ids:
        member.role_ids.remove(role.id)
        publish_member(call.world, guild, member)


def order(call: Call) -> list[Json]:
    """Put roles where the body says; the bot may not move its own or one above it."""
    guild = call.guild(permissions.MANAGE_ROLES)
    if not isinstance(call.body, list):
        raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    moved: list[tuple[Role, int]] = []
    for at, one in enumerate(call.body):
        given = one if isinstance(one, dict) else {}
        role = check_rank(call, guild, parse_snowflake(given.get("id")) or 0)
        position = given.get("position")
        if position is None:
            continue
        if isinstance(position, bool) or not isinstance(position, int) or position < 1:
            raise invalid((at, "position"), "NUMBER_TYPE_MIN", "int value should be at least 1.")
        moved.append((role, position))
    for role, position in moved:
        role.position = position
        publish_role(call.world, guild, role, "GUILD_ROLE_UPDATE")
    return [role_json(role) for role in guild.roles.values()]


def counts(call: Call) -> Json:
    """How many members have each role, those without any left out."""
    counted = Counter(
        role_id for member in call.guild().members.values() for role_id in member.role_ids
    )
    return {str(role_id): number for role_id, number in counted.items()}


ROUTES = (
    Route("GET", _ROLES, listed),
    Route("POST", _ROLES, create),
    Route("PATCH", _ROLES, order),
    Route("GET", _ROLES + "/member-counts", counts),
    Route("GET", _ROLES + "/{role_id}", get),
    Route("PATCH", _ROLES + "/{role_id}", edit),
    Route("DELETE", _ROLES + "/{role_id}", delete),
    Route("PUT", _OF_MEMBER, give),
    Route("DELETE", _OF_MEMBER, take),
)
