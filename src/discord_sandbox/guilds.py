"""Making and changing servers, their roles and their members."""

from __future__ import annotations

from collections.abc import Sequence

from discord_sandbox import permissions
from discord_sandbox.activities import end_in, leave_all
from discord_sandbox.channels import create_channel
from discord_sandbox.clock import iso
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.integrations import publish_created, publish_deleted
from discord_sandbox.model import (
    DID_REJOIN,
    MEMBER_JOINED,
    Application,
    Guild,
    Json,
    Member,
    Role,
    User,
)
from discord_sandbox.model.guild_settings import SUPPRESS_JOINS
from discord_sandbox.pictures import changed, forget
from discord_sandbox.role_colors import paint
from discord_sandbox.scheduled_events import forget_interest
from discord_sandbox.shapes.channels import channel_json, stage_json
from discord_sandbox.shapes.guilds import (
    guild_json,
    member_json,
    role_json,
    scheduled_event_json,
)
from discord_sandbox.shapes.users import user_json
from discord_sandbox.shapes.voice import voice_states_json
from discord_sandbox.showing import write_system
from discord_sandbox.soundboard import sounds_json
from discord_sandbox.voice import disconnect
from discord_sandbox.webhooks import end_following
from discord_sandbox.world import World

BOT_DEFAULT = (
    permissions.EVERYONE_DEFAULT
    | permissions.MANAGE_MESSAGES
    | permissions.PIN_MESSAGES
    | permissions.CREATE_EVENTS
    | permissions.MANAGE_EVENTS
)
"""What a bot is granted when whoever invites it does not say."""


def create_guild(
    world: World,
    name: str,
    owner: User,
    *,
    channels: Sequence[str] = ("general",),
    guild_id: int | None = None,
) -> Guild:
    """Make a server with its @everyone role, its owner and text channels of these names."""
    guild = Guild(id=guild_id or world.ids.next(), name=name, owner_id=owner.id)
    guild.roles[guild.id] = Role(guild.id, "@everyone", permissions.EVERYONE_DEFAULT)
    world.guilds[guild.id] = guild
    add_member(world, guild, owner)
    for channel_name in channels:
        create_channel(world, guild, channel_name)
    if guild.channels:
        guild.system_channel_id = next(iter(guild.channels))
    return guild


def guild_create_json(world: World, guild: Guild, viewer_id: int) -> Json:
    """The whole server, as GUILD_CREATE carries it to somebody who sees all its members."""
    viewer = guild.members.get(viewer_id)
    joined_ms = viewer.joined_ms if viewer is not None else world.clock.now_ms()
    visible = [c for c in guild.channels.values() if world.permissions(viewer_id, c)]
    return {
        **guild_json(guild),
        "joined_at": iso(joined_ms),
        "large": len(guild.members) > 250,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": voice_states_json(guild),
        "members": [member_json(member) for member in guild.members.values()],
        "channels": [channel_json(c) for c in guild.channels.values() if c.thread is None],
        "threads": [channel_json(c) for c in visible if c.thread and not c.thread.archived],
        "presences": [
            presence_json(guild, member.user)
            for member in guild.members.values()
            if member.user.status != "offline"
        ],
        "stage_instances": [stage_json(stage) for stage in guild.stage_instances.values()],
        "guild_scheduled_events": [
            scheduled_event_json(event) for event in guild.scheduled_events.values()
        ],
        "soundboard_sounds": sounds_json(world, guild),
        "embedded_activities": [],
        "guild_hashes": None,
    }


def presence_json(guild: Guild, user: User) -> Json:
    return {
        "user": {"id": str(user.id)},
        "guild_id": str(guild.id),
        "status": user.status,
        "activities": user.activities,
        "client_status": {"web": user.status},
    }


def activity_json(given: object) -> Json | None:
    """What a bot says it does, or None where it says nothing that Discord shows."""
    activity = given if isinstance(given, dict) else {}
    name, kind = activity.get("name"), activity.get("type", 0)
    if not isinstance(name, str) or kind not in (0, 1, 2, 3, 4, 5):
        return None
    shaped: Json = {"name": name, "type": kind, "created_at": 0}
    for optional in ("url", "state"):
        if isinstance(activity.get(optional), str):
            shaped[optional] = activity[optional]
    return shaped


def add_member(
    world: World, guild: Guild, user: User, role_ids: Sequence[int] = (), *, greet: bool = False
) -> Member:
    """Let a user in; one who is in already stays as they are. Raises ApiError 40007.

    With `greet` the server's system channel is told, as it is of everybody who comes later,
    unless its flags say otherwise.
    """
    if user.id in guild.members:
        return guild.members[user.id]
    if user.id in guild.bans:
        raise ApiError(40007)
    member = Member(user, world.clock.now_ms(), list(role_ids))
    if user.id in guild.departed:
        member.flags |= DID_REJOIN
    guild.members[user.id] = member
    guild.version += 1
    if not world.bus.idle:
        world.bus.publish(
            Event(
                "GUILD_CREATE",
                lambda: guild_create_json(world, guild, user.id),
                guild=guild,
                only=frozenset({user.id}),
            )
        )
        joined = {**member_json(member), "guild_id": str(guild.id)}
        world.bus.publish(Event("GUILD_MEMBER_ADD", joined, guild=guild, besides=user.id))
    system = guild.channels.get(guild.system_channel_id or 0)
    suppressed = guild.settings.system_channel_flags & SUPPRESS_JOINS
    if greet and system is not None and not suppressed:
        write_system(world, user, system, MEMBER_JOINED)
    return member


def remove_member(world: World, guild: Guild, user_id: int) -> None:
    """Let a user go, and tell them and the others. Raises ApiError 10007."""
    member = world.member(guild, user_id)
    if guild.owner_id == user_id:
        raise ApiError(50013, message="The owner cannot leave the server")
    disconnect(world, guild, user_id)
    del guild.members[user_id]
    guild.departed.add(user_id)
    guild.version += 1
    leave_all(world, member.user, guild.channels)
    for role in [found for found in guild.roles.values() if found.bot_id == user_id]:
        del guild.roles[role.id]
        publish_deleted(world, guild, role)
    for event in guild.scheduled_events.values():
        forget_interest(event, user_id)
    gone: Json = {"id": str(guild.id)}
    world.bus.publish(Event("GUILD_DELETE", gone, guild=guild, only=frozenset({user_id})))
    left = {"guild_id": str(guild.id), "user": user_json(member.user)}
    world.bus.publish(Event("GUILD_MEMBER_REMOVE", left, guild=guild))


def let_go_if_temporary(world: World, guild: Guild, user_id: int) -> None:
    """Whoever is a member for a visit only, and was given no role, is none after it."""
    member = guild.members[user_id]
    if member.temporary and not member.role_ids:
        remove_member(world, guild, user_id)


def ban(world: World, guild: Guild, user: User, reason: str | None = None) -> None:
    """Throw a user out for good, whether they are a member or not.

    Raises ApiError 50013 for the owner.
    """
    if user.id in guild.members:
        remove_member(world, guild, user.id)
    known = user.id in guild.bans
    guild.bans[user.id] = reason
    if not known:
        _publish_ban(world, guild, user, "GUILD_BAN_ADD")


def unban(world: World, guild: Guild, user_id: int) -> None:
    """Raises ApiError 10026 for a user who is not banned."""
    if user_id not in guild.bans:
        raise ApiError(10026)
    del guild.bans[user_id]
    _publish_ban(world, guild, world.user(user_id), "GUILD_BAN_REMOVE")


def _publish_ban(world: World, guild: Guild, user: User, event_type: str) -> None:
    shaped = {"guild_id": str(guild.id), "user": user_json(user)}
    world.bus.publish(Event(event_type, shaped, guild=guild))


def add_bot(
    world: World,
    guild: Guild,
    application: Application,
    granted: int | None = None,
    *,
    greet: bool = False,
) -> Member:
    """What the invite page does: a managed role for the bot, then the bot."""
    bot = world.users[application.bot_user_id]
    if bot.id in guild.members:
        return guild.members[bot.id]
    role = create_role(world, guild, application.name, BOT_DEFAULT if granted is None else granted)
    role.managed, role.bot_id = True, bot.id
    publish_created(world, guild, role)
    return add_member(world, guild, bot, [role.id], greet=greet)


def create_role(
    world: World,
    guild: Guild,
    name: str = "new role",
    granted: int = permissions.EVERYONE_DEFAULT,
    *,
    colors: Json | None = None,
    hoist: bool = False,
    mentionable: bool = False,
    pictured: Json | None = None,
) -> Role:
    """Make a role just above @everyone, as Discord does.

    `colors` is a body with its colours, `pictured` one with its icon or emoji.
    """
    for other in guild.roles.values():
        if other.id != guild.id:
            other.position += 1
    role = Role(world.ids.next(), name, granted, 1, hoist=hoist, mentionable=mentionable)
    paint(role, colors or {})
    set_role_icon(world, role, pictured or {})
    guild.roles[role.id] = role
    publish_role(world, guild, role, "GUILD_ROLE_CREATE")
    return role


def set_role_icon(world: World, role: Role, body: Json) -> None:
    """A role has the picture or the character of a body that was checked, not both."""
    role.icon = changed(world, f"role-icons/{role.id}", body, "icon", role.icon)
    if body.get("icon") is not None:
        role.unicode_emoji = None
    if "unicode_emoji" in body:
        role.unicode_emoji = body["unicode_emoji"] or None
        if role.unicode_emoji is not None:
            role.icon = None


def publish_role(world: World, guild: Guild, role: Role, event_type: str) -> None:
    """Tell of a new or changed role; what anybody may see is worked out anew."""
    guild.version += 1
    shaped = {"guild_id": str(guild.id), "role": role_json(role)}
    world.bus.publish(Event(event_type, shaped, guild=guild))


def delete_role(world: World, guild: Guild, role_id: int) -> None:
    """Raises ApiError 10011; 50028 for a role that cannot be deleted."""
    role = guild.roles.get(role_id)
    if role is None:
        raise ApiError(10011)
    if role.managed or role_id == guild.id:
        raise ApiError(50028, message="Invalid role")
    del guild.roles[role_id]
    for member in guild.members.values():
        if role_id in member.role_ids:
            member.role_ids.remove(role_id)
    guild.version += 1
    gone = {"guild_id": str(guild.id), "role_id": str(role_id)}
    world.bus.publish(Event("GUILD_ROLE_DELETE", gone, guild=guild))


def publish_member(world: World, guild: Guild, member: Member) -> None:
    """Tell of a member's new roles or nick."""
    guild.version += 1
    shaped = {**member_json(member), "guild_id": str(guild.id)}
    world.bus.publish(Event("GUILD_MEMBER_UPDATE", shaped, guild=guild))


def publish_guild(world: World, guild: Guild) -> None:
    guild.version += 1
    world.bus.publish(Event("GUILD_UPDATE", guild_json(guild), guild=guild))


def delete_guild(world: World, guild: Guild) -> None:
    """The server and its channels are gone for everybody."""
    for channel in guild.channels.values():
        end_following(world, channel)
    del world.guilds[guild.id]
    for webhook in [found for found in world.webhooks.values() if found.guild_id == guild.id]:
        del world.webhooks[webhook.id]
    end_in(world, guild.channels)
    for channel_id in guild.channels:
        world.channels.pop(channel_id, None)
    parts = (guild.emojis, guild.stickers, guild.sounds, guild.roles, guild.scheduled_events)
    forget(world, guild.id, *(one for part in parts for one in part))
    gone: Json = {"id": str(guild.id)}
    only = frozenset(guild.members)
    world.bus.publish(Event("GUILD_DELETE", gone, guild=guild, only=only))
