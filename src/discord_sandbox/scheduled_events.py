"""What becomes of a server's scheduled events, and who is interested in them."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.clock import iso, parse_iso
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import EventException, Guild, Json, ScheduledEvent
from discord_sandbox.recurrence import dates_from
from discord_sandbox.shapes.guilds import event_exception_json, scheduled_event_json
from discord_sandbox.snowflake import snowflake_at
from discord_sandbox.validate.scheduled_events import ACTIVE, CANCELED, COMPLETED, SCHEDULED
from discord_sandbox.world import World

MOST_UNCOMPLETED = 100


def check_room(guild: Guild) -> None:
    """Raises ApiError 30038 when the server has 100 events to come or going on."""
    open_ones = sum(
        1 for e in guild.scheduled_events.values() if e.data["status"] in (SCHEDULED, ACTIVE)
    )
    if open_ones >= MOST_UNCOMPLETED:
        raise ApiError(30038)


def publish_event(
    world: World, guild: Guild, event: ScheduledEvent, what: Literal["CREATE", "UPDATE", "DELETE"]
) -> None:
    shaped = scheduled_event_json(event)
    world.bus.publish(Event(f"GUILD_SCHEDULED_EVENT_{what}", shaped, guild=guild))


def settle_status(world: World, guild: Guild, event: ScheduledEvent) -> None:
    """Tell of a change; an event that is over or called off is off the list after it.

    A series is not over with one of its dates: it waits for the next, and nobody is told of an end.
    """
    if event.data["status"] == COMPLETED and event.data["recurrence_rule"] is not None:
        _await_next_date(event, world.clock.now_ms())
    publish_event(world, guild, event, "UPDATE")
    if event.data["status"] in (COMPLETED, CANCELED):
        guild.scheduled_events.pop(event.id, None)


def _await_next_date(event: ScheduledEvent, now_ms: int) -> None:
    """Plan the series for its next date that is not called off; what was before it is forgotten."""
    rule = event.data["recurrence_rule"]
    start_ms = parse_iso(event.data["scheduled_start_time"])
    after_ms = max(start_ms + 1, now_ms)
    dates = dates_from(rule, after_ms, len(event.exceptions) + 1)
    called_off = {key for key, one in event.exceptions.items() if one.canceled}
    next_ms = next((one for one in dates if snowflake_at(one) not in called_off), None)
    if next_ms is None:
        return
    end = event.data["scheduled_end_time"]
    end_ms = None if end is None else parse_iso(end) - start_ms + next_ms
    event.data = {
        **event.data,
        "status": SCHEDULED,
        "scheduled_start_time": iso(next_ms),
        "scheduled_end_time": None if end_ms is None else iso(end_ms),
        "recurrence_rule": {**rule, "start": iso(next_ms)},
    }
    for dated in (event.exceptions, event.declined):
        for date_id in [one for one in dated if one < snowflake_at(next_ms)]:
            del dated[date_id]


def delete_event(world: World, guild: Guild, event: ScheduledEvent) -> None:
    del guild.scheduled_events[event.id]
    publish_event(world, guild, event, "DELETE")


def publish_exception(
    world: World,
    guild: Guild,
    event: ScheduledEvent,
    exception: EventException,
    what: Literal["CREATE", "UPDATE", "DELETE"],
) -> None:
    shaped = {**event_exception_json(event, exception), "guild_id": str(guild.id)}
    world.bus.publish(Event(f"GUILD_SCHEDULED_EVENT_EXCEPTION_{what}", shaped, guild=guild))


def drop_exceptions(world: World, guild: Guild, event: ScheduledEvent) -> None:
    """The series has other dates now: what was said of the old ones no longer holds."""
    event.declined.clear()
    if not event.exceptions:
        return
    event.exceptions.clear()
    gone = {"event_id": str(event.id), "guild_id": str(guild.id)}
    world.bus.publish(Event("GUILD_SCHEDULED_EVENT_EXCEPTIONS_DELETE", gone, guild=guild))


def set_interested(
    world: World, guild: Guild, event: ScheduledEvent, user_id: int, interested: bool
) -> None:
    """Note that a member is interested, or is no longer."""
    if interested == (user_id in event.interested):
        return
    if interested:
        event.interested[user_id] = None
    else:
        forget_interest(event, user_id)
    _publish_interest(world, guild, event, user_id, interested)


def set_coming(
    world: World, guild: Guild, event: ScheduledEvent, user_id: int, date_id: int, coming: bool
) -> None:
    """Note that a member whom the series interests passes over one date, or no longer does."""
    declined = event.declined.setdefault(date_id, {})
    if coming != (user_id in declined):
        return
    if coming:
        del declined[user_id]
    else:
        declined[user_id] = None
    _publish_interest(world, guild, event, user_id, coming, date_id)


def forget_interest(event: ScheduledEvent, user_id: int) -> None:
    event.interested.pop(user_id, None)
    for declined in event.declined.values():
        declined.pop(user_id, None)


def _publish_interest(
    world: World,
    guild: Guild,
    event: ScheduledEvent,
    user_id: int,
    interested: bool,
    date_id: int | None = None,
) -> None:
    data: Json = {
        "guild_scheduled_event_id": str(event.id),
        "user_id": str(user_id),
        "guild_id": str(guild.id),
    }
    if date_id is not None:
        data["guild_scheduled_event_exception_id"] = str(date_id)
    what = "ADD" if interested else "REMOVE"
    world.bus.publish(Event(f"GUILD_SCHEDULED_EVENT_USER_{what}", data, guild=guild))
