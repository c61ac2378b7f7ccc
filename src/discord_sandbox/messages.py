"""Messages: written, edited, deleted, and shown to whom it concerns."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from discord_sandbox import permissions
from discord_sandbox.attachments import attach, resolve_uploads
from discord_sandbox.emojis import settle_in_components
from discord_sandbox.errors import ApiError, NotImplementedBySandbox
from discord_sandbox.events import Event
from discord_sandbox.followers import empty_copies, update_copies
from discord_sandbox.mentions import mention
from discord_sandbox.model import (
    CROSSPOSTED,
    EPHEMERAL,
    GUILD_CATEGORY,
    IS_COMPONENTS_V2,
    IS_VOICE_MESSAGE,
    LOADING,
    SUPPRESS_EMBEDS,
    Channel,
    Json,
    Message,
    User,
)
from discord_sandbox.polls import open_poll
from discord_sandbox.references import is_forward, refer
from discord_sandbox.showing import readers_of, show, store
from discord_sandbox.stickers import items_of
from discord_sandbox.threads import check_open, wake
from discord_sandbox.validate.message import Draft, check_cleared
from discord_sandbox.wire import Written, encode
from discord_sandbox.world import World


@dataclass(slots=True)
class Origin:
    """What a message came from, if not plainly from a user: a webhook, or an interaction."""

    application_id: int | None = None
    webhook_id: int | None = None
    webhook_name: str | None = None
    webhook_avatar: str | None = None
    interaction: Json | None = None
    reader_id: int | None = None
    type: int = 0
    flags: int = 0
    activity: Json | None = None
    message_id: int | None = None
    """The message's id, where it is settled already."""


_PLAIN = Origin()


def check_can_send(
    world: World, author: User, channel: Channel, draft: Draft, *, post: bool = False
) -> None:
    """Whether the author may send this here; `post` says that it begins a post of a forum.

    Raises ApiError 50001, 50013 or 50173 for what permissions do not allow, 40058 for a message in a
    forum, 50008 for one in a category, 160005 where only moderators may write in a thread.
    """
    needed = permissions.SEND_MESSAGES
    if channel.thread is not None:
        needed = permissions.SEND_MESSAGES_IN_THREADS
    if draft.tts:
        needed |= permissions.SEND_TTS_MESSAGES
    if not draft.plain:
        needed |= _needed_for(author, draft)
        if draft.flags & IS_VOICE_MESSAGE:
            _check_voice(world, author, channel)
    granted = world.require(author.id, channel, needed)
    locked = channel.thread is not None and channel.thread.locked
    if locked and not granted & permissions.MANAGE_THREADS:
        raise ApiError(160005)
    if channel.forum is not None and not post:
        raise ApiError(40058)
    if channel.type == GUILD_CATEGORY:
        raise ApiError(50008)


def _check_voice(world: World, author: User, channel: Channel) -> None:
    """Raises ApiError 50001 or 50173."""
    if not world.require(author.id, channel, 0) & permissions.SEND_VOICE_MESSAGES:
        raise ApiError(50173)


def _needed_for(author: User, draft: Draft) -> int:
    """The permissions that one needs for what a message has besides its text."""
    needed = 0
    if draft.embeds and author.bot:
        needed |= permissions.EMBED_LINKS
    if draft.uploads:
        needed |= permissions.ATTACH_FILES
    if draft.reference is not None and not is_forward(draft.reference):
        needed |= permissions.READ_MESSAGE_HISTORY
    if draft.poll is not None:
        needed |= permissions.SEND_POLLS
    return needed


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
    """Write the message; a thread is open after it.

    Raises ApiError 50006 when there is nothing in it, 50083 where only moderators open the thread.
    """
    if not (draft.content or origin.flags & LOADING or origin.activity) and draft.empty:
        raise ApiError(50006)
    if channel.thread is not None:
        wake(world, channel)
    at_ms = world.clock.now_ms()
    # By position: by name it would take twice as long, and every message comes by here.
    message = Message(
        origin.message_id or world.ids.next(at_ms),
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
        message.webhook_avatar = origin.webhook_avatar
        message.interaction = origin.interaction
        message.activity = origin.activity
        message.reader_id = origin.reader_id
    if not draft.plain:
        _add(world, channel, message, draft)
    if draft.reference is not None or draft.components or "@" in draft.content:
        mention(world, channel, message, draft.allowed_mentions)
    store(channel, message)
    return message


def _add(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    """Give a new message what it has besides its text, and what has to be looked up."""
    if draft.sticker_ids:
        message.stickers = items_of(world, channel, draft.sticker_ids)
    message.theme = draft.theme
    if draft.uploads or draft.attachments:
        attach(world, message, draft)
    if draft.components:
        settle_in_components(world, message.author, draft.components)
    if draft.embeds or draft.components:
        resolve_uploads(world, message)
    if draft.reference is not None:
        refer(world, channel, message, draft)
    if draft.poll is not None:
        open_poll(world, channel, message, draft.poll)


def create_and_show(
    world: World, author: User, channel: Channel, draft: Draft, origin: Origin = _PLAIN
) -> tuple[Message, Written]:
    """Write the message and show it; answers it with its JSON, the nonce included."""
    message = create(world, author, channel, draft, origin)
    return message, show(world, channel, message, "create")


def edit(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    """Change what the draft names.

    Raises ApiError 50006 when nothing would be left, 50035 for what components v2 leave no room
    for, 50162 for a voice message, 50080 for other stickers, 50083 in an archived thread, 520003
    for a poll, which comes at first or with the answer that was deferred.
    """
    check_open(channel)
    _check_change(message, draft)
    settle_in_components(world, message.author, draft.components)
    if message.poll is not None or draft.poll is not None:
        _edit_poll(world, channel, message, draft)
    was = message.content, message.embeds, message.components, message.attachments
    if "content" in draft.given:
        message.content = draft.content
    if "embeds" in draft.given:
        message.embeds = draft.embeds
    if "components" in draft.given:
        message.components = draft.components
    if "attachments" in draft.given or draft.uploads:
        attach(world, message, draft)
    said = message.content or message.embeds or message.components or message.attachments
    kept = message.stickers or message.poll is not None or message.forwarded is not None
    if not said and not kept:
        message.content, message.embeds, message.components, message.attachments = was
        raise ApiError(50006)
    resolve_uploads(world, message)
    if "flags" in draft.given:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | draft.flags
    message.flags &= ~LOADING
    message.edited_ms = world.clock.now_ms()
    if "content" in draft.given or "components" in draft.given:
        mention(world, channel, message, draft.allowed_mentions)


def _check_change(message: Message, draft: Draft) -> None:
    """Raises ApiError 50035, 50080 or 50162, or NotImplementedBySandbox for another theme."""
    if draft.theme is not None:
        raise NotImplementedBySandbox("`shared_client_theme` of an edit")
    if message.flags & IS_VOICE_MESSAGE:
        raise ApiError(50162)
    if draft.sticker_ids and draft.sticker_ids != tuple(int(s["id"]) for s in message.stickers):
        raise ApiError(50080)
    if draft.flags & ~message.flags & IS_COMPONENTS_V2:
        check_cleared(
            draft.content if "content" in draft.given else message.content,
            draft.embeds if "embeds" in draft.given else message.embeds,
        )


def _edit_poll(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    if message.poll is not None or draft.poll is None or not message.flags & LOADING:
        raise ApiError(520003)
    open_poll(world, channel, message, draft.poll)


def edit_and_show(world: World, channel: Channel, message: Message, draft: Draft) -> Written:
    """Change the message, show the change, and answer the message's JSON."""
    edit(world, channel, message, draft)
    return show_changed(world, channel, message)


def show_changed(world: World, channel: Channel, message: Message) -> Written:
    """Show a change of the message, also in the copies that were made when it was published."""
    if message.flags & CROSSPOSTED:
        update_copies(world, channel, message)
    return show(world, channel, message, "update")


def delete(world: World, channel: Channel, message: Message) -> None:
    """The message is gone, for everybody who saw it."""
    only = frozenset({message.reader_id}) if message.reader_id is not None else None
    gone = _remove(world, channel, message)
    world.bus.publish(Event("MESSAGE_DELETE", gone, channel=channel, only=only, bots=only is None))


def delete_many(world: World, channel: Channel, several: list[Message]) -> None:
    """These messages, which are none for one reader only, are gone at once."""
    gone = [_remove(world, channel, message) for message in several]
    if not gone:
        return
    data: Json = {"ids": [one["id"] for one in gone], "channel_id": str(channel.id)}
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    world.bus.publish(Event("MESSAGE_DELETE_BULK", data, channel=channel))


def _remove(world: World, channel: Channel, message: Message) -> Json:
    """Take a message out of its channel; answers what there is to tell of that."""
    readers = readers_of(world, channel, message)
    if message.reader_id is not None:
        channel.ephemeral.pop(message.id, None)
    elif channel.messages.pop(message.id, None) is not None:
        at = bisect_left(channel.message_ids, message.id)
        del channel.message_ids[at]
        if channel.last_message_id == message.id and channel.message_ids:
            channel.last_message_id = channel.message_ids[-1]
    if message.flags & CROSSPOSTED:
        empty_copies(world, channel, message)
    gone: Json = {"id": str(message.id), "channel_id": str(channel.id)}
    world.seen.add("delete", world.clock.now_ms(), channel.id, readers, encode(gone))
    if channel.guild_id is not None:
        gone["guild_id"] = str(channel.guild_id)
    return gone


def is_ephemeral(flags: int) -> bool:
    return bool(flags & EPHEMERAL)
