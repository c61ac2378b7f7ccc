"""Bans of a guild."""

from __future__ import annotations

from typing import Any

from discord_sandbox import messages, permissions
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.guilds import ban, unban
from discord_sandbox.model import Guild, Json
from discord_sandbox.rest.rank import check_outranks
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.users import user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes

_BANS = "/guilds/{guild_id}/bans"
_WEEK_S = 604_800


def _shaped(call: Call, guild: Guild, user_id: int) -> Json:
    return {"reason": guild.bans[user_id], "user": user_json(call.world.user(user_id))}


def listed(call: Call) -> list[Json]:
    guild = call.guild(permissions.BAN_MEMBERS)
    limit = call.number("limit", default=1000, least=1, most=1000)
    before, after = call.snowflake("before"), call.snowflake("after")
    ids = sorted(guild.bans)
    if before is not None:
        ids = [one for one in ids if one < before][-limit:]
    elif after is not None:
        ids = [one for one in ids if one > after]
    return [_shaped(call, guild, user_id) for user_id in ids[:limit]]


def get(call: Call) -> Json:
    guild = call.guild(permissions.BAN_MEMBERS)
    if call.id("user_id") not in guild.bans:
        raise ApiError(10026)
    return _shaped(call, guild, call.id("user_id"))


def _seconds(call: Call) -> int:
    """How far back messages go with the ban, which discord.py says in the query.

    Raises ApiError 50035.
    """
    body = call.json()
    if "delete_message_seconds" in call.query:
        return call.number("delete_message_seconds", default=0, least=0, most=_WEEK_S)
    seconds: int | None = body.get("delete_message_seconds")
    return seconds if seconds is not None else (body.get("delete_message_days") or 0) * 86_400


def _delete_messages(call: Call, guild: Guild, user_id: int, seconds: int) -> None:
    if not seconds:
        return
    oldest = call.world.clock.now_ms() - seconds * 1000
    for channel in guild.channels.values():
        for message in list(channel.messages.values()):
            if message.author.id == user_id and message.at_ms >= oldest:
                messages.delete(call.world, channel, message)


def put(call: Call) -> None:
    guild = call.guild(permissions.BAN_MEMBERS)
    user = call.world.user(call.id("user_id"))
    seconds = _seconds(call)
    check_outranks(call, guild, user.id)
    ban(call.world, guild, user, call.reason)
    _delete_messages(call, guild, user.id, seconds)


def remove(call: Call) -> None:
    unban(call.world, call.guild(permissions.BAN_MEMBERS), call.id("user_id"))


def _may_ban(call: Call, guild: Guild, user_id: int) -> bool:
    try:
        check_outranks(call, guild, user_id)
    except ApiError:
        return False
    return user_id != call.app.bot_user_id


def several(call: Call) -> Any:
    """Ban up to 200 at once. Raises ApiError 500000 where none could be."""
    guild = call.guild(permissions.BAN_MEMBERS | permissions.MANAGE_GUILD)
    problems = Problems()
    given = fields.listing(problems, ("user_ids",), call.json().get("user_ids"), most=200, least=1)
    problems.raise_if_any()
    seconds = _seconds(call)
    banned, failed = [], []
    for user_id in (parse_snowflake(one) or 0 for one in given):
        known = user_id in call.world.users and user_id not in guild.bans
        if not known or not _may_ban(call, guild, user_id):
            failed.append(str(user_id))
            continue
        ban(call.world, guild, call.world.users[user_id], call.reason)
        _delete_messages(call, guild, user_id, seconds)
        banned.append(str(user_id))
    if not banned:
        raise ApiError(500000)
    return {"banned_users": banned, "failed_users": failed}


_TAKES: Takes = {
    "delete_message_seconds": members.number(0, _WEEK_S),
    "delete_message_days": members.number(0, 7),
}
_TAKES_SEVERAL: Takes = {**_TAKES, "user_ids": members.many(members.snowflake, 200)}

ROUTES = (
    Route("GET", _BANS, listed),
    Route("GET", _BANS + "/{user_id}", get),
    Route("PUT", _BANS + "/{user_id}", put, takes=_TAKES),
    Route("DELETE", _BANS + "/{user_id}", remove),
    Route("POST", "/guilds/{guild_id}/bulk-ban", several, takes=_TAKES_SEVERAL),
)
