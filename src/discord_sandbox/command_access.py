"""Which application commands a member can use, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from discord_sandbox.model import (
    GUILD_INSTALL,
    USER_INSTALL,
    Application,
    Channel,
    Command,
    Guild,
    Json,
    Member,
    User,
)
from discord_sandbox.permissions import (
    ADMINISTRATOR,
    USE_APPLICATION_COMMANDS,
    guild_permissions,
)
from discord_sandbox.world import World

ROLE, USER, CHANNEL = 1, 2, 3
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Usable:
    """A command that a member can use, whose it is, and who let that application in."""

    application: Application
    command: Command
    owners: dict[str, str]
    """`authorizing_integration_owners` of an interaction with it."""


def usable_commands(world: World, user: User, channel: Channel) -> list[Usable]:
    """The commands a member can use in a channel."""
    guild = world.guilds.get(channel.guild_id or 0)
    if guild is not None and not world.permissions(user.id, channel) & USE_APPLICATION_COMMANDS:
        return []
    return [
        usable
        for application in world.applications.values()
        for usable in _usable(world, user, channel, guild, application)
    ]


def context_of(channel: Channel, application: Application) -> int:
    """Where a channel is for an application: a server, a DM with its bot, or another DM."""
    if channel.guild_id is not None:
        return GUILD
    return BOT_DM if application.bot_user_id in channel.recipient_ids else PRIVATE_CHANNEL


def let_in_by_server(channel: Channel) -> dict[str, str]:
    """The owners of what came by an installation in a server, which DMs have no id of."""
    return {GUILD_INSTALL: "0" if channel.guild_id is None else str(channel.guild_id)}


def _installations(
    world: World, user: User, channel: Channel, application: Application
) -> dict[str, str]:
    """By whom the application is installed, of those that count for the user in the channel."""
    found: dict[str, str] = {}
    context = context_of(channel, application)
    if context == GUILD:
        in_server = application.bot_user_id in world.guilds[channel.guild_id or 0].members
    else:
        in_server = context == BOT_DM and world.share_a_guild(user.id, application.bot_user_id)
    if in_server:
        found |= let_in_by_server(channel)
    if application.id in user.installed:
        found[USER_INSTALL] = str(user.id)
    return found


def _usable(
    world: World, user: User, channel: Channel, guild: Guild | None, application: Application
) -> Iterator[Usable]:
    installed = _installations(world, user, channel, application)
    if not installed:
        return
    in_server = guild is not None and GUILD_INSTALL in installed
    context = context_of(channel, application)
    for command in application.reachable_commands(guild.id if in_server and guild else None):
        kinds = _kinds(command)
        owners = {kind: owner for kind, owner in installed.items() if int(kind) in kinds}
        if not owners or not _in_context(command, context):
            continue
        if (
            guild is None
            or not in_server
            or _permitted(world, guild, application, command, user, channel)
        ):
            yield Usable(application, command, owners)


def _kinds(command: Command) -> list[int]:
    """The installations by which a command is there; a server's own by none but the server's."""
    if command.guild_id is not None:
        return [int(GUILD_INSTALL)]
    kinds: list[int] = command.data["integration_types"]
    return kinds


def _in_context(command: Command, context: int) -> bool:
    contexts = command.data.get("contexts")
    if contexts is not None:
        return context in contexts
    return context == GUILD or command.data.get("dm_permission", True)


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
