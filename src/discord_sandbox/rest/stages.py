"""Stage instances: stages made live, changed and ended by their moderators."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, Problems, invalid
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


def _checked(body: Json, *, new: bool) -> tuple[str | None, int | None]:
    """The topic and the privacy level. Raises ApiError 50035."""
    problems = Problems()
    topic = fields.text(
        problems, ("topic",), body.get("topic"), longest=120, shortest=1, needed=new
    )
    level = body.get("privacy_level")
    if level is not None:
        fields.one_of(problems, ("privacy_level",), level, (1, 2))
    problems.raise_if_any()
    return topic, level


def create(call: Call) -> Json:
    body = call.json()
    topic, level = _checked(body, new=True)
    channel_id = parse_snowflake(body.get("channel_id"))
    if channel_id is None:
        raise invalid(("channel_id",), "BASE_TYPE_REQUIRED", "This field is required")
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
        topic or "",
        privacy_level=level or GUILD_ONLY,
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
    topic, level = _checked(call.json(), new=False)
    change_stage(call.world, guild, stage, call.bot, topic, level or stage.privacy_level)
    return stage_json(stage)


def delete(call: Call) -> None:
    channel = call.channel()
    guild = call.guild_of(channel)
    stage = stage_of(guild, channel)
    call.world.require(call.app.bot_user_id, channel, _MODERATOR)
    end_stage(call.world, guild, stage, call.bot)


_TAKES: Takes = {"topic": members.text(120, 1), "privacy_level": members.choice(1, 2)}
_TAKES_NEW: Takes = {
    **_TAKES,
    "channel_id": members.snowflake,
    "guild_scheduled_event_id": members.snowflake,
    "send_start_notification": members.flag,
}

ROUTES = (
    Route("POST", "/stage-instances", create, takes=_TAKES_NEW),
    Route("GET", _STAGE, get),
    Route("PATCH", _STAGE, edit, takes=_TAKES),
    Route("DELETE", _STAGE, delete),
)
