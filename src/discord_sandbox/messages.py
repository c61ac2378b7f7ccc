"""Messages: written, edited, deleted, and shown to whom it concerns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from discord_sandbox import permissions
from discord_sandbox.attachments import attach, resolve_uploads
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.model import (
    EPHEMERAL,
    IS_COMPONENTS_V2,
    LOADING,
    SUPPRESS_EMBEDS,
    Channel,
    Json,
    Message,
    User,
)
from discord_sandbox.shapes.guilds import partial_member_json
from discord_sandbox.shapes.messages import mentioned_roles, mentioned_users
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.message import Draft
from discord_sandbox.wire import Written, encode
from discord_sandbox.world import World


@dataclass(slots=True)
class Origin:
    """What a message came from, if not plainly from a user: a webhook, or an interaction."""

    application_id: int | None = None
    webhook_id: int | None = None
    webhook_name: str | None = None
    interaction: Json | None = None
    reader_id: int | None = None
    type: int = 0
    flags: int = 0


_PLAIN = Origin()


def check_can_send(world: World, author: User, channel: Channel, draft: Draft) -> None:
    """Raises ApiError 50001 or 50013 for what permissions do not let the author send."""
    needed = permissions.SEND_MESSAGES
    if channel.thread is not None:
        needed = permissions.SEND_MESSAGES_IN_THREADS
    if draft.embeds and author.bot:
        needed |= permissions.EMBED_LINKS
    if draft.uploads:
        needed |= permissions.ATTACH_FILES
    if draft.tts:
        needed |= permissions.SEND_TTS_MESSAGES
    if draft.reference is not None:
        needed |= permissions.READ_MESSAGE_HISTORY
    world.require(author.id, channel, needed)


def repeated(world: World, author: User, channel: Channel, draft: Draft) -> Message | None:
    """The message that was already made with this nonce, where the draft asks to look.

    Raises ApiError 10008 when that message has been deleted since.
    """
    if draft.nonce is None:
        return None
    oldest = world.clock.now_ms() - world.nonce_window_ms
    nonces = channel.nonces
    while nonces:
        first = next(iter(nonces))
        if nonces[first][0] > oldest:
            break
        del nonces[first]
    if not draft.enforce_nonce:
        return None
    known = nonces.get((author.id, str(draft.nonce)))
    # After the clock was set back a nonce can lie in the future: it still counts.
    if known is None or known[0] <= oldest:
        return None
    if known[1] not in channel.messages:
        raise ApiError(10008)
    return channel.messages[known[1]]


def create(
    world: World, author: User, channel: Channel, draft: Draft, origin: Origin = _PLAIN
) -> Message:
    """Write the message. Raises ApiError 50006 when there is nothing in it."""
    if draft.empty and not origin.flags & LOADING:
        raise ApiError(50006)
    at_ms = world.clock.now_ms()
    # By position: by name it would take twice as long, and every message comes by here.
    message = Message(
        world.ids.next(at_ms),
        channel.id,
        author,
        at_ms,
        draft.content,
        origin.type,
        draft.flags | origin.flags,
        draft.tts,
        draft.embeds,
        draft.components,
        nonce=draft.nonce,
    )
    if origin is not _PLAIN:
        message.application_id = origin.application_id
        message.webhook_id = origin.webhook_id
        message.webhook_name = origin.webhook_name
        message.interaction = origin.interaction
        message.reader_id = origin.reader_id
    if draft.uploads or draft.attachments:
        attach(world, message, draft)
    if draft.embeds or draft.components:
        resolve_uploads(world, message)
    if draft.reference is not None:
        _refer(channel, message, draft.reference)
    if draft.reference is not None or draft.components or "@" in draft.content:
        _mention(world, channel, message, draft.allowed_mentions)
    _store(channel, message)
    return message


def create_and_show(
    world: World, author: User, channel: Channel, draft: Draft, origin: Origin = _PLAIN
) -> tuple[Message, Written]:
    """Write the message and show it; answers it with its JSON, the nonce included."""
    message = create(world, author, channel, draft, origin)
    return message, show(world, channel, message, "create")


def _store(channel: Channel, message: Message) -> None:
    if message.reader_id is not None:
        channel.ephemeral[message.id] = message
        return
    channel.messages[message.id] = message
    channel.message_ids.append(message.id)
    channel.last_message_id = message.id
    if message.nonce is not None:
        channel.nonces[(message.author.id, str(message.nonce))] = (message.at_ms, message.id)
    if channel.thread is not None:
        channel.thread.sent += 1
        channel.thread.archived = False


def _refer(channel: Channel, message: Message, reference: Json) -> None:
    """Make it a reply. Raises ApiError 50035 where there is nothing to reply to."""
    target_id = parse_snowflake(reference.get("message_id"))
    if reference.get("type", 0) != 0:
        raise ApiError(0, status=501, message="Forwarding is not implemented by the sandbox")
    if target_id is None or target_id not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    message.type = 19
    message.reference = {
        "type": 0,
        "channel_id": str(channel.id),
        "message_id": str(target_id),
    }
    if channel.guild_id is not None:
        message.reference["guild_id"] = str(channel.guild_id)


def _mention(world: World, channel: Channel, message: Message, allowed: Json | None) -> None:
    """Work out whom the message mentions, within what `allowed` lets it."""
    text = message.content
    if message.flags & IS_COMPONENTS_V2:
        text = "\n".join(_displayed(message.components))
    users = [found for found in mentioned_users(text) if found in world.users]
    roles = mentioned_roles(text)
    everyone = "@everyone" in text or "@here" in text
    replied = None
    if message.reference is not None:
        replied = channel.messages[int(message.reference["message_id"])].author.id
    if allowed is not None:
        users = _allowed(users, "users", allowed)
        roles = _allowed(roles, "roles", allowed)
        everyone = everyone and "everyone" in (allowed.get("parse") or ())
        if not allowed.get("replied_user", False):
            replied = None
    if replied is not None and replied not in users:
        users.append(replied)
    if channel.guild_id is None:
        roles, everyone = [], False
    elif roles or everyone:
        guild = world.guilds[channel.guild_id]
        may = world.permissions(message.author.id, channel) & permissions.MENTION_EVERYONE
        roles = [r for r in roles if r in guild.roles and (may or guild.roles[r].mentionable)]
        everyone = everyone and bool(may)
    message.mention_ids = tuple(users)
    message.mention_role_ids = tuple(roles)
    message.mention_everyone = everyone


def _allowed(found: list[int], kind: str, allowed: Json) -> list[int]:
    if kind in (allowed.get("parse") or ()):
        return found
    named = {parse_snowflake(one) for one in allowed.get(kind) or ()}
    return [one for one in found if one in named]


def _displayed(components: Iterable[Json]) -> list[str]:
    """The texts of components v2."""
    texts = []
    for part in components:
        if part["type"] == 10:
            texts.append(part["content"])
        texts += _displayed(part.get("components", []))
    return texts


def edit(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    """Change what the draft names. Raises ApiError 50006 when nothing would be left."""
    v2 = bool((message.flags | draft.flags) & IS_COMPONENTS_V2)
    was = message.content, message.embeds, message.components, message.attachments
    if "content" in draft.given:
        message.content = draft.content
    if "embeds" in draft.given:
        message.embeds = draft.embeds
    if "components" in draft.given:
        message.components = draft.components
    if v2 and not message.flags & IS_COMPONENTS_V2:
        message.content, message.embeds = "", ()
    if "attachments" in draft.given or draft.uploads:
        attach(world, message, draft)
    if not (message.content or message.embeds or message.components or message.attachments):
        message.content, message.embeds, message.components, message.attachments = was
        raise ApiError(50006)
    resolve_uploads(world, message)
    if "flags" in draft.given:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | draft.flags
    message.flags &= ~LOADING
    message.edited_ms = world.clock.now_ms()
    if "content" in draft.given or "components" in draft.given:
        _mention(world, channel, message, draft.allowed_mentions)


def edit_and_show(world: World, channel: Channel, message: Message, draft: Draft) -> Written:
    """Change the message, show the change, and answer the message's JSON."""
    edit(world, channel, message, draft)
    return show(world, channel, message, "update")


def delete(world: World, channel: Channel, message: Message) -> None:
    """The message is gone, for everybody who saw it."""
    readers = _readers(world, channel, message)
    if message.reader_id is not None:
        channel.ephemeral.pop(message.id, None)
    elif channel.messages.pop(message.id, None) is not None:
        at = bisect_left(channel.message_ids, message.id)
        del channel.message_ids[at]
        if channel.last_message_id == message.id and channel.message_ids:
            channel.last_message_id = channel.message_ids[-1]
    gone: Json = {"id": str(message.id), "channel_id": str(channel.id)}
    world.seen.add("delete", world.clock.now_ms(), channel.id, readers, encode(gone))
    if channel.guild_id is not None:
        gone["guild_id"] = str(channel.guild_id)
    only = readers if message.reader_id is not None else None
    world.bus.publish(Event("MESSAGE_DELETE", gone, channel=channel, only=only, bots=only is None))


def _readers(world: World, channel: Channel, message: Message) -> frozenset[int]:
    if message.reader_id is not None:
        return frozenset({message.reader_id})
    return world.audience(channel)


def show(
    world: World, channel: Channel, message: Message, what: Literal["create", "update"]
) -> Written:
    """Show a new or changed message to those who can see it, and note that they saw it."""
    shaped = world.message_json(message, message.author.id)
    readers = _readers(world, channel, message)
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


def is_ephemeral(flags: int) -> bool:
    return bool(flags & EPHEMERAL)
