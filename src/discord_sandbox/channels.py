"""Making and changing channels: of servers, and DMs."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.activities import end_in
from discord_sandbox.channel_settings import configure
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.guild_settings import check_deletable, dms_paused, forget_channel
from discord_sandbox.model import (
    DM,
    FORUM_TYPES,
    GUILD_TEXT,
    VOICE_TYPES,
    Channel,
    Forum,
    Guild,
    Json,
    Overwrite,
    User,
    Voice,
)
from discord_sandbox.shapes.channels import channel_json, stage_json
from discord_sandbox.voice import disconnect
from discord_sandbox.webhooks import end_following, webhooks_of
from discord_sandbox.world import World


def create_channel(
    world: World,
    guild: Guild,
    name: str,
    *,
    kind: int = GUILD_TEXT,
    parent_id: int | None = None,
    overwrites: dict[int, Overwrite] | None = None,
    settings: Json | None = None,
) -> Channel:
    """Make a channel below the others of its server; `settings` is a body that was checked."""
    channel = Channel(
        id=world.ids.next(),
        type=kind,
        guild_id=guild.id,
        name=name,
        position=sum(1 for other in guild.channels.values() if other.thread is None),
        parent_id=parent_id,
        overwrites=overwrites or {},
        forum=Forum() if kind in FORUM_TYPES else None,
        voice=Voice() if kind in VOICE_TYPES else None,
    )
    configure(world, channel, settings or {})
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
    """The channel, its threads and their messages are gone.

    Raises ApiError 50074 for a channel that a community cannot be without.
    """
    check_deletable(guild, channel.id)
    audience = world.audience(channel)
    for thread in [c for c in guild.channels.values() if c.thread and c.parent_id == channel.id]:
        delete_channel(world, guild, thread)
    stage = guild.stage_instances.pop(channel.id, None)
    if stage is not None:
        world.bus.publish(Event("STAGE_INSTANCE_DELETE", stage_json(stage), guild=guild))
    for state in [one for one in guild.voice_states.values() if one.channel_id == channel.id]:
        disconnect(world, guild, state.user_id)
    for code in [one.code for one in guild.invites.values() if one.channel_id == channel.id]:
        del guild.invites[code]
    end_in(world, {channel.id})
    del guild.channels[channel.id]
    del world.channels[channel.id]
    for webhook in webhooks_of(world, channel):
        del world.webhooks[webhook.id]
    end_following(world, channel)
    if guild.widget.channel_id == channel.id:
        guild.widget.channel_id = guild.widget.invite_code = None
    forget_channel(guild, channel.id)
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

    Raises ApiError 50007 when they blocked the author take no DMs from bots, or are in
    servers only that paused those between members, 50278 when a
    bot shares no server with them.
    """
    if channel.type != DM:
        return
    other = world.users[dm_partner(channel, author.id)]
    if author.id in other.blocked or other.id in author.blocked:
        raise ApiError(50007)
    if not author.bot and not other.bot and dms_paused(world, author.id, other.id):
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
