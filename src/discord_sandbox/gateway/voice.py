"""A bot that says on the gateway where it is in voice. There is no voice server for it."""

from __future__ import annotations

import secrets
from typing import Any

from discord_sandbox.errors import ApiError
from discord_sandbox.gateway.session import Session
from discord_sandbox.model import Json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.voice import check_may_connect, connect, disconnect, is_full
from discord_sandbox.wire import encode
from discord_sandbox.world import World


def update_voice_state(world: World, session: Session, body: Any) -> None:
    """Let the bot come, go, or change how it is heard; what it may not do is left undone.

    It is told of a voice server without an address, which stands at Discord for one that is not
    there yet.
    """
    if not isinstance(body, dict):
        return
    guild = world.guilds.get(parse_snowflake(body.get("guild_id")) or 0)
    if guild is None or session.bot_id not in guild.members:
        return
    if body.get("channel_id") is None:
        disconnect(world, guild, session.bot_id)
        return
    channel = guild.channels.get(parse_snowflake(body["channel_id"]) or 0)
    if channel is None or is_full(world, guild, channel, session.bot_id):
        return
    try:
        check_may_connect(world, session.bot_id, channel)
    except ApiError:
        return
    before = guild.voice_states.get(session.bot_id)
    left_id = None if before is None else before.channel_id
    connect(
        world,
        guild,
        channel,
        world.users[session.bot_id],
        session_id=session.id,
        self_mute=bool(body.get("self_mute", False)),
        self_deaf=bool(body.get("self_deaf", False)),
    )
    if left_id != channel.id:
        server: Json = {
            "token": secrets.token_hex(8),
            "guild_id": str(guild.id),
            "endpoint": None,
        }
        session.dispatch("VOICE_SERVER_UPDATE", encode(server))


def leave_voice(world: World, session: Session) -> None:
    """The session is over, and with it what it was in."""
    for guild in world.guilds_of(session.bot_id):
        state = guild.voice_states.get(session.bot_id)
        if state is not None and state.session_id == session.id:
            disconnect(world, guild, session.bot_id)
