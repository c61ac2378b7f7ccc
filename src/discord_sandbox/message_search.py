"""Which messages a search is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from discord_sandbox.model import SYSTEM_TYPES, Channel, Message
from discord_sandbox.phrases import USUAL_SLOP, skipped

_LINK = re.compile(r"https?://[^\s<>]+")
_REPLY = 19


def _embeds(message: Message, kind: str, *, named: str | None = None) -> bool:
    return any(
        embed.get("type") == kind or (named is not None and named in embed)
        for embed in message.embeds
    )


def _files(message: Message, kind: str) -> bool:
    return any((file.content_type or "").startswith(kind) for file in message.attachments)


HAS: dict[str, Callable[[Message], bool]] = {
    "link": lambda message: bool(_LINK.search(message.content)),
    "embed": lambda message: bool(message.embeds),
    "file": lambda message: bool(message.attachments),
    "image": lambda message: _files(message, "image/") or _embeds(message, "image", named="image"),
    "video": lambda message: _files(message, "video/") or _embeds(message, "video"),
    "sound": lambda message: _files(message, "audio/"),
    "sticker": lambda message: bool(message.stickers),
    "poll": lambda message: message.poll is not None,
    "snapshot": lambda message: message.forwarded is not None,
}
"""What a message can be searched for by having it."""

EMBED_TYPES: dict[str, Callable[[Message], bool]] = {
    "image": lambda message: _embeds(message, "image", named="image"),
    "video": lambda message: _embeds(message, "video", named="video"),
    "gif": lambda message: _embeds(message, "gifv"),
    "sound": lambda message: _embeds(message, "audio"),
    "article": lambda message: _embeds(message, "article"),
}

AUTHOR_TYPES: dict[str, Callable[[Message], bool]] = {
    "user": lambda message: not message.author.bot and not _by_webhook(message),
    "bot": lambda message: message.author.bot and not _by_webhook(message),
    "webhook": lambda message: _by_webhook(message),
}


def _by_webhook(message: Message) -> bool:
    """Whether a webhook wrote it; what answers an interaction is the bot's own."""
    return message.webhook_id not in (None, message.application_id)


@dataclass(slots=True)
class Wanted:
    """What is searched for. Where something is empty or None, everything fits.

    Of several values one is enough; those that begin with "-" must not fit.
    """

    words: list[str] = field(default_factory=list)
    slop: int = USUAL_SLOP
    newer_than: int = 0
    older_than: int | None = None
    channel_ids: list[int] = field(default_factory=list)
    author_ids: list[int] = field(default_factory=list)
    author_types: list[str] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    mentioned_roles: list[int] = field(default_factory=list)
    mention_everyone: bool | None = None
    replied_to_users: list[int] = field(default_factory=list)
    replied_to_messages: list[int] = field(default_factory=list)
    pinned: bool | None = None
    has: list[str] = field(default_factory=list)
    embed_types: list[str] = field(default_factory=list)
    embed_providers: list[str] = field(default_factory=list)
    link_hostnames: list[str] = field(default_factory=list)
    filenames: list[str] = field(default_factory=list)
    extensions: list[str] = field(default_factory=list)
    nsfw: bool = False


Found = tuple[Channel, Message, int]
"""A message, its channel, and how many words stand between those searched for."""


def search(channels: Iterable[Channel], wanted: Wanted) -> list[Found]:
    """What fits in these channels, of what people and bots wrote: Discord's own notes do not."""
    found = []
    for channel in channels:
        for message in channel.messages.values():
            if not _fits(wanted, channel, message):
                continue
            apart = skipped(wanted.words, message.content, wanted.slop)
            if apart is not None:
                found.append((channel, message, apart))
    return found


def _fits(wanted: Wanted, channel: Channel, message: Message) -> bool:
    newest = wanted.older_than
    return (
        message.type not in SYSTEM_TYPES
        and message.id > wanted.newer_than
        and (newest is None or message.id < newest)
        and (wanted.pinned is None or (message.pinned_ms is not None) == wanted.pinned)
        and _by_whom(wanted, message)
        and _to_whom(wanted, channel, message)
        and _chosen(HAS, wanted.has, message)
        and _chosen(EMBED_TYPES, wanted.embed_types, message)
        and _named(wanted, message)
    )


def _by_whom(wanted: Wanted, message: Message) -> bool:
    author = message.webhook_id if _by_webhook(message) else message.author.id
    return _any(wanted.author_ids, (author,)) and _chosen(
        AUTHOR_TYPES, wanted.author_types, message
    )


def _to_whom(wanted: Wanted, channel: Channel, message: Message) -> bool:
    everyone = wanted.mention_everyone
    if everyone is not None and message.mention_everyone != everyone:
        return False
    if not _any(wanted.mentions, message.mention_ids):
        return False
    if not _any(wanted.mentioned_roles, message.mention_role_ids):
        return False
    if not (wanted.replied_to_users or wanted.replied_to_messages):
        return True
    if message.type != _REPLY or message.reference is None:
        return False
    replied_id = int(message.reference["message_id"])
    replied = channel.messages.get(replied_id)
    authors = () if replied is None else (replied.author.id,)
    by_user = _any(wanted.replied_to_users, authors)
    return by_user and _any(wanted.replied_to_messages, (replied_id,))


def _named(wanted: Wanted, message: Message) -> bool:
    """Whether it has the links, embeds and files of the names that are searched for."""
    names = [file.filename for file in message.attachments]
    return (
        _any(wanted.link_hostnames, _hostnames(message) if wanted.link_hostnames else ())
        and _any(wanted.embed_providers, [_provider(embed) for embed in message.embeds])
        and _any(wanted.filenames, names)
        and _any(wanted.extensions, [name.rpartition(".")[2] for name in names if "." in name])
    )


def _hostnames(message: Message) -> list[str]:
    hosts = []
    for link in _LINK.findall(message.content):
        try:
            hosts.append(urlsplit(link).hostname or "")
        except ValueError:
            continue
    return hosts


def _provider(embed: dict[str, object]) -> object:
    provider = embed.get("provider")
    return provider.get("name") if isinstance(provider, dict) else None


def _any(wanted: Collection[object], there: Iterable[object]) -> bool:
    return not wanted or any(one in wanted for one in there)


def _chosen(
    kinds: dict[str, Callable[[Message], bool]], names: list[str], message: Message
) -> bool:
    """Whether one of the kinds fits, and none of those with a minus."""
    those = [name for name in names if not name.startswith("-")]
    if any(kinds[name[1:]](message) for name in names if name.startswith("-")):
        return False
    return not those or any(kinds[name](message) for name in those)
