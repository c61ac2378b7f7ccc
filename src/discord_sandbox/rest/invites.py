"""Invites of channels and servers, and what a code leads to."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError
from discord_sandbox.invites import delete_invite, find_invite, make_invite
from discord_sandbox.model import Guild, Invite, Json
from discord_sandbox.rest.rank import check_grants
from discord_sandbox.rest.roles import check_rank
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import scheduled_event_json
from discord_sandbox.shapes.invites import invite_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes

_OF_CHANNEL = "/channels/{channel_id}/invites"
_INVITE = "/invites/{code}"

TAKES: Takes = {
    "max_age": members.number(0, 5_184_000),
    "max_uses": members.number(0, 100),
    "temporary": members.flag,
    "unique": members.flag,
}
_TAKES_OF_BOTS: Takes = {**TAKES, "role_ids": members.many(members.snowflake, 250)}


def _shaped(call: Call, guild: Guild, invite: Invite, *, metadata: bool) -> Json:
    inviter = call.world.users[invite.inviter_id]
    counts = call.flag("with_counts")
    return invite_json(guild, invite, inviter, metadata=metadata, counts=counts)


def create(call: Call) -> Json:
    channel = call.channel()
    guild = call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.CREATE_INSTANT_INVITE)
    body = call.json()
    given = [parse_snowflake(one) or 0 for one in body.get("role_ids") or ()]
    if given:
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_ROLES)
    for role_id in given:
        check_grants(call, guild, check_rank(call, guild, role_id).permissions)
    invite = make_invite(call.world, guild, channel, call.bot, body, given)
    return _shaped(call, guild, invite, metadata=True)


def of_channel(call: Call) -> list[Json]:
    channel = call.channel()
    guild = call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_CHANNELS)
    return [
        _shaped(call, guild, invite, metadata=True)
        for invite in guild.invites.values()
        if invite.channel_id == channel.id
    ]


def of_guild(call: Call) -> list[Json]:
    """All of a server's; how they are used only for those who manage the server."""
    guild = call.guild()
    granted = call.world.guild_permissions(guild, guild.members[call.app.bot_user_id])
    if not granted & (permissions.MANAGE_GUILD | permissions.VIEW_AUDIT_LOG):
        raise ApiError(50013)
    metadata = bool(granted & permissions.MANAGE_GUILD)
    return [_shaped(call, guild, one, metadata=metadata) for one in guild.invites.values()]


def get(call: Call) -> Json:
    guild, invite = find_invite(call.world, call.params["code"])
    shaped = _shaped(call, guild, invite, metadata=False)
    event_id = call.snowflake("guild_scheduled_event_id")
    event = guild.scheduled_events.get(event_id or 0)
    if event is not None:
        shaped["guild_scheduled_event"] = scheduled_event_json(event, with_user_count=True)
    return shaped


def delete(call: Call) -> Json:
    """Revoke an invite, in its channel or in the whole server. Raises ApiError 10006, 50013."""
    guild, invite = find_invite(call.world, call.params["code"])
    me = guild.members.get(call.app.bot_user_id)
    if me is None:
        raise ApiError(50001)
    if not call.world.guild_permissions(guild, me) & permissions.MANAGE_GUILD:
        channel = guild.channels[invite.channel_id]
        call.world.require(me.user.id, channel, permissions.MANAGE_CHANNELS)
    shaped = _shaped(call, guild, invite, metadata=False)
    delete_invite(call.world, guild, invite)
    return shaped


def vanity_url(call: Call) -> Json:
    """No server of the sandbox has an address of its own, and none can be given one."""
    call.guild(permissions.MANAGE_GUILD)
    return {"code": None, "uses": 0}


ROUTES = (
    Route("GET", _OF_CHANNEL, of_channel),
    Route("POST", _OF_CHANNEL, create, takes=_TAKES_OF_BOTS),
    Route("GET", "/guilds/{guild_id}/invites", of_guild),
    Route("GET", _INVITE, get),
    Route("DELETE", _INVITE, delete),
    Route("GET", "/guilds/{guild_id}/vanity-url", vanity_url),
)
