"""What becomes of a server's scheduled events, and who is interested in them."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import Guild, Json, ScheduledEvent
from discord_sandbox.shapes.guilds import scheduled_event_json
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
    """Tell of a change; an event that is over or called off is off the list after it."""
    publish_event(world, guild, event, "UPDATE")
    if event.data["status"] in (COMPLETED, CANCELED):
        guild.scheduled_events.pop(event.id, None)


def delete_event(world: World, guild: Guild, event: ScheduledEvent) -> None:
    del guild.scheduled_events[event.id]
    publish_event(world, guild, event, "DELETE")


def set_interested(
    world: World, guild: Guild, event: ScheduledEvent, user_id: int, interested: bool
) -> None:
    """Note that a member is interested, or is no longer."""
    if interested == (user_id in event.interested):
        return
    if interested:
        event.interested[user_id] = None
    else:
        del event.interested[user_id]
    data: Json = {
        "guild_scheduled_event_id": str(event.id),
        "user_id": str(user_id),
        "guild_id": str(guild.id),
    }
    what = "ADD" if interested else "REMOVE"
    world.bus.publish(Event(f"GUILD_SCHEDULED_EVENT_USER_{what}", data, guild=guild))
