"""Stage instances: stages made live, changed and ended by their moderators."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.model import Channel, Guild, Json, ScheduledEvent
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.channels import stage_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.stages import GUILD_ONLY, change_stage, end_stage, stage_of, start_stage
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.scheduled_events import STAGE

_MODERATOR = permissions.MANAGE_CHANNELS | permissions.MUTE_MEMBERS | permissions.MOVE_MEMBERS
_STAGE = "/stage-instances/{channel_id}"


def create(call: Call) -> Json:
    body = call.json()
    problems = Problems()
    for name in ("channel_id", "topic"):
        if body.get(name) is None:
            fields.required(problems, (name,))
    problems.raise_if_any()
    channel_id = parse_snowflake(body["channel_id"])
    assert channel_id is not None
    channel = call.world.channel(channel_id)
    guild = call.guild_of(channel)
    notify = bool(body.get("send_start_notification", False))
    needed = _MODERATOR | (permissions.MENTION_EVERYONE if notify else 0)
    call.world.require(call.app.bot_user_id, channel, needed)
    event = _event(guild, channel, body.get("guild_scheduled_event_id"))
    stage = start_stage(
        call.world,
        guild,
        channel,
        call.bot,
        body["topic"],
        privacy_level=body.get("privacy_level") or GUILD_ONLY,
        event=event,
        notify=notify,
    )
    return stage_json(stage)


def _event(guild: Guild, channel: Channel, given: Any) -> ScheduledEvent | None:
    """The event that the stage is for. Raises ApiError 10070, 50091."""
    if given is None:
        return None
    event = guild.scheduled_events.get(parse_snowflake(given) or 0)
    if event is None:
        raise ApiError(10070)
    if event.data["entity_type"] != STAGE or int(event.data["channel_id"]) != channel.id:
        raise ApiError(50091)
    return event


def get(call: Call) -> Json:
    channel = call.channel()
    return stage_json(stage_of(call.guild_of(channel), channel))


def edit(call: Call) -> Json:
    channel = call.channel()
    guild = call.guild_of(channel)
    stage = stage_of(guild, channel)
    call.world.require(call.app.bot_user_id, channel, _MODERATOR)
    body = call.json()
    level = body.get("privacy_level") or stage.privacy_level
    change_stage(call.world, guild, stage, call.bot, body.get("topic"), level)
    return stage_json(stage)


def delete(call: Call) -> None:
    channel = call.channel()
    guild = call.guild_of(channel)
    stage = stage_of(guild, channel)
    call.world.require(call.app.bot_user_id, channel, _MODERATOR)
    end_stage(call.world, guild, stage, call.bot)


_TAKES_EDIT: Takes = {"topic": members.text(120, 1), "privacy_level": members.choice(1, 2)}
_TAKES: Takes = {
    "channel_id": members.snowflake,
    **_TAKES_EDIT,
    "send_start_notification": members.flag,
    "guild_scheduled_event_id": members.snowflake,
}

ROUTES = (
    Route("POST", "/stage-instances", create, takes=_TAKES),
    Route("GET", _STAGE, get),
    Route("PATCH", _STAGE, edit, takes=_TAKES_EDIT),
    Route("DELETE", _STAGE, delete),
)
