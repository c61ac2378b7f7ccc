"""Guilds and their members."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.gateway.intents import GUILD_MEMBERS
from discord_sandbox.guilds import publish_member, remove_member
from discord_sandbox.model import BYPASSES_VERIFICATION, Guild, Json, Member
from discord_sandbox.pictures import changed
from discord_sandbox.rest.rank import check_may_time_out, check_outranks
from discord_sandbox.rest.roles import check_rank
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.rest.voice import TAKES_VOICE, edit_in_voice, needed_in_voice
from discord_sandbox.shapes.guilds import (
    guild_counts_json,
    guild_json,
    guild_preview_json,
    member_json,
)
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members as members_of
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import picture
from discord_sandbox.world import World

_GUILD = "/guilds/{guild_id}"
_MEMBER = _GUILD + "/members/{user_id}"
MOST_TIMEOUT_MS = 28 * 86_400_000
_MAY_FLAG = (
    permissions.MANAGE_GUILD,
    permissions.MANAGE_ROLES,
    permissions.MODERATE_MEMBERS | permissions.KICK_MEMBERS | permissions.BAN_MEMBERS,
)


def get(call: Call) -> Json:
    guild = call.guild()
    shaped = guild_json(guild)
    if call.flag("with_counts"):
        shaped |= guild_counts_json(guild)
    return shaped


def preview(call: Call) -> Json:
    return guild_preview_json(call.guild())


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


def _timeout(call: Call, until: Any) -> int | None:
    """When a timeout ends. Raises ApiError 50035 for more than 28 days ahead."""
    if until is None:
        return None
    until_ms = parse_iso(until)
    if until_ms - call.world.clock.now_ms() > MOST_TIMEOUT_MS:
        raise invalid(
            ("communication_disabled_until",),
            "INVALID_COMMUNICATION_DISABLED_TIMESTAMP",
            "The date must be within 28 days.",
        )
    return until_ms


def _needed(body: Json, *, own: bool) -> int:
    """The permissions for what the body changes of a member, or of the bot itself."""
    needed = needed_in_voice(body)
    if "nick" in body:
        needed |= permissions.CHANGE_NICKNAME if own else permissions.MANAGE_NICKNAMES
    if "roles" in body:
        needed |= permissions.MANAGE_ROLES
    if "communication_disabled_until" in body:
        needed |= permissions.MODERATE_MEMBERS
    return needed


def _check_may_flag(call: Call, guild: Guild) -> None:
    """Any of three rights will do. Raises ApiError 50013."""
    granted = call.world.guild_permissions(guild, guild.members[call.app.bot_user_id])
    if not any(granted & needed == needed for needed in _MAY_FLAG):
        raise ApiError(50013)


def edit_member(call: Call) -> Json:
    body = call.json()
    own = call.params.get("user_id", "@me") == "@me"
    guild = call.guild(_needed(body, own=own))
    if "flags" in body:
        _check_may_flag(call, guild)
    member = call.world.member(guild, call.app.bot_user_id if own else call.id("user_id"))
    until_ms = _timeout(call, body.get("communication_disabled_until"))
    in_voice = edit_in_voice(call, guild, member, body)
    if "nick" in body:
        check_outranks(call, guild, member.user.id)
    if "communication_disabled_until" in body:
        check_may_time_out(call, guild, member)
    if "roles" in body:
        listed = [found for found in map(parse_snowflake, body["roles"] or ()) if found]
        wanted = list(dict.fromkeys(listed))
        for role_id in {*wanted} ^ {*member.role_ids}:
            check_rank(call, guild, role_id)
        member.role_ids = wanted
    _set(member, body, until_ms)
    if own:
        _set_profile(call.world, guild, member, body)
    publish_member(call.world, guild, member)
    if in_voice is not None:
        in_voice()
    return member_json(member)


def _set(member: Member, body: Json, until_ms: int | None) -> None:
    if "nick" in body:
        member.nick = body["nick"] or None
    if "communication_disabled_until" in body:
        member.timeout_until_ms = until_ms
    if "flags" in body:
        given = (body["flags"] or 0) & BYPASSES_VERIFICATION
        member.flags = member.flags & ~BYPASSES_VERIFICATION | given


def _set_profile(world: World, guild: Guild, member: Member, body: Json) -> None:
    """What the bot shows of itself in this server only."""
    place = f"guilds/{guild.id}/users/{member.user.id}"
    member.avatar = changed(world, f"{place}/avatars", body, "avatar", member.avatar)
    member.banner = changed(world, f"{place}/banners", body, "banner", member.banner)
    if "bio" in body:
        member.bio = body["bio"] or None


def kick(call: Call) -> None:
    guild = call.guild(permissions.KICK_MEMBERS)
    check_outranks(call, guild, call.id("user_id"))
    remove_member(call.world, guild, call.id("user_id"))


_NICK = members_of.text(32)
_TAKES_OWN: Takes = {
    "nick": _NICK,
    "avatar": picture(),
    "banner": picture(),
    "bio": members_of.text(190),
}
_TAKES_MEMBER: Takes = {
    "nick": _NICK,
    "roles": members_of.many(members_of.snowflake, 350),
    "communication_disabled_until": members_of.instant,
    "flags": members_of.number(0, 2**31 - 1),
    **TAKES_VOICE,
}

ROUTES = (
    Route("GET", _GUILD, get),
    Route("GET", _GUILD + "/preview", preview),
    Route("GET", _GUILD + "/members", members),
    Route("GET", _GUILD + "/members/search", search),
    Route("PATCH", _GUILD + "/members/@me", edit_member, takes=_TAKES_OWN),
    Route("GET", _MEMBER, get_member),
    Route("PATCH", _MEMBER, edit_member, takes=_TAKES_MEMBER),
    Route("DELETE", _MEMBER, kick),
)
