"""Guilds, their members and their roles."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.gateway.intents import GUILD_MEMBERS
from discord_sandbox.guilds import (
    create_role,
    delete_role,
    publish_guild,
    publish_member,
    publish_role,
    remove_member,
)
from discord_sandbox.model import Guild, Json, Member, Role
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import guild_json, member_json, role_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields

_GUILD = "/guilds/{guild_id}"
_MEMBER = _GUILD + "/members/{user_id}"


def get(call: Call) -> Json:
    guild = call.guild()
    shaped = guild_json(guild)
    if call.flag("with_counts"):
        online = sum(1 for m in guild.members.values() if m.user.status != "offline")
        shaped["approximate_member_count"] = len(guild.members)
        shaped["approximate_presence_count"] = online
    return shaped


def edit(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_GUILD)
    body = call.json()
    problems = Problems()
    fields.text(problems, ("name",), body.get("name"), longest=100, shortest=2)
    problems.raise_if_any()
    guild.name = body.get("name") or guild.name
    guild.description = body.get("description", guild.description)
    guild.preferred_locale = body.get("preferred_locale") or guild.preferred_locale
    publish_guild(call.world, guild)
    return guild_json(guild)


# --- members -----------------------------------------------------------------------------


def members(call: Call) -> list[Json]:
    guild = call.guild()
    # Discord lists members to applications that have the privileged intent only.
    if not call.app.privileged_intents & GUILD_MEMBERS:
        raise ApiError(50001)
    limit = call.number("limit", default=1, least=1, most=1000)
    after = call.snowflake("after") or 0
    ids = sorted(user_id for user_id in guild.members if user_id > after)
    return [member_json(guild.members[user_id]) for user_id in ids[:limit]]


def search(call: Call) -> list[Json]:
    guild = call.guild()
    limit = call.number("limit", default=1, least=1, most=1000)
    start = call.query.get("query", "").lower()
    found = [
        member
        for member in guild.members.values()
        if member.user.username.lower().startswith(start)
        or (member.nick or "").lower().startswith(start)
    ]
    return [member_json(member) for member in found[:limit]]


def _member(call: Call, guild: Guild) -> Member:
    return call.world.member(guild, call.id("user_id"))


def get_member(call: Call) -> Json:
    return member_json(_member(call, call.guild()))


def edit_member(call: Call) -> Json:
    body = call.json()
    own = call.params.get("user_id", "@me") == "@me"
    needed = 0
    if "nick" in body:
        needed |= permissions.CHANGE_NICKNAME if own else permissions.MANAGE_NICKNAMES
    if "roles" in body:
        needed |= permissions.MANAGE_ROLES
    if "communication_disabled_until" in body:
        needed |= permissions.MODERATE_MEMBERS
    guild = call.guild(needed)
    member = call.world.member(guild, call.app.bot_user_id if own else call.id("user_id"))
    if "nick" in body:
        member.nick = body["nick"] or None
    if "roles" in body:
        wanted = [found for found in map(parse_snowflake, body["roles"] or ()) if found]
        for role_id in {*wanted} ^ {*member.role_ids}:
            _check_rank(call, guild, role_id)
        member.role_ids = wanted
    until = body.get("communication_disabled_until")
    if "communication_disabled_until" in body:
        member.timeout_until_ms = None if until is None else parse_iso(until)
    publish_member(call.world, guild, member)
    return member_json(member)


def kick(call: Call) -> None:
    guild = call.guild(permissions.KICK_MEMBERS)
    remove_member(call.world, guild, call.id("user_id"))


def _check_rank(call: Call, guild: Guild, role_id: int) -> Role:
    """The role, which must be below the bot's own highest. Raises ApiError 10011 or 50013."""
    role = guild.roles.get(role_id)
    if role is None:
        raise ApiError(10011)
    me = guild.members[call.app.bot_user_id]
    highest = max((guild.roles[one].position for one in me.role_ids), default=0)
    if role.position >= highest and guild.owner_id != me.user.id:
        raise ApiError(50013)
    return role


def add_member_role(call: Call) -> None:
    guild = call.guild(permissions.MANAGE_ROLES)
    member = _member(call, guild)
    role = _check_rank(call, guild, call.id("role_id"))
    if role.id not in member.role_ids:
        member.role_ids.append(role.id)
        publish_member(call.world, guild, member)


def remove_member_role(call: Call) -> None:
    guild = call.guild(permissions.MANAGE_ROLES)
    member = _member(call, guild)
    role = _check_rank(call, guild, call.id("role_id"))
    if role.id in member.role_ids:
        member.role_ids.remove(role.id)
        publish_member(call.world, guild, member)


# --- roles -------------------------------------------------------------------------------


def roles(call: Call) -> list[Json]:
    return [role_json(role) for role in call.guild().roles.values()]


def get_role(call: Call) -> Json:
    role = call.guild().roles.get(call.id("role_id"))
    if role is None:
        raise ApiError(10011)
    return role_json(role)


def create_role_route(call: Call) -> Json:
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


def edit_role(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_ROLES)
    role = _check_rank(call, guild, call.id("role_id"))
    body = call.json()
    for name in ("name", "color", "hoist", "mentionable"):
        if body.get(name) is not None:
            setattr(role, name, body[name])
    granted = parse_snowflake(body.get("permissions"))
    if granted is not None:
        role.permissions = granted
    publish_role(call.world, guild, role, "GUILD_ROLE_UPDATE")
    return role_json(role)


def delete_role_route(call: Call) -> None:
    guild = call.guild(permissions.MANAGE_ROLES)
    _check_rank(call, guild, call.id("role_id"))
    delete_role(call.world, guild, call.id("role_id"))


ROUTES = (
    Route("GET", _GUILD, get),
    Route("PATCH", _GUILD, edit),
    Route("GET", _GUILD + "/members", members),
    Route("GET", _GUILD + "/members/search", search),
    Route("PATCH", _GUILD + "/members/@me", edit_member),
    Route("GET", _MEMBER, get_member),
    Route("PATCH", _MEMBER, edit_member),
    Route("DELETE", _MEMBER, kick),
    Route("PUT", _MEMBER + "/roles/{role_id}", add_member_role),
    Route("DELETE", _MEMBER + "/roles/{role_id}", remove_member_role),
    Route("GET", _GUILD + "/roles", roles),
    Route("POST", _GUILD + "/roles", create_role_route),
    Route("GET", _GUILD + "/roles/{role_id}", get_role),
    Route("PATCH", _GUILD + "/roles/{role_id}", edit_role),
    Route("DELETE", _GUILD + "/roles/{role_id}", delete_role_route),
)
