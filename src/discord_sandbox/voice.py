"""Voice and stage channels: who is in them, comes, goes, is moved and may speak."""

from __future__ import annotations

import secrets

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import GUILD_STAGE, VOICE_TYPES, Channel, Guild, Json, User, VoiceState
from discord_sandbox.permissions import CONNECT, MOVE_MEMBERS, SPEAK, VIEW_CHANNEL
from discord_sandbox.shapes.voice import voice_state_json
from discord_sandbox.world import World


def state_of(guild: Guild, user_id: int) -> VoiceState:
    """Raises ApiError 10065 for somebody who is in no voice channel."""
    found = guild.voice_states.get(user_id)
    if found is None:
        raise ApiError(10065)
    return found


def is_full(world: World, guild: Guild, channel: Channel, user_id: int) -> bool:
    """Whether the channel's limit keeps a user out, who is not in it and may not move others."""
    limit = 0 if channel.voice is None else channel.voice.user_limit
    there = [one for one in guild.voice_states.values() if one.channel_id == channel.id]
    if not limit or any(one.user_id == user_id for one in there):
        return False
    return len(there) >= limit and not world.permissions(user_id, channel) & MOVE_MEMBERS


def check_may_connect(world: World, user_id: int, channel: Channel) -> None:
    """Raises ApiError 50024 for another kind of channel, 50001 or 50013 without the right."""
    if channel.type not in VOICE_TYPES:
        raise ApiError(50024)
    world.require(user_id, channel, VIEW_CHANNEL | CONNECT)


def connect(
    world: World,
    guild: Guild,
    channel: Channel,
    user: User,
    *,
    session_id: str | None = None,
    self_mute: bool = False,
    self_deaf: bool = False,
) -> VoiceState:
    """Be in the channel, and in no other of any server."""
    for other in world.guilds_of(user.id):
        if other is not guild:
            disconnect(world, other, user.id)
    state = guild.voice_states.get(user.id)
    if state is None:
        state = VoiceState(user.id, 0, session_id or secrets.token_hex(16))
        guild.voice_states[user.id] = state
    state.self_mute, state.self_deaf = self_mute, self_deaf
    _put(world, guild, state, channel)
    return state


def move(world: World, guild: Guild, user_id: int, channel: Channel) -> None:
    """Take somebody who is in a voice channel to another."""
    state = state_of(guild, user_id)
    if state.channel_id != channel.id:
        _put(world, guild, state, channel)


def _put(world: World, guild: Guild, state: VoiceState, channel: Channel) -> None:
    left_id, state.channel_id = state.channel_id, channel.id
    if left_id != channel.id:
        speaks = world.permissions(state.user_id, channel) & SPEAK
        state.suppress = channel.type == GUILD_STAGE or not speaks
        state.request_ms = None
    publish_state(world, guild, state)
    _note_empty(world, guild, left_id)


def disconnect(world: World, guild: Guild, user_id: int) -> None:
    """Be in no voice channel of the server any more."""
    state = guild.voice_states.pop(user_id, None)
    if state is None:
        return
    state.suppress, state.request_ms = False, None
    publish_state(world, guild, state, gone=True)
    _note_empty(world, guild, state.channel_id)


def publish_state(world: World, guild: Guild, state: VoiceState, *, gone: bool = False) -> None:
    """Tell the server where somebody is, and how they can be heard."""
    if world.bus.idle:
        return
    shaped = voice_state_json(guild, state, guild.members.get(state.user_id))
    if gone:
        shaped["channel_id"] = None
    world.bus.publish(Event("VOICE_STATE_UPDATE", shaped, guild=guild))


def set_suppressed(
    world: World, guild: Guild, state: VoiceState, suppressed: bool, *, invite: bool = False
) -> None:
    """Let somebody speak on a stage, or no longer; `invite` dates that they were asked to."""
    state.suppress = suppressed
    state.request_ms = world.clock.now_ms() if invite and not suppressed else None
    publish_state(world, guild, state)


def set_request(world: World, guild: Guild, state: VoiceState, at_ms: int | None) -> None:
    """Ask to speak, or no longer."""
    state.request_ms = at_ms
    publish_state(world, guild, state)


def set_status(world: World, guild: Guild, channel: Channel, status: str | None) -> None:
    """What is said to go on in a voice channel; it goes when the last one does."""
    if channel.voice is None or channel.voice.status == status:
        return
    channel.voice.status = status
    told: Json = {"id": str(channel.id), "guild_id": str(guild.id), "status": status}
    world.bus.publish(Event("VOICE_CHANNEL_STATUS_UPDATE", told, guild=guild, channel=channel))


def _note_empty(world: World, guild: Guild, channel_id: int) -> None:
    channel = guild.channels.get(channel_id)
    empty = all(one.channel_id != channel_id for one in guild.voice_states.values())
    if channel is not None and empty:
        set_status(world, guild, channel, None)
