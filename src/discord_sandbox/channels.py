"""Making and changing channels: of servers, threads, and DMs."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import (
    DM,
    GUILD_TEXT,
    PRIVATE_THREAD,
    Channel,
    Guild,
    Json,
    Message,
    Overwrite,
    Thread,
    User,
)
from discord_sandbox.shapes.guilds import channel_json, thread_member_json
from discord_sandbox.world import World


def create_channel(
    world: World,
    guild: Guild,
    name: str,
    *,
    kind: int = GUILD_TEXT,
    topic: str | None = None,
    parent_id: int | None = None,
    nsfw: bool = False,
    overwrites: dict[int, Overwrite] | None = None,
    channel_id: int | None = None,
) -> Channel:
    """Make a channel below the others of its server."""
    channel = Channel(
        id=channel_id or world.ids.next(),
        type=kind,
        guild_id=guild.id,
        name=name,
        topic=topic,
        position=sum(1 for other in guild.channels.values() if other.thread is None),
        parent_id=parent_id,
        nsfw=nsfw,
        overwrites=overwrites or {},
    )
    guild.channels[channel.id] = channel
    world.channels[channel.id] = channel
    publish_channel(world, guild, channel, "CREATE")
    return channel


def publish_channel(
    world: World, guild: Guild, channel: Channel, what: Literal["CREATE", "UPDATE", "DELETE"]
) -> None:
    """Tell those who can see the channel what became of it."""
    guild.version += 1
    if world.bus.idle:
        return
    kind = "THREAD" if channel.thread is not None else "CHANNEL"
    world.bus.publish(Event(f"{kind}_{what}", channel_json(channel), guild=guild, channel=channel))


def set_overwrite(world: World, guild: Guild, channel: Channel, overwrite: Overwrite) -> None:
    """Set what a role or member may do here; who loses sight of the channel is told so."""
    before = world.audience(channel)
    channel.overwrites[overwrite.id] = overwrite
    _publish_visibility(world, guild, channel, before)


def remove_overwrite(world: World, guild: Guild, channel: Channel, target_id: int) -> None:
    """Raises ApiError 10009."""
    if target_id not in channel.overwrites:
        raise ApiError(10009)
    before = world.audience(channel)
    del channel.overwrites[target_id]
    _publish_visibility(world, guild, channel, before)


def _publish_visibility(
    world: World, guild: Guild, channel: Channel, before: frozenset[int]
) -> None:
    publish_channel(world, guild, channel, "UPDATE")
    after = world.audience(channel)
    shaped = channel_json(channel)
    # People's clients drop a channel that vanished. Bots are told CHANNEL_UPDATE only: at Discord
    # a bot sees every channel of its servers, if not what is in them.
    for event_type, only in (
        ("CHANNEL_DELETE", before - after),
        ("CHANNEL_CREATE", after - before),
    ):
        if only:
            world.bus.publish(
                Event(event_type, shaped, guild=guild, channel=channel, only=only, bots=False)
            )


def delete_channel(world: World, guild: Guild, channel: Channel) -> None:
    """The channel, its threads and their messages are gone."""
    audience = world.audience(channel)
    for thread in [c for c in guild.channels.values() if c.thread and c.parent_id == channel.id]:
        delete_channel(world, guild, thread)
    del guild.channels[channel.id]
    del world.channels[channel.id]
    for webhook in [one for one in world.webhooks.values() if one.channel_id == channel.id]:
        del world.webhooks[webhook.id]
    if guild.system_channel_id == channel.id:
        guild.system_channel_id = None
    guild.version += 1
    kind = "THREAD" if channel.thread is not None else "CHANNEL"
    shaped = channel_json(channel)
    world.bus.publish(Event(f"{kind}_DELETE", shaped, guild=guild, channel=channel, only=audience))


def open_dm(world: World, opener: User, other: User) -> tuple[Channel, bool]:
    """The DM channel of two users, and whether it is new.

    Raises ApiError 50033 for a DM with oneself, 50007 between two bots.
    """
    if opener.id == other.id:
        raise ApiError(50033)
    if opener.bot and other.bot:
        raise ApiError(50007)
    known = opener.dms.get(other.id)
    if known is not None:
        return world.channels[known], False
    channel = Channel(world.ids.next(), DM, recipient_ids=(opener.id, other.id))
    world.channels[channel.id] = channel
    opener.dms[other.id] = other.dms[opener.id] = channel.id
    for user in (opener, other):
        shaped = world.channel_json(channel, user.id)
        only = frozenset({user.id})
        # Bots get no CHANNEL_CREATE for DMs since API v8.
        world.bus.publish(Event("CHANNEL_CREATE", shaped, channel=channel, only=only, bots=False))
    return channel, True


def check_dm(world: World, author: User, channel: Channel) -> None:
    """Refuse what the other side of a DM does not accept.

    Raises ApiError 50007 when they blocked the author or take no DMs from bots, 50278 when a
    bot shares no server with them.
    """
    other = world.users[dm_partner(channel, author.id)]
    if author.id in other.blocked or other.id in author.blocked:
        raise ApiError(50007)
    if not author.bot or other.bot:
        return
    if not other.accept_dms:
        raise ApiError(50007)
    if not world.share_a_guild(author.id, other.id):
        raise ApiError(50278)


def dm_partner(channel: Channel, user_id: int) -> int:
    """The id of the other person of a DM."""
    one, other = channel.recipient_ids
    return other if one == user_id else one


def create_thread(
    world: World,
    guild: Guild,
    parent: Channel,
    name: str,
    owner: User,
    *,
    kind: int,
    auto_archive_minutes: int = 1440,
    starter: Message | None = None,
) -> Channel:
    """Open a thread in a channel, or on a message, whose id it then shares."""
    now_ms = world.clock.now_ms()
    thread = Thread(owner.id, auto_archive_minutes, archive_changed_ms=now_ms, created_ms=now_ms)
    thread.members[owner.id] = now_ms
    channel = Channel(
        id=starter.id if starter is not None else world.ids.next(),
        type=kind,
        guild_id=guild.id,
        name=name,
        parent_id=parent.id,
        thread=thread,
    )
    guild.channels[channel.id] = channel
    world.channels[channel.id] = channel
    guild.version += 1
    shaped: Json = {**channel_json(channel), "newly_created": True}
    only = frozenset({owner.id}) if kind == PRIVATE_THREAD else None
    world.bus.publish(Event("THREAD_CREATE", shaped, guild=guild, channel=channel, only=only))
    return channel


def join_thread(world: World, guild: Guild, channel: Channel, user_id: int) -> None:
    """Add a member to a thread. Raises ApiError 50024 where it is none."""
    thread = require_thread(channel)
    if user_id in thread.members:
        return
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
