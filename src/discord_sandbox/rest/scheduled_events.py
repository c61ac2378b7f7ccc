"""Scheduled events of a guild, and who is interested in them."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError
from discord_sandbox.model import GUILD_STAGE, GUILD_VOICE, Guild, Json, ScheduledEvent
from discord_sandbox.pictures import changed
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.scheduled_events import (
    check_room,
    delete_event,
    drop_exceptions,
    publish_event,
    settle_status,
)
from discord_sandbox.shapes.guilds import scheduled_event_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.stages import follow_event
from discord_sandbox.validate.scheduled_events import STAGE, TAKES, check_scheduled_event
from discord_sandbox.world import World

_EVENTS = "/guilds/{guild_id}/scheduled-events"
EVENT = _EVENTS + "/{event_id}"


def find_event(call: Call, guild: Guild) -> ScheduledEvent:
    """The path's event. Raises ApiError 10070."""
    event = guild.scheduled_events.get(call.id("event_id"))
    if event is None:
        raise ApiError(10070)
    return event


def _shaped(call: Call, event: ScheduledEvent) -> Json:
    shaped = scheduled_event_json(event, with_user_count=call.flag("with_user_count"))
    creator = call.world.users.get(event.creator_id)
    if creator is not None:
        shaped["creator"] = user_json(creator)
    return shaped


def _check_channel(guild: Guild, data: Json) -> None:
    """Raises ApiError 10003, or 50024 for a stage event elsewhere than on a stage, and so on."""
    if data["channel_id"] is None:
        return
    channel = guild.channels.get(parse_snowflake(data["channel_id"]) or 0)
    if channel is None:
        raise ApiError(10003)
    if channel.type != (GUILD_STAGE if data["entity_type"] == STAGE else GUILD_VOICE):
        raise ApiError(50024)


def listed(call: Call) -> list[Json]:
    events = call.guild().scheduled_events.values()
    return [_shaped(call, event) for event in events]


def get(call: Call) -> Json:
    return _shaped(call, find_event(call, call.guild()))


def create(call: Call) -> Json:
    guild = call.guild(permissions.CREATE_EVENTS)
    body = call.json()
    data = check_scheduled_event(body, call.world.clock.now_ms())
    _check_channel(guild, data)
    check_room(guild)
    event = ScheduledEvent(call.world.ids.next(), guild.id, call.app.bot_user_id, data)
    _set_image(call.world, event, body)
    guild.scheduled_events[event.id] = event
    publish_event(call.world, guild, event, "CREATE")
    return _shaped(call, event)


def changeable(call: Call) -> tuple[Guild, ScheduledEvent]:
    """The path's event, which the bot may change. Raises ApiError 10070, 50013."""
    guild = call.guild()
    event = find_event(call, guild)
    own = event.creator_id == call.app.bot_user_id
    call.guild(permissions.CREATE_EVENTS if own else permissions.MANAGE_EVENTS)
    return guild, event


def edit(call: Call) -> Json:
    guild, event = changeable(call)
    now_ms = call.world.clock.now_ms()
    body = call.json()
    data = check_scheduled_event(body, now_ms, previous=event.data)
    _check_channel(guild, data)
    begins_or_ends = data["status"] != event.data["status"]
    other_dates = data["recurrence_rule"] != event.data["recurrence_rule"]
    event.data = data
    if other_dates:
        drop_exceptions(call.world, guild, event)
    _set_image(call.world, event, body)
    if begins_or_ends:
        follow_event(call.world, guild, event, call.bot)
    settle_status(call.world, guild, event)
    return _shaped(call, event)


def _set_image(world: World, event: ScheduledEvent, body: Json) -> None:
    event.image = changed(world, f"guild-events/{event.id}", body, "image", event.image)


def delete(call: Call) -> None:
    guild, event = changeable(call)
    delete_event(call.world, guild, event)


ROUTES = (
    Route("GET", _EVENTS, listed),
    Route("POST", _EVENTS, create, takes=TAKES),
    Route("GET", EVENT, get),
    Route("PATCH", EVENT, edit, takes=TAKES),
    Route("DELETE", EVENT, delete),
)
