"""DMs of several people. Bots are in none: at Discord they meet them as installed applications only."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.events import Event
from discord_sandbox.model import GROUP_DM, RECIPIENT_ADD, RECIPIENT_REMOVE, Channel, User
from discord_sandbox.showing import write_system
from discord_sandbox.world import World

MOST_PEOPLE = 10


def create_group_dm(world: World, owner: User, others: list[User], name: str = "") -> Channel:
    """Open a DM of the owner and others, of `MOST_PEOPLE` at most; each hears of it."""
    people = dict.fromkeys((owner.id, *(user.id for user in others)))
    channel = Channel(
        world.ids.next(), GROUP_DM, name=name, recipient_ids=tuple(people), owner_id=owner.id
    )
    world.channels[channel.id] = channel
    for user_id in people:
        world.users[user_id].groups.add(channel.id)
        _tell(world, channel, "CREATE", frozenset({user_id}))
    return channel


def add_to_group_dm(world: World, channel: Channel, by: User, user: User) -> None:
    channel.recipient_ids = (*channel.recipient_ids, user.id)
    user.groups.add(channel.id)
    _tell(world, channel, "CREATE", frozenset({user.id}))
    _tell(world, channel, "UPDATE")
    write_system(world, by, channel, RECIPIENT_ADD, mention_ids=(user.id,))


def leave_group_dm(world: World, channel: Channel, user: User) -> None:
    """The user is in it no more; who came next owns it then, and with the last it is gone."""
    channel.recipient_ids = tuple(one for one in channel.recipient_ids if one != user.id)
    user.groups.discard(channel.id)
    _tell(world, channel, "DELETE", frozenset({user.id}))
    if not channel.recipient_ids:
        del world.channels[channel.id]
        return
    if channel.owner_id == user.id:
        channel.owner_id = channel.recipient_ids[0]
    _tell(world, channel, "UPDATE")
    write_system(world, user, channel, RECIPIENT_REMOVE, mention_ids=(user.id,))


def _tell(
    world: World,
    channel: Channel,
    what: Literal["CREATE", "UPDATE", "DELETE"],
    only: frozenset[int] | None = None,
) -> None:
    for user_id in channel.recipient_ids if only is None else only:
        shaped = world.channel_json(channel, user_id)
        event = Event(
            f"CHANNEL_{what}", shaped, channel=channel, only=frozenset({user_id}), bots=False
        )
        world.bus.publish(event)
