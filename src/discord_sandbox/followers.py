"""Announcement channels: followed into others, which get copies of what is published in them."""

from __future__ import annotations

from collections.abc import Iterable

from discord_sandbox.errors import ApiError
from discord_sandbox.model import (
    CHANNEL_FOLLOWED,
    CROSSPOSTED,
    FOLLOWER_WEBHOOK,
    GUILD_ANNOUNCEMENT,
    GUILD_TEXT,
    IS_COMPONENTS_V2,
    IS_CROSSPOST,
    IS_VOICE_MESSAGE,
    SOURCE_MESSAGE_DELETED,
    SUPPRESS_EMBEDS,
    Attachment,
    Channel,
    Json,
    Message,
    User,
    Webhook,
)
from discord_sandbox.permissions import (
    MANAGE_MESSAGES,
    MANAGE_WEBHOOKS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from discord_sandbox.references import copied, reference_json
from discord_sandbox.showing import show, store, write_system
from discord_sandbox.webhooks import LONGEST_NAME, create_webhook, followers_of
from discord_sandbox.wire import Written
from discord_sandbox.world import World

_PLAIN = 0
_KEPT_FLAGS = SUPPRESS_EMBEDS | IS_COMPONENTS_V2 | IS_VOICE_MESSAGE


def follow(world: World, user: User, source: Channel, target: Channel) -> Webhook:
    """Have what is published in one channel appear in the other, and say so there.

    Raises ApiError 50024 for a channel that cannot be followed or cannot follow, 50001 or 50013
    where the user lacks rights, 30007 for one webhook too many.
    """
    world.require(user.id, source, VIEW_CHANNEL)
    world.require(user.id, target, MANAGE_WEBHOOKS)
    if source.type != GUILD_ANNOUNCEMENT or source.guild_id is None or target.type != GUILD_TEXT:
        raise ApiError(50024)
    name = f"{world.guilds[source.guild_id].name} #{source.name}"[:LONGEST_NAME]
    webhook = create_webhook(world, target, user, name, kind=FOLLOWER_WEBHOOK, source=source)
    about = reference_json(source, None)
    write_system(world, user, target, CHANNEL_FOLLOWED, content=name, reference=about)
    return webhook


def check_may_publish(world: World, user_id: int, channel: Channel, message: Message) -> None:
    """Raises ApiError 50024 elsewhere than in an announcement channel, 50001 or 50013 where the
    user may not, 40033 for what is published already, 50068 for what cannot be.
    """
    if channel.type != GUILD_ANNOUNCEMENT:
        raise ApiError(50024)
    own = message.author.id == user_id and message.webhook_id in (None, message.application_id)
    needed = SEND_MESSAGES if own else SEND_MESSAGES | MANAGE_MESSAGES
    world.require(user_id, channel, needed)
    if message.flags & CROSSPOSTED:
        raise ApiError(40033)
    if message.type != _PLAIN or message.poll is not None or message.reference is not None:
        raise ApiError(50068)


def publish(world: World, channel: Channel, message: Message) -> Written:
    """Let a message, which may be published, appear wherever its channel is followed."""
    message.flags |= CROSSPOSTED
    shown = show(world, channel, message, "update")
    copies = []
    for webhook in followers_of(world, channel):
        target = world.channels[webhook.channel_id]
        copy = _copy(world, channel, message, webhook)
        store(target, copy)
        show(world, target, copy, "create")
        copies.append((target.id, copy.id))
    if copies:
        channel.published[message.id] = copies
    return shown


def _copy(world: World, channel: Channel, message: Message, webhook: Webhook) -> Message:
    """It is the webhook's, under its name, and mentions nobody."""
    at_ms = world.clock.now_ms()
    copy = Message(
        world.ids.next(at_ms), webhook.channel_id, world.users[webhook.creator_id], at_ms
    )
    copy.webhook_id, copy.webhook_name = webhook.id, webhook.name
    copy.webhook_avatar = webhook.avatar
    copy.reference = reference_json(channel, message.id)
    _say_the_same(world, message, copy)
    return copy


def _say_the_same(world: World, message: Message, copy: Message) -> None:
    copy.content = message.content
    copy.embeds = message.embeds
    copy.stickers, copy.theme = message.stickers, message.theme
    copy.components = tuple(_passive(message.components))
    copy.flags = message.flags & _KEPT_FLAGS | IS_CROSSPOST
    copy.attachments = tuple(_file(world, copy, file) for file in message.attachments)


def _file(world: World, copy: Message, file: Attachment) -> Attachment:
    """The copy's own file where it has this one already."""
    for known in copy.attachments:
        if known.filename == file.filename and known.content == file.content:
            return known
    return copied(world, file)


def _passive(components: Iterable[Json]) -> list[Json]:
    """What of components does nothing when it is pressed: who made them is not asked elsewhere."""
    kept = []
    for part in components:
        if "custom_id" in part:
            continue
        inner = _passive(part.get("components", ()))
        if "custom_id" in (part.get("accessory") or {}):
            kept += inner
        elif "components" not in part:
            kept.append(part)
        elif inner:
            kept.append({**part, "components": inner})
    return kept


def _copies(world: World, channel: Channel, message: Message) -> Iterable[tuple[Channel, Message]]:
    """The copies that are still there."""
    for channel_id, message_id in channel.published.get(message.id, ()):
        target = world.channels.get(channel_id)
        copy = None if target is None else target.messages.get(message_id)
        if target is not None and copy is not None:
            yield target, copy


def update_copies(world: World, channel: Channel, message: Message) -> None:
    """Let the copies of a published message say what it says now."""
    for target, copy in _copies(world, channel, message):
        _say_the_same(world, message, copy)
        copy.edited_ms = message.edited_ms
        show(world, target, copy, "update")


def empty_copies(world: World, channel: Channel, message: Message) -> None:
    """A published message is deleted: of its copies only that they were there is left."""
    for target, copy in _copies(world, channel, message):
        copy.content, copy.embeds, copy.components, copy.attachments = "", (), (), ()
        copy.stickers, copy.theme = (), None
        copy.flags = IS_CROSSPOST | SOURCE_MESSAGE_DELETED
        show(world, target, copy, "update")
    channel.published.pop(message.id, None)
