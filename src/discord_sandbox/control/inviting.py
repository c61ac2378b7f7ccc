"""Invites, as members make, look at, follow and revoke them."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.guild_settings import invites_paused
from discord_sandbox.guilds import add_member
from discord_sandbox.invites import delete_invite, find_invite, join_by, make_invite
from discord_sandbox.model import Json
from discord_sandbox.rest.invites import TAKES
from discord_sandbox.shapes.guilds import guild_json
from discord_sandbox.shapes.invites import invite_json
from discord_sandbox.validate.members import check_members

_MEMBER = "/members/{user}"


def invite(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    if channel.guild_id is None:
        raise Refused("Nobody can be invited to a DM.")
    ask.world.require(user.id, channel, permissions.CREATE_INSTANT_INVITE)
    settings = check_members(TAKES, {n: ask.body.get(n) for n in TAKES}, "an invite")
    guild = ask.world.guilds[channel.guild_id]
    made = make_invite(ask.world, guild, channel, user, settings)
    return invite_json(guild, made, user, metadata=True)


def look_at(ask: Ask) -> Json:
    """What the card of an invite shows, and whether the person is in the server already."""
    user = ask.user()
    guild, found = find_invite(ask.world, ask.params["code"])
    inviter = ask.world.users[found.inviter_id]
    shaped = invite_json(guild, found, inviter, metadata=False, counts=True)
    return {**shaped, "joined": user.id in guild.members}


def join(ask: Ask) -> Json:
    """Join by an invite, or as one who was led in without."""
    user = ask.user()
    found = None
    if "code" in ask.body:
        guild, found = find_invite(ask.world, ask.text("code"))
    else:
        guild = ask.find_guild(ask.given("guild_id"))
    if user.id not in guild.members and invites_paused(ask.world, guild):
        raise Refused(f"{guild.name} lets nobody in at the moment: its invites are paused.", 403)
    if found is not None:
        join_by(ask.world, guild, found, user)
    else:
        add_member(ask.world, guild, user, greet=True)
    return guild_json(guild)


def revoke(ask: Ask) -> Json:
    user = ask.user()
    guild, found = find_invite(ask.world, ask.text("code"))
    channel = guild.channels[found.channel_id]
    manages = ask.world.permissions(user.id, channel) & permissions.MANAGE_CHANNELS
    if not manages and found.inviter_id != user.id:
        raise Refused("Only whoever made an invite, or manages its channel, can revoke it.", 403)
    delete_invite(ask.world, guild, found)
    return {}


OPERATIONS = (
    Operation("POST", _MEMBER + "/invite", invite),
    Operation("GET", _MEMBER + "/invites/{code}", look_at),
    Operation("POST", _MEMBER + "/join", join),
    Operation("POST", _MEMBER + "/revoke", revoke),
)
