"""Which application commands a member can use, and where."""

from __future__ import annotations

from discord_sandbox.channels import dm_partner
from discord_sandbox.model import Application, Channel, Command, Guild, Json, Member, User
from discord_sandbox.permissions import (
    ADMINISTRATOR,
    USE_APPLICATION_COMMANDS,
    guild_permissions,
)
from discord_sandbox.world import World

ROLE, USER, CHANNEL = 1, 2, 3


def usable_commands(
    world: World, user: User, channel: Channel
) -> list[tuple[Application, Command]]:
    """The commands a member can use in a channel, with whose they are."""
    if channel.guild_id is None:
        partner = world.users[dm_partner(channel, user.id)]
        application = world.applications.get(partner.application_id or 0)
        if application is None:
            return []
        return [
            (application, command)
            for command in application.commands.values()
            if _in_context(command, 1)
        ]
    guild = world.guilds[channel.guild_id]
    if not world.permissions(user.id, channel) & USE_APPLICATION_COMMANDS:
        return []
    return [
        (application, command)
        for application in world.applications.values()
        if application.bot_user_id in guild.members
        for command in application.reachable_commands(guild.id)
        if _in_context(command, 0) and _permitted(world, guild, application, command, user, channel)
    ]


def _in_context(command: Command, context: int) -> bool:
    contexts = command.data.get("contexts")
    if contexts is not None:
        return context in contexts
    return context == 0 or command.data.get("dm_permission", True)


def _permitted(
    world: World,
    guild: Guild,
    application: Application,
    command: Command,
    user: User,
    channel: Channel,
) -> bool:
    """What the server decided of the command, or else `default_member_permissions`."""
    member = guild.members[user.id]
    if guild_permissions(guild, member) & ADMINISTRATOR:
        return True
    listed = application.command_permissions.get((guild.id, command.id))
    if listed is None:
        # A command that the server has not decided upon follows its application.
        listed = application.command_permissions.get((guild.id, application.id), [])
    if _for_channel(listed, guild, channel) is False:
        return False
    decided = _for_member(listed, guild, member)
    if decided is not None:
        return decided
    needed = command.data.get("default_member_permissions")
    if needed is None:
        return True
    granted = world.permissions(user.id, channel)
    return int(needed) != 0 and granted & int(needed) == int(needed)


def _for_channel(listed: list[Json], guild: Guild, channel: Channel) -> bool | None:
    place = channel.parent_id if channel.thread is not None else channel.id
    by_id = {int(one["id"]): bool(one["permission"]) for one in listed if one["type"] == CHANNEL}
    return by_id.get(place or 0, by_id.get(guild.id - 1))


def _for_member(listed: list[Json], guild: Guild, member: Member) -> bool | None:
    """One's own entry goes before those of roles, an allowing role before a denying one."""
    users = {int(one["id"]): bool(one["permission"]) for one in listed if one["type"] == USER}
    if member.user.id in users:
        return users[member.user.id]
    roles = {int(one["id"]): bool(one["permission"]) for one in listed if one["type"] == ROLE}
    mine = [roles[role_id] for role_id in member.role_ids if role_id in roles]
    if mine:
        return any(mine)
    return roles.get(guild.id)
