"""Reactions and pins on messages."""

from __future__ import annotations

from urllib.parse import unquote

from discord_sandbox import permissions
from discord_sandbox.clock import iso
from discord_sandbox.emojis import usable_emoji
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import (
    PINNED_MESSAGE,
    SYSTEM_TYPES,
    Channel,
    Json,
    Message,
    Reaction,
    User,
)
from discord_sandbox.shapes.emojis import partial_emoji_json
from discord_sandbox.shapes.guilds import member_json
from discord_sandbox.showing import show, write_system
from discord_sandbox.threads import check_open
from discord_sandbox.world import World

MOST_KINDS = 20
MOST_PINS = 250


def parse_emoji(text: str) -> tuple[str, Json]:
    """The key and the object of an emoji as routes name it: a character, or name:id.

    Raises ApiError 10014 for something that can be neither.
    """
    name = unquote(text)
    if name.isascii():
        word, colon, found = name.rpartition(":")
        if not colon or not found.isdigit() or not word:
            raise ApiError(10014)
        return found, {"id": found, "name": word.rpartition(":")[2]}
    return name, {"id": None, "name": name}


def check_may_react(
    world: World, user_id: int, channel: Channel, message: Message, emoji: str
) -> None:
    """To join a reaction that is there needs no permission to add it, nor its emoji.

    Raises ApiError 50001 or 50013, 10014 for an emoji that the user cannot use.
    """
    key, shaped = parse_emoji(emoji)
    needed = permissions.READ_MESSAGE_HISTORY
    if key not in message.reactions:
        needed |= permissions.ADD_REACTIONS
    world.require(user_id, channel, needed)
    if key not in message.reactions and shaped["id"] is not None:
        _check_custom(world, user_id, channel, int(key))
    if world.is_timed_out(user_id, channel):
        raise ApiError(50013)


def _check_custom(world: World, user_id: int, channel: Channel, emoji_id: int) -> None:
    found = usable_emoji(world, world.user(user_id), emoji_id)
    if found is None:
        raise ApiError(10014)
    _, home = found
    if home is not None and home.id != channel.guild_id:
        world.require(user_id, channel, permissions.USE_EXTERNAL_EMOJIS)


def check_may_pin(world: World, user_id: int, channel: Channel) -> None:
    """Raises ApiError 50001 or 50013."""
    granted = world.require(user_id, channel, permissions.VIEW_CHANNEL)
    if not granted & (permissions.PIN_MESSAGES | permissions.MANAGE_MESSAGES):
        raise ApiError(50013)


def react(world: World, channel: Channel, message: Message, user_id: int, emoji: str) -> None:
    """Add a user's reaction. Raises ApiError 30010 for a 21st kind, 50083 in an archived thread."""
    check_open(channel)
    key, shaped = parse_emoji(emoji)
    reaction = message.reactions.get(key)
    if reaction is None:
        custom = (
            None if shaped["id"] is None else usable_emoji(world, world.user(user_id), int(key))
        )
        if custom is not None:
            shaped = partial_emoji_json(custom[0])
        if len(message.reactions) >= MOST_KINDS:
            raise ApiError(30010)
        reaction = message.reactions[key] = Reaction(shaped)
    if user_id in reaction.user_ids:
        return
    reaction.user_ids[user_id] = None
    data = _reacted(channel, message, user_id, reaction.emoji)
    data["message_author_id"] = str(message.author.id)
    if channel.guild_id is not None:
        member = world.guilds[channel.guild_id].members.get(user_id)
        if member is not None:
            data["member"] = member_json(member)
    world.bus.publish(Event("MESSAGE_REACTION_ADD", data, channel=channel))


def unreact(world: World, channel: Channel, message: Message, user_id: int, emoji: str) -> None:
    """Take a user's reaction away. Raises ApiError 10014 where there is none."""
    key, _ = parse_emoji(emoji)
    reaction = message.reactions.get(key)
    if reaction is None or user_id not in reaction.user_ids:
        raise ApiError(10014)
    del reaction.user_ids[user_id]
    if not reaction.user_ids:
        del message.reactions[key]
    data = _reacted(channel, message, user_id, reaction.emoji)
    world.bus.publish(Event("MESSAGE_REACTION_REMOVE", data, channel=channel))


def _reacted(channel: Channel, message: Message, user_id: int, emoji: Json) -> Json:
    data: Json = {
        "user_id": str(user_id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "emoji": emoji,
        "burst": False,
        "type": 0,
    }
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    return data


def clear(world: World, channel: Channel, message: Message, emoji: str | None = None) -> None:
    """Take away all reactions, or all of one kind. Raises ApiError 10014."""
    data: Json = {"channel_id": str(channel.id), "message_id": str(message.id)}
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    if emoji is None:
        message.reactions.clear()
        world.bus.publish(Event("MESSAGE_REACTION_REMOVE_ALL", data, channel=channel))
        return
    key, _ = parse_emoji(emoji)
    gone = message.reactions.pop(key, None)
    if gone is None:
        raise ApiError(10014)
    data["emoji"] = gone.emoji
    world.bus.publish(Event("MESSAGE_REACTION_REMOVE_EMOJI", data, channel=channel))


def set_pinned(world: World, channel: Channel, message: Message, by: User, *, pinned: bool) -> None:
    """Pin or unpin; the channel is told who pinned.

    Raises ApiError 30003 for a 251st pin, 50021 for what Discord itself wrote, 50083 in an
    archived thread.
    """
    check_open(channel)
    if message.type in SYSTEM_TYPES:
        raise ApiError(50021)
    if pinned == (message.pinned_ms is not None):
        return
    if pinned and len(pins(channel)) >= MOST_PINS:
        raise ApiError(30003)
    now_ms = world.clock.now_ms()
    message.pinned_ms = now_ms if pinned else None
    if pinned:
        channel.last_pin_ms = now_ms
    show(world, channel, message, "update")
    data: Json = {"channel_id": str(channel.id), "last_pin_timestamp": iso(now_ms)}
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    world.bus.publish(Event("CHANNEL_PINS_UPDATE", data, channel=channel))
    if pinned:
        reference = {"type": 0, **data, "message_id": str(message.id)}
        del reference["last_pin_timestamp"]
        write_system(world, by, channel, PINNED_MESSAGE, reference=reference)


def pins(channel: Channel) -> list[Message]:
    """The pinned messages, the last pinned first."""
    found = [message for message in channel.messages.values() if message.pinned_ms is not None]
    return sorted(found, key=lambda message: message.pinned_ms or 0, reverse=True)
