"""Roles of a guild: made, changed, ordered, counted, given and taken."""

from __future__ import annotations

from collections import Counter

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, Problems, invalid
from discord_sandbox.guild_pictures import check_role_icons
from discord_sandbox.guilds import (
    create_role,
    delete_role,
    publish_member,
    publish_role,
    set_role_icon,
)
from discord_sandbox.model import Guild, Json, Role
from discord_sandbox.rest.rank import check_grants, highest
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.role_colors import paint
from discord_sandbox.shapes.guilds import role_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import MOST_SMALL_KB, picture

_ROLES = "/guilds/{guild_id}/roles"
_OF_MEMBER = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"


def check_rank(call: Call, guild: Guild, role_id: int) -> Role:
    """The role, which must be below the bot's own highest. Raises ApiError 10011 or 50013."""
    role = guild.roles.get(role_id)
    if role is None:
        raise ApiError(10011)
    me = guild.members[call.app.bot_user_id]
    if role.position >= highest(guild, me) and guild.owner_id != me.user.id:
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
    check_grants(call, guild, granted or 0)
    check_role_icons(guild, body)
    role = create_role(
        call.world,
        guild,
        body.get("name") or "new role",
        guild.roles[guild.id].permissions if granted is None else granted,
        colors=body,
        hoist=bool(body.get("hoist", False)),
        mentionable=bool(body.get("mentionable", False)),
        pictured=body,
    )
    return role_json(role)


def edit(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_ROLES)
    role = check_rank(call, guild, call.id("role_id"))
    body = call.json()
    check_role_icons(guild, body)
    granted = parse_snowflake(body.get("permissions"))
    if granted is not None:
        check_grants(call, guild, granted ^ role.permissions)
        role.permissions = granted
    for name in ("name", "hoist", "mentionable"):
        if body.get(name) is not None:
            setattr(role, name, body[name])
    paint(role, body)
    set_role_icon(call.world, role, body)
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
    problems = Problems()
    for at, one in enumerate(call.body):
        given = fields.mapping(problems, (at,), one)
        if given is not None:
            members.note_members(problems, (at,), _TAKES_PLACE, given)
    problems.raise_if_any()
    moved: list[tuple[Role, int]] = []
    for one in call.body:
        role = check_rank(call, guild, parse_snowflake(one.get("id")) or 0)
        if one.get("position") is not None:
            moved.append((role, one["position"]))
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


def _character(problems: Problems, path: fields.Path, value: object) -> None:
    """An emoji that is a character; one of a server's own cannot stand beside a role."""
    text = fields.text(problems, path, value, longest=100, shortest=1)
    if text is not None and text.isascii():
        problems.add(path, "INVALID_UNICODE_EMOJI", "Invalid emoji")


_TAKES_PLACE: Takes = {"id": members.snowflake, "position": members.number(1, 250)}
_COLOR = members.number(0, 0xFFFFFF)
TAKES_COLORS: Takes = {
    "color": _COLOR,
    "colors": members.nested(
        dict.fromkeys(("primary_color", "secondary_color", "tertiary_color"), _COLOR)
    ),
}
_TAKES: Takes = {
    "name": members.text(100, 1),
    "permissions": members.permission_bits,
    **TAKES_COLORS,
    "hoist": members.flag,
    "mentionable": members.flag,
    "icon": picture(MOST_SMALL_KB),
    "unicode_emoji": _character,
}

ROUTES = (
    Route("GET", _ROLES, listed),
    Route("POST", _ROLES, create, takes=_TAKES),
    Route("PATCH", _ROLES, order),
    Route("GET", _ROLES + "/member-counts", counts),
    Route("GET", _ROLES + "/{role_id}", get),
    Route("PATCH", _ROLES + "/{role_id}", edit, takes=_TAKES),
    Route("DELETE", _ROLES + "/{role_id}", delete),
    Route("PUT", _OF_MEMBER, give),
    Route("DELETE", _OF_MEMBER, take),
)
