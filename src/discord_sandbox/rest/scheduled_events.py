"""Scheduled events of a guild, and who is interested in them."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError
from discord_sandbox.model import GUILD_STAGE, GUILD_VOICE, Guild, Json, ScheduledEvent
from discord_sandbox.pictures import changed
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.scheduled_events import (
    check_room,
    delete_event,
    publish_event,
    settle_status,
)
from discord_sandbox.shapes.guilds import member_json, scheduled_event_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.stages import follow_event
from discord_sandbox.validate.scheduled_events import STAGE, TAKES, check_scheduled_event
from discord_sandbox.world import World

_EVENTS = "/guilds/{guild_id}/scheduled-events"
_EVENT = _EVENTS + "/{event_id}"


def _find(call: Call, guild: Guild) -> ScheduledEvent:
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
    return _shaped(call, _find(call, call.guild()))


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


def _changeable(call: Call) -> tuple[Guild, ScheduledEvent]:
    guild = call.guild()
    event = _find(call, guild)
    own = event.creator_id == call.app.bot_user_id
    call.guild(permissions.CREATE_EVENTS if own else permissions.MANAGE_EVENTS)
    return guild, event


def edit(call: Call) -> Json:
    guild, event = _changeable(call)
    now_ms = call.world.clock.now_ms()
    body = call.json()
    data = check_scheduled_event(body, now_ms, previous=event.data)
    _check_channel(guild, data)
    begins_or_ends = data["status"] != event.data["status"]
    event.data = data
    _set_image(call.world, event, body)
    if begins_or_ends:
        follow_event(call.world, guild, event, call.bot)
    settle_status(call.world, guild, event)
    return _shaped(call, event)


def _set_image(world: World, event: ScheduledEvent, body: Json) -> None:
    event.image = changed(world, f"guild-events/{event.id}", body, "image", event.image)


def delete(call: Call) -> None:
    guild, event = _changeable(call)
    delete_event(call.world, guild, event)


def users(call: Call) -> list[Json]:
    guild = call.guild()
    event = _find(call, guild)
    limit = call.number("limit", default=100, least=1, most=100)
    before, after = call.snowflake("before"), call.snowflake("after")
    ids = sorted(event.interested)
    if before is not None:
        ids = [one for one in ids if one < before][-limit:]
    elif after is not None:
        ids = [one for one in ids if one > after]
    shaped = []
    for user_id in ids[:limit]:
        one: Json = {
            "guild_scheduled_event_id": str(event.id),
            "user_id": str(user_id),
            "response": 1,
            "user": user_json(call.world.users[user_id]),
        }
        if call.flag("with_member") and user_id in guild.members:
            one["member"] = member_json(guild.members[user_id])
        shaped.append(one)
    return shaped


def user_counts(call: Call) -> Any:
    event = _find(call, call.guild())
    return {
        "guild_scheduled_event_count": len(event.interested),
        "guild_scheduled_event_exception_counts": {},
    }


ROUTES = (
    Route("GET", _EVENTS, listed),
    Route("POST", _EVENTS, create, takes=TAKES),
    Route("GET", _EVENT, get),
    Route("PATCH", _EVENT, edit, takes=TAKES),
    Route("DELETE", _EVENT, delete),
    Route("GET", _EVENT + "/users", users),
    Route("GET", _EVENT + "/users/counts", user_counts),
)
