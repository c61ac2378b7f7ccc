"""Voice states in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import Guild, Json, Member, VoiceState
from discord_sandbox.shapes.guilds import member_json


def voice_state_json(guild: Guild, state: VoiceState, member: Member | None = None) -> Json:
    """The state; with `member`, of whom it is."""
    of = guild.members.get(state.user_id) if member is None else member
    shaped: Json = {
        "guild_id": str(guild.id),
        "channel_id": str(state.channel_id),
        "user_id": str(state.user_id),
        "session_id": state.session_id,
        "mute": of is not None and of.mute,
        "deaf": of is not None and of.deaf,
        "self_mute": state.self_mute,
        "self_deaf": state.self_deaf,
        "self_video": False,
        "self_stream": False,
        "suppress": state.suppress,
        "request_to_speak_timestamp": None if state.request_ms is None else iso(state.request_ms),
    }
    if member is not None:
        shaped["member"] = member_json(member)
    return shaped


def voice_states_json(guild: Guild) -> list[Json]:
    """Those of a server as GUILD_CREATE has them, without the server's id."""
    shaped = [voice_state_json(guild, state) for state in guild.voice_states.values()]
    return [{key: one[key] for key in one if key != "guild_id"} for one in shaped]
