"""Voice states, read and changed, and what a member's edit does to them; regions; status."""

from __future__ import annotations

from collections.abc import Callable

from discord_sandbox import permissions
from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import GUILD_STAGE, GUILD_VOICE, Channel, Guild, Json, Member, VoiceState
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.voice import voice_state_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes
from discord_sandbox.voice import (
    check_may_connect,
    disconnect,
    move,
    publish_state,
    set_request,
    set_status,
    set_suppressed,
    state_of,
)

_STATES = "/guilds/{guild_id}/voice-states"
REGION = {
    "id": "sandbox",
    "name": "Sandbox",
    "optimal": True,
    "deprecated": False,
    "custom": False,
}
"""The only one, which no sound comes from."""
_RIGHTS = (
    ("mute", permissions.MUTE_MEMBERS),
    ("deaf", permissions.DEAFEN_MEMBERS),
    ("channel_id", permissions.MOVE_MEMBERS),
)
TAKES_VOICE: Takes = {
    "mute": members.flag,
    "deaf": members.flag,
    "channel_id": members.snowflake,
}


# --- by a member's edit ------------------------------------------------------------------


def needed_in_voice(body: Json) -> int:
    """The permissions for what the body changes of how a member is in voice."""
    return sum(right for name, right in _RIGHTS if name in body)


def edit_in_voice(
    call: Call, guild: Guild, member: Member, body: Json
) -> Callable[[], None] | None:
    """What is to be done once the rest of the body was found good, if there is anything.

    Raises ApiError 40032 for somebody who is not in voice, and as `check_may_connect` does.
    """
    mute, deaf = (
        getattr(member, name) if body.get(name) is None else body[name] for name in ("mute", "deaf")
    )
    heard = (mute, deaf) != (member.mute, member.deaf)
    state = guild.voice_states.get(member.user.id)
    target = _target(call, guild, member, body.get("channel_id"))
    leaves = "channel_id" in body and target is None and state is not None
    if not heard and target is None and not leaves:
        return None
    if state is None:
        raise ApiError(40032)

    def do() -> None:
        member.mute, member.deaf = mute, deaf
        if target is not None:
            move(call.world, guild, member.user.id, target)
        if leaves:
            disconnect(call.world, guild, member.user.id)
        elif heard:
            publish_state(call.world, guild, state)

    return do


def _target(call: Call, guild: Guild, member: Member, given: object) -> Channel | None:
    """Where a member is moved to: where the bot may be, or where they may be themselves."""
    if given is None:
        return None
    channel = guild.channels.get(parse_snowflake(given) or 0)
    if channel is None:
        raise ApiError(10003)
    try:
        check_may_connect(call.world, member.user.id, channel)
    except ApiError:
        check_may_connect(call.world, call.app.bot_user_id, channel)
    return channel


# --- voice states ------------------------------------------------------------------------


def get(call: Call) -> Json:
    guild = call.guild()
    user_id = call.id("user_id") if "user_id" in call.params else call.app.bot_user_id
    state = state_of(guild, user_id)
    return voice_state_json(guild, state, guild.members[user_id])


def _on_stage(call: Call, user_id: int) -> tuple[Guild, Channel, VoiceState]:
    """The stage that somebody is on.

    Raises ApiError 10065 where they are in no voice channel or not in the one that the body
    names, 50024 where that is no stage.
    """
    guild = call.guild()
    state = state_of(guild, user_id)
    named = call.json().get("channel_id")
    if named is not None and parse_snowflake(named) != state.channel_id:
        raise ApiError(10065)
    channel = guild.channels[state.channel_id]
    if channel.type != GUILD_STAGE:
        raise ApiError(50024)
    return guild, channel, state


def edit_own(call: Call) -> None:
    """Ask to speak, or no longer; go back to the audience, or with the right leave it."""
    me = call.app.bot_user_id
    guild, channel, state = _on_stage(call, me)
    body = call.json()
    request = _request(call, body.get("request_to_speak_timestamp"))
    if body.get("suppress") is False:
        call.world.require(me, channel, permissions.MUTE_MEMBERS)
    if request is not None:
        call.world.require(me, channel, permissions.REQUEST_TO_SPEAK)
    if body.get("suppress") is not None:
        set_suppressed(call.world, guild, state, body["suppress"])
    if "request_to_speak_timestamp" in body:
        set_request(call.world, guild, state, request)


def _request(call: Call, given: str | None) -> int | None:
    """Raises ApiError 50035 for a time in the past."""
    if given is None:
        return None
    at_ms = parse_iso(given)
    # What the bot's own clock calls now may be a little behind.
    if at_ms < call.world.clock.now_ms() - 60_000:
        raise invalid(
            ("request_to_speak_timestamp",),
            "REQUEST_TO_SPEAK_TIMESTAMP_PAST",
            "The time must not be in the past.",
        )
    return at_ms


def edit(call: Call) -> None:
    """Ask a member onto the stage, or send them back to the audience."""
    user_id = call.id("user_id")
    guild, channel, state = _on_stage(call, user_id)
    call.world.require(call.app.bot_user_id, channel, permissions.MUTE_MEMBERS)
    suppress = call.json().get("suppress")
    if suppress is not None:
        person = not call.world.users[user_id].bot
        set_suppressed(call.world, guild, state, suppress, invite=person)


# --- regions and status ------------------------------------------------------------------


def regions(_call: Call) -> list[Json]:
    return [REGION]


def regions_of_guild(call: Call) -> list[Json]:
    call.guild()
    return [REGION]


def put_status(call: Call) -> None:
    """Say what goes on in a voice channel; from outside it takes one who manages it."""
    channel = call.channel()
    guild = call.guild_of(channel)
    if channel.type != GUILD_VOICE:
        raise ApiError(50024)
    state = guild.voice_states.get(call.app.bot_user_id)
    needed = permissions.SET_VOICE_CHANNEL_STATUS
    if state is None or state.channel_id != channel.id:
        needed |= permissions.MANAGE_CHANNELS
    call.world.require(call.app.bot_user_id, channel, needed)
    set_status(call.world, guild, channel, call.json().get("status") or None)


_TAKES: Takes = {"channel_id": members.snowflake, "suppress": members.flag}
_TAKES_OWN: Takes = {**_TAKES, "request_to_speak_timestamp": members.instant}

ROUTES = (
    Route("GET", _STATES + "/@me", get),
    Route("PATCH", _STATES + "/@me", edit_own, takes=_TAKES_OWN),
    Route("GET", _STATES + "/{user_id}", get),
    Route("PATCH", _STATES + "/{user_id}", edit, takes=_TAKES),
    Route("GET", "/voice/regions", regions),
    Route("GET", "/guilds/{guild_id}/regions", regions_of_guild),
    Route(
        "PUT",
        "/channels/{channel_id}/voice-status",
        put_status,
        takes={"status": members.text(500)},
    ),
)
