"""Who may do something to whom: rank by the highest role, and rights that are one's own."""

from __future__ import annotations

from discord_sandbox.errors import ApiError
from discord_sandbox.model import Channel, Guild, Member
from discord_sandbox.permissions import ADMINISTRATOR, guild_permissions
from discord_sandbox.rest.routing import Call


def highest(guild: Guild, member: Member) -> int:
    """The position of the member's highest role; @everyone's is 0."""
    return max(
        (guild.roles[one].position for one in member.role_ids if one in guild.roles), default=0
    )


def check_outranks(call: Call, guild: Guild, user_id: int) -> None:
    """Raises ApiError 50013 for the owner, and for members not below the bot."""
    me, other = guild.members[call.app.bot_user_id], guild.members.get(user_id)
    if other is None or other is me or guild.owner_id == me.user.id:
        return
    if guild.owner_id == user_id or highest(guild, other) >= highest(guild, me):
        raise ApiError(50013)


def check_may_time_out(call: Call, guild: Guild, member: Member) -> None:
    """Raises ApiError 50013 for members not below the bot, and for administrators."""
    check_outranks(call, guild, member.user.id)
    if guild_permissions(guild, member) & ADMINISTRATOR:
        raise ApiError(50013)


def check_grants(call: Call, guild: Guild, bits: int, channel: Channel | None = None) -> None:
    """A bot grants and denies, in the server or in one channel, only what it may do itself.

    Raises ApiError 50013.
    """
    world, me = call.world, call.app.bot_user_id
    own = world.guild_permissions(guild, guild.members[me])
    if channel is not None:
        own = world.permissions(me, channel)
    if bits & ~own and not own & ADMINISTRATOR:
        raise ApiError(50013)
