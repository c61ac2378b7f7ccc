"""Guilds and their members."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.gateway.intents import GUILD_MEMBERS
from discord_sandbox.guilds import publish_guild, publish_member, remove_member
from discord_sandbox.model import Guild, Json, Member
from discord_sandbox.rest.roles import check_rank
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import (
    guild_counts_json,
    guild_json,
    guild_preview_json,
    member_json,
)
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields

_GUILD = "/guilds/{guild_id}"
_MEMBER = _GUILD + "/members/{user_id}"


def get(call: Call) -> Json:
    guild = call.guild()
    shaped = guild_json(guild)
    if call.flag("with_counts"):
        shaped |= guild_counts_json(guild)
    return shaped


def preview(call: Call) -> Json:
    return guild_preview_json(call.guild())


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
            check_rank(call, guild, role_id)
        member.role_ids = wanted
    until = body.get("communication_disabled_until")
    if "communication_disabled_until" in body:
        member.timeout_until_ms = None if until is None else parse_iso(until)
    publish_member(call.world, guild, member)
    return member_json(member)


def kick(call: Call) -> None:
    guild = call.guild(permissions.KICK_MEMBERS)
    remove_member(call.world, guild, call.id("user_id"))


ROUTES = (
    Route("GET", _GUILD, get),
    Route("PATCH", _GUILD, edit),
    Route("GET", _GUILD + "/preview", preview),
    Route("GET", _GUILD + "/members", members),
    Route("GET", _GUILD + "/members/search", search),
    Route("PATCH", _GUILD + "/members/@me", edit_member),
    Route("GET", _MEMBER, get_member),
    Route("PATCH", _MEMBER, edit_member),
    Route("DELETE", _MEMBER, kick),
)
