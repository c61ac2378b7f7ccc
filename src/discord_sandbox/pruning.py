"""Letting go of members who have not been seen for a while."""

from __future__ import annotations

from collections.abc import Collection

from discord_sandbox.guilds import remove_member
from discord_sandbox.model import Guild, Member
from discord_sandbox.world import World

DAY_MS = 86_400_000


def inactive(world: World, guild: Guild, days: int, roles: Collection[int]) -> list[int]:
    """The ids of the members who did nothing for so many days, and have no roles but these.

    The owner and bots stay. What counts is what a person did anywhere, and when they joined.
    """
    oldest_ms = world.clock.now_ms() - days * DAY_MS
    return [
        user_id
        for user_id, member in guild.members.items()
        if user_id != guild.owner_id
        and not member.user.bot
        and set(member.role_ids) <= set(roles)
        and _last_seen(member) < oldest_ms
    ]


def _last_seen(member: Member) -> int:
    return max(member.joined_ms, member.user.seen_ms)


def prune(world: World, guild: Guild, days: int, roles: Collection[int]) -> int:
    """Let them go; answers how many there were."""
    gone = inactive(world, guild, days, roles)
    for user_id in gone:
        remove_member(world, guild, user_id)
    return len(gone)
