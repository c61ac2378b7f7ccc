"""Messages that refer to others: replies, and forwards, which keep what they forward."""

from __future__ import annotations

from dataclasses import replace

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.gateway.intents import MESSAGE_CONTENT
from discord_sandbox.model import (
    HAS_SNAPSHOT,
    Attachment,
    Channel,
    Json,
    Message,
    Snapshot,
    User,
)
from discord_sandbox.shapes.messages import snapshot_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.message import Draft
from discord_sandbox.world import World

REPLY, FORWARD = 0, 1
_FORWARDABLE = frozenset({0, 19, 20, 23})
"""What people and bots wrote: plainly, as replies, and as answers to commands."""


def is_forward(reference: Json | None) -> bool:
    return reference is not None and reference.get("type") == FORWARD


def refer(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    """Make it the reply or the forward that the draft says.

    Raises ApiError 50035 where there is nothing to reply to, and what `_forward` does.
    """
    assert draft.reference is not None
    kind = draft.reference.get("type") or REPLY
    if kind == FORWARD:
        _forward(world, message, draft)
    else:
        _reply(channel, message, draft.reference)


def _reply(channel: Channel, message: Message, reference: Json) -> None:
    target_id = parse_snowflake(reference.get("message_id"))
    if target_id is None or target_id not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    message.type = 19
    message.reference = reference_json(channel, target_id)


def reference_json(channel: Channel, message_id: int | None, kind: int = REPLY) -> Json:
    """What refers to a message, or without one to its channel."""
    shaped: Json = {"type": kind, "channel_id": str(channel.id)}
    if message_id is not None:
        shaped["message_id"] = str(message_id)
    if channel.guild_id is not None:
        shaped["guild_id"] = str(channel.guild_id)
    return shaped


def _forward(world: World, message: Message, draft: Draft) -> None:
    """Keep what the other message says now.

    Raises ApiError 50001 or 160009 where the author cannot read it, 160014 for a bot that is not
    given its content, 50068 for what cannot be forwarded, 50035 for text beside a forward.
    """
    reference = draft.reference or {}
    if draft.content or draft.embeds or draft.components or draft.uploads or draft.poll:
        # That it is refused is known, and how the error is worded is not.
        text = "A forwarded message has no content of its own."
        raise invalid(("message_reference",), "MESSAGE_REFERENCE_FORWARD_CONTENT", text)
    source_id = parse_snowflake(reference.get("channel_id"))
    if source_id is None:
        path = ("message_reference", "channel_id")
        raise invalid(path, "BASE_TYPE_REQUIRED", "This field is required")
    source = world.channel(source_id)
    granted = world.require(message.author.id, source, permissions.VIEW_CHANNEL)
    if not granted & permissions.READ_MESSAGE_HISTORY:
        raise ApiError(160009)
    original = source.messages.get(parse_snowflake(reference.get("message_id")) or 0)
    if original is None:
        raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if original.type not in _FORWARDABLE or original.poll is not None:
        raise ApiError(50068)
    if not _reads(world, message.author, source, original):
        raise ApiError(160014)
    message.reference = reference_json(source, original.id, FORWARD)
    message.forwarded = _snapshot(world, original)
    message.flags |= HAS_SNAPSHOT


def _reads(world: World, author: User, source: Channel, original: Message) -> bool:
    """Whether the author is given the message's content, which bots are not without the intent."""
    if author.application_id is None or source.guild_id is None:
        return True
    intents = world.applications[author.application_id].privileged_intents
    own = original.author.id == author.id or author.id in original.mention_ids
    return own or bool(intents & MESSAGE_CONTENT)


def _snapshot(world: World, original: Message) -> Snapshot:
    if original.forwarded is not None:
        # What is forwarded again is what was forwarded first.
        first = original.forwarded
        return Snapshot(first.data, [copied(world, file) for file in first.attachments])
    return Snapshot(
        snapshot_json(original, world.users),
        [copied(world, file) for file in original.attachments],
    )


def copied(world: World, file: Attachment) -> Attachment:
    """The file under an address of its own, which stays when the first message is deleted."""
    return replace(file, id=world.ids.next(), ephemeral=False)
