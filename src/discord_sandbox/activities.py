"""Activities: launched by an interaction, joined and left. The sandbox runs nothing in them."""

from __future__ import annotations

from collections.abc import Collection

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import (
    EMBEDDED,
    Activity,
    Application,
    Channel,
    Command,
    Json,
    User,
)
from discord_sandbox.validate.commands import DISCORD_LAUNCHES, ENTRY_POINT, check_command
from discord_sandbox.world import World

DEFAULT_NAME = "launch"


def enable(world: World, application: Application) -> None:
    """Give the application an activity, and the entry point that Discord makes with it."""
    application.flags |= EMBEDDED
    body = {
        "name": DEFAULT_NAME,
        "type": ENTRY_POINT,
        "handler": DISCORD_LAUNCHES,
        "contexts": [0, 1, 2],
    }
    data = check_command(application, body)
    made = Command(world.ids.next(), application.id, None, world.ids.next(), data)
    application.commands[made.id] = made


def launch(world: World, application: Application, user: User, channel: Channel) -> Activity:
    """Start the application's activity in the channel, or join the one that goes on there.

    Raises ApiError 50234 for an application that has none.
    """
    if not application.embedded:
        raise ApiError(50234)
    for going_on in world.activities.values():
        at_once = (going_on.application_id, going_on.channel_id) == (application.id, channel.id)
        if at_once and participants(world, going_on):
            going_on.user_ids[user.id] = None
            break
    else:
        going_on = _begin(world, application, channel)
        going_on.user_ids[user.id] = None
    _tell(world, going_on)
    return going_on


def _begin(world: World, application: Application, channel: Channel) -> Activity:
    launch_id = world.ids.next()
    where = f"gc-{channel.guild_id}" if channel.guild_id is not None else "pc"
    made = Activity(
        instance_id=f"i-{launch_id}-{where}-{channel.id}",
        launch_id=launch_id,
        application_id=application.id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
    )
    world.activities[made.instance_id] = made
    return made


def join(world: World, activity: Activity, user: User) -> None:
    activity.user_ids[user.id] = None
    _tell(world, activity)


def leave(world: World, activity: Activity, user: User) -> None:
    """The user takes part no more; with the last one it ends."""
    activity.user_ids.pop(user.id, None)
    _tell(world, activity)
    if not participants(world, activity):
        world.activities.pop(activity.instance_id, None)


def leave_all(world: World, user: User, channels: Collection[int]) -> None:
    """The user takes part in nothing more that goes on in these channels, which they see no more."""
    for activity in list(world.activities.values()):
        if activity.channel_id in channels and user.id in activity.user_ids:
            leave(world, activity, user)


def end_in(world: World, channels: Collection[int]) -> None:
    """Nothing goes on any more in channels that are gone."""
    for activity in list(world.activities.values()):
        if activity.channel_id in channels:
            del world.activities[activity.instance_id]


def find(world: World, instance_id: str) -> Activity | None:
    """The activity that still goes on under this id."""
    found = world.activities.get(instance_id)
    return found if found is not None and participants(world, found) else None


def participants(world: World, activity: Activity) -> list[int]:
    """The ids of those who take part, and still see the channel that it is in."""
    channel = world.channels.get(activity.channel_id)
    if channel is None:
        return []
    audience = world.audience(channel)
    return [user_id for user_id in activity.user_ids if user_id in audience]


def activity_json(world: World, activity: Activity) -> Json:
    """The activity instance object, which is what Discord calls EmbeddedActivityInstance."""
    location: Json = {"kind": "pc", "channel_id": str(activity.channel_id)}
    location["id"] = f"pc-{activity.channel_id}"
    if activity.guild_id is not None:
        location |= {"kind": "gc", "guild_id": str(activity.guild_id)}
        location["id"] = f"gc-{activity.guild_id}-{activity.channel_id}"
    return {
        "application_id": str(activity.application_id),
        "instance_id": activity.instance_id,
        "launch_id": str(activity.launch_id),
        "location": location,
        "users": [str(user_id) for user_id in participants(world, activity)],
    }


def _tell(world: World, activity: Activity) -> None:
    """Tell people who takes part. Bots learn it by asking for the instance only."""
    channel = world.channels[activity.channel_id]
    shaped = activity_json(world, activity)
    world.bus.publish(Event("ACTIVITY_UPDATE", shaped, channel=channel, bots=False))
