"""Threads: opened, joined and left, archived and woken."""

from __future__ import annotations

from discord_sandbox.channels import publish_channel
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import (
    PINNED,
    PRIVATE_THREAD,
    Channel,
    Guild,
    Json,
    Message,
    Thread,
    User,
)
from discord_sandbox.shapes.channels import channel_json, thread_member_json
from discord_sandbox.world import World

USUAL_ARCHIVE_MINUTES = 1440


def new_thread(
    world: World,
    parent: Channel,
    name: str,
    owner_id: int,
    *,
    kind: int,
    thread_id: int | None = None,
    settings: Json | None = None,
) -> Channel:
    """A thread that nobody knows of before `open_thread` tells of it.

    `settings` is a body that was checked; what it does not name is as the parent has it.
    """
    given = settings or {}
    now_ms = world.clock.now_ms()
    minutes = (
        given.get("auto_archive_duration")
        or parent.default_auto_archive_minutes
        or USUAL_ARCHIVE_MINUTES
    )
    slow_s = given.get("rate_limit_per_user")
    thread = Thread(
        owner_id,
        minutes,
        archive_changed_ms=now_ms,
        active_ms=now_ms,
        created_ms=now_ms,
        invitable=bool(given.get("invitable", True)),
    )
    if owner_id in world.users:
        thread.members[owner_id] = now_ms
    return Channel(
        id=thread_id or world.ids.next(),
        type=kind,
        guild_id=parent.guild_id,
        name=name,
        parent_id=parent.id,
        rate_limit_per_user=parent.default_thread_rate_limit if slow_s is None else slow_s,
        thread=thread,
    )


def open_thread(world: World, guild: Guild, channel: Channel) -> None:
    """Let a new thread be there, and tell of it."""
    assert channel.thread is not None
    guild.channels[channel.id] = channel
    world.channels[channel.id] = channel
    guild.version += 1
    shaped: Json = {**channel_json(channel), "newly_created": True}
    private = channel.type == PRIVATE_THREAD
    only = frozenset({channel.thread.owner_id}) if private else None
    world.bus.publish(Event("THREAD_CREATE", shaped, guild=guild, channel=channel, only=only))
    archive_when_idle(world, channel)


def create_thread(
    world: World,
    guild: Guild,
    parent: Channel,
    name: str,
    owner: User,
    *,
    kind: int,
    starter: Message | None = None,
    settings: Json | None = None,
) -> Channel:
    """Open a thread in a channel, or on a message, whose id it then shares."""
    thread_id = None if starter is None else starter.id
    channel = new_thread(
        world, parent, name, owner.id, kind=kind, thread_id=thread_id, settings=settings
    )
    open_thread(world, guild, channel)
    return channel


def archive(world: World, channel: Channel, archived: bool, at_ms: int | None = None) -> None:
    """Archive a thread, or open it again; it is for the caller to tell of it."""
    thread = require_thread(channel)
    now_ms = world.clock.now_ms() if at_ms is None else at_ms
    thread.archived, thread.archive_changed_ms = archived, now_ms
    if not archived:
        thread.active_ms = now_ms
        archive_when_idle(world, channel)


def archive_when_idle(world: World, channel: Channel) -> None:
    """Have the thread archived once it has been idle for as long as it is to wait.

    Messages only note that they came: when the time has come it is seen whether they do.
    """
    thread = require_thread(channel)
    if thread.archived:
        return

    def look(due_ms: int) -> int | None:
        if thread.archived or world.channels.get(channel.id) is not channel:
            return None
        if _idle_at_ms(channel, thread) > due_ms:
            return _idle_at_ms(channel, thread)
        if not channel.flags & PINNED:
            archive(world, channel, True, due_ms)
            publish_channel(world, world.guilds[channel.guild_id or 0], channel, "UPDATE")
        return None

    world.agenda.put(("archive", channel.id), _idle_at_ms(channel, thread), look)


def _idle_at_ms(channel: Channel, thread: Thread) -> int:
    newest = channel.messages.get(channel.last_message_id or 0)
    active_ms = thread.active_ms if newest is None else max(newest.at_ms, thread.active_ms)
    return active_ms + thread.auto_archive_minutes * 60_000


def check_open(channel: Channel) -> None:
    """Raises ApiError 50083 for an archived thread, in which nothing is changed."""
    if channel.thread is not None and channel.thread.archived:
        raise ApiError(50083)


def wake(world: World, channel: Channel) -> None:
    """Open an archived thread again, because somebody writes in it. Raises ApiError 50083."""
    thread = require_thread(channel)
    if not thread.archived:
        return
    if thread.locked:
        raise ApiError(50083)
    archive(world, channel, False)
    publish_channel(world, world.guilds[channel.guild_id or 0], channel, "UPDATE")


def join_thread(world: World, guild: Guild, channel: Channel, user_id: int) -> None:
    """Add a member to a thread. Raises ApiError 50024 where it is none, 50083 for an archived."""
    thread = require_thread(channel)
    if user_id in thread.members:
        return
    check_open(channel)
    now_ms = thread.members[user_id] = world.clock.now_ms()
    _publish_thread_members(
        world, guild, channel, added=[thread_member_json(channel, user_id, now_ms)], removed=[]
    )


def leave_thread(world: World, guild: Guild, channel: Channel, user_id: int) -> None:
    """Take a member off a thread. Raises ApiError 10007 where they are not on it."""
    thread = require_thread(channel)
    if thread.members.pop(user_id, None) is None:
        raise ApiError(10007)
    _publish_thread_members(world, guild, channel, added=[], removed=[str(user_id)])


def require_thread(channel: Channel) -> Thread:
    """Raises ApiError 50024."""
    if channel.thread is None:
        raise ApiError(50024)
    return channel.thread


def _publish_thread_members(
    world: World, guild: Guild, channel: Channel, *, added: list[Json], removed: list[str]
) -> None:
    assert channel.thread is not None
    shaped: Json = {
        "id": str(channel.id),
        "guild_id": str(guild.id),
        "member_count": min(len(channel.thread.members), 50),
        "added_members": added,
        "removed_member_ids": removed,
    }
    world.bus.publish(Event("THREAD_MEMBERS_UPDATE", shaped, guild=guild, channel=channel))
