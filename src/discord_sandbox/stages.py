"""Stage channels: what makes one live, and the scheduled events that do."""

from __future__ import annotations

from typing import Literal

from discord_sandbox import messages
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.messages import Origin
from discord_sandbox.model import GUILD_STAGE, Channel, Guild, ScheduledEvent, StageInstance, User
from discord_sandbox.scheduled_events import publish_event
from discord_sandbox.shapes.channels import stage_json
from discord_sandbox.showing import show
from discord_sandbox.validate.message import Draft
from discord_sandbox.validate.scheduled_events import ACTIVE, SCHEDULED, STAGE
from discord_sandbox.world import World

STAGE_START, STAGE_END, STAGE_TOPIC = 27, 28, 31
GUILD_ONLY = 2


def stage_of(guild: Guild, channel: Channel) -> StageInstance:
    """Raises ApiError 10067 where the channel is not live."""
    found = guild.stage_instances.get(channel.id)
    if found is None:
        raise ApiError(10067)
    return found


def start_stage(
    world: World,
    guild: Guild,
    channel: Channel,
    user: User,
    topic: str,
    *,
    privacy_level: int = GUILD_ONLY,
    event: ScheduledEvent | None = None,
    notify: bool = False,
) -> StageInstance:
    """Make a stage live; with `event`, that event begins. Its chat says so.

    Raises ApiError 50024 for another channel, 150006 for a stage that is live.
    """
    if channel.type != GUILD_STAGE:
        raise ApiError(50024)
    if channel.id in guild.stage_instances:
        raise ApiError(150006)
    stage = StageInstance(world.ids.next(), guild.id, channel.id, topic, privacy_level)
    guild.stage_instances[channel.id] = stage
    if event is not None:
        stage.event_id, event.entity_id = event.id, stage.id
    _publish(world, guild, stage, "CREATE")
    _say(world, channel, user, STAGE_START, topic, notify=notify)
    if event is not None and event.data["status"] == SCHEDULED:
        event.data = {**event.data, "status": ACTIVE}
        publish_event(world, guild, event, "UPDATE")
    return stage


def change_stage(
    world: World, guild: Guild, stage: StageInstance, user: User, topic: str | None, level: int
) -> None:
    """Give a live stage another topic or privacy level."""
    renamed = topic is not None and topic != stage.topic
    stage.topic, stage.privacy_level = topic or stage.topic, level
    _publish(world, guild, stage, "UPDATE")
    if renamed:
        _say(world, guild.channels[stage.channel_id], user, STAGE_TOPIC, stage.topic)


def end_stage(world: World, guild: Guild, stage: StageInstance, user: User) -> None:
    """The stage is live no more; the event that it was for stands as it is."""
    del guild.stage_instances[stage.channel_id]
    event = guild.scheduled_events.get(stage.event_id or 0)
    if event is not None:
        event.entity_id = None
    _publish(world, guild, stage, "DELETE")
    _say(world, guild.channels[stage.channel_id], user, STAGE_END, stage.topic)


def follow_event(world: World, guild: Guild, event: ScheduledEvent, user: User) -> None:
    """A stage goes live with the event that was planned for it, and ends with it."""
    if event.data["entity_type"] != STAGE:
        return
    channel = guild.channels.get(int(event.data["channel_id"]))
    stage = None if channel is None else guild.stage_instances.get(channel.id)
    if event.data["status"] == ACTIVE:
        if channel is not None and stage is None:
            start_stage(world, guild, channel, user, event.data["name"], event=event)
    elif stage is not None and stage.event_id == event.id:
        end_stage(world, guild, stage, user)


def _publish(
    world: World, guild: Guild, stage: StageInstance, what: Literal["CREATE", "UPDATE", "DELETE"]
) -> None:
    world.bus.publish(Event(f"STAGE_INSTANCE_{what}", stage_json(stage), guild=guild))


def _say(
    world: World, channel: Channel, user: User, kind: int, text: str, *, notify: bool = False
) -> None:
    draft = Draft(frozenset({"content"}), content=text, allowed_mentions={"parse": []})
    message = messages.create(world, user, channel, draft, Origin(type=kind))
    message.mention_everyone = notify
    show(world, channel, message, "create")
