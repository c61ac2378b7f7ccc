"""Invites: made, revoked, run out, and joined by."""

from __future__ import annotations

import secrets

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.guilds import add_member
from discord_sandbox.model import GUILD_CATEGORY, Channel, Guild, Invite, Json, Member, User
from discord_sandbox.permissions import MANAGE_CHANNELS
from discord_sandbox.shapes.invites import invite_event_json
from discord_sandbox.world import World

DAY_S = 86_400
MOST_INVITES = 1000
_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def find_invite(world: World, code: str) -> tuple[Guild, Invite]:
    """Raises ApiError 10006 for a code that was never given out, or that holds no longer."""
    for guild in world.guilds.values():
        if code in guild.invites:
            return guild, guild.invites[code]
    raise ApiError(10006)


def make_invite(
    world: World,
    guild: Guild,
    channel: Channel,
    inviter: User,
    settings: Json,
    role_ids: list[int] | None = None,
) -> Invite:
    """An invite by a body that was checked; one like it is given again unless it is `unique`.

    Raises ApiError 50024 for a category or a thread, 30016 where there are 1,000 already.
    """
    if channel.type == GUILD_CATEGORY or channel.thread is not None:
        raise ApiError(50024)
    age = settings.get("max_age")
    made = Invite(
        id=world.ids.next(),
        code="".join(secrets.choice(_LETTERS) for _ in range(8)),
        guild_id=guild.id,
        channel_id=channel.id,
        inviter_id=inviter.id,
        created_ms=world.clock.now_ms(),
        max_age_s=DAY_S if age is None else age,
        max_uses=settings.get("max_uses") or 0,
        temporary=bool(settings.get("temporary", False)),
        role_ids=role_ids or [],
    )
    if not settings.get("unique"):
        for known in guild.invites.values():
            if _alike(known, made):
                return known
    if len(guild.invites) >= MOST_INVITES:
        raise ApiError(30016)
    guild.invites[made.code] = made
    expire_when_due(world, guild, made)
    _publish(world, guild, made, "INVITE_CREATE", invite_event_json(made, inviter))
    return made


def _alike(one: Invite, other: Invite) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in (
            "channel_id",
            "inviter_id",
            "max_age_s",
            "max_uses",
            "temporary",
            "role_ids",
        )
    )


def expire_when_due(world: World, guild: Guild, invite: Invite) -> None:
    """Let the invite hold no longer once it is too old, of which Discord tells nobody."""

    def expire(_due_ms: int) -> None:
        guild.invites.pop(invite.code, None)

    if invite.expires_ms is not None:
        world.agenda.put(("invite", invite.id), invite.expires_ms, expire)


def delete_invite(world: World, guild: Guild, invite: Invite) -> None:
    del guild.invites[invite.code]
    gone = {"channel_id": str(invite.channel_id), "guild_id": str(guild.id), "code": invite.code}
    _publish(world, guild, invite, "INVITE_DELETE", gone)


def join_by(world: World, guild: Guild, invite: Invite, user: User) -> Member:
    """Let somebody in by an invite; the last use of it ends it. Raises ApiError 40007."""
    if user.id in guild.members:
        return guild.members[user.id]
    if user.id in guild.bans:
        raise ApiError(40007)
    invite.uses += 1
    if invite.max_uses and invite.uses >= invite.max_uses:
        delete_invite(world, guild, invite)
    role_ids = [role_id for role_id in invite.role_ids if role_id in guild.roles]
    member = add_member(world, guild, user, role_ids, greet=True)
    member.temporary = invite.temporary
    return member


def _publish(world: World, guild: Guild, invite: Invite, event_type: str, data: Json) -> None:
    """Tell those who may manage the channel that it leads to."""
    if world.bus.idle:
        return
    channel = guild.channels.get(invite.channel_id)
    only = frozenset(
        user_id
        for user_id in guild.members
        if channel is not None and world.permissions(user_id, channel) & MANAGE_CHANNELS
    )
    world.bus.publish(Event(event_type, data, guild=guild, only=only))
