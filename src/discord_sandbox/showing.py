"""Messages put in their channels, and shown to whom they concern."""

from __future__ import annotations

from typing import Any, Literal

from discord_sandbox.events import Event
from discord_sandbox.model import Channel, Json, Message, User
from discord_sandbox.shapes.guilds import partial_member_json
from discord_sandbox.wire import Written, encode
from discord_sandbox.world import World


def store(channel: Channel, message: Message) -> None:
    """Let the message be there; nobody has seen it yet."""
    if message.reader_id is not None:
        channel.ephemeral[message.id] = message
        return
    channel.messages[message.id] = message
    channel.message_ids.append(message.id)
    channel.last_message_id = message.id
    if message.nonce is not None:
        channel.nonces[(message.author.id, str(message.nonce))] = (message.at_ms, message.id)
    if channel.thread is not None:
        # What begins a forum's post is not counted: its id is the post's own.
        channel.thread.sent += message.id != channel.id


def readers_of(world: World, channel: Channel, message: Message) -> frozenset[int]:
    """The ids of the users who can see the message."""
    if message.reader_id is not None:
        return frozenset({message.reader_id})
    return world.audience(channel)


def show(
    world: World, channel: Channel, message: Message, what: Literal["create", "update"]
) -> Written:
    """Show a new or changed message to those who can see it, and note that they saw it."""
    shaped = world.message_json(message, message.author.id)
    readers = readers_of(world, channel, message)
    at_ms = message.at_ms if what == "create" else world.clock.now_ms()
    raw = encode(shaped)
    world.seen.add(what, at_ms, channel.id, readers, raw)
    if message.nonce is not None:
        shaped["nonce"] = message.nonce
        raw = encode(shaped)
    if not world.bus.idle:
        world.bus.publish(
            Event(
                f"MESSAGE_{what.upper()}",
                _dispatched(world, channel, message, shaped),
                channel=channel,
                only=readers if message.reader_id is not None else None,
                message=message,
                bots=message.reader_id is None,
            )
        )
    return Written(shaped, raw)


def write_system(
    world: World,
    author: User,
    channel: Channel,
    kind: int,
    *,
    content: str = "",
    reference: Json | None = None,
    mention_ids: tuple[int, ...] = (),
) -> None:
    """Write one of the messages that Discord itself makes of what somebody did."""
    message = Message(world.ids.next(), channel.id, author, world.clock.now_ms(), content, kind)
    message.reference = reference
    message.mention_ids = mention_ids
    store(channel, message)
    show(world, channel, message, "create")


def _dispatched(world: World, channel: Channel, message: Message, shaped: Json) -> Json:
    """The message as the gateway carries it: with its server and the members it names."""
    if channel.guild_id is None:
        return {**shaped, "channel_type": channel.type}
    guild = world.guilds[channel.guild_id]
    data: dict[str, Any] = {
        **shaped,
        "guild_id": str(guild.id),
        "channel_type": channel.type,
    }
    member = guild.members.get(message.author.id)
    if member is not None and (message.webhook_id in (None, message.application_id)):
        data["member"] = partial_member_json(member)
    if message.mention_ids:
        data["mentions"] = [
            {**user, "member": partial_member_json(guild.members[user_id])}
            if user_id in guild.members
            else user
            for user_id, user in zip(message.mention_ids, shaped["mentions"], strict=True)
        ]
    return data
