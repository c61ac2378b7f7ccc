"""Slowmode: how long a member waits between two messages in a channel, or two posts of a forum."""

from __future__ import annotations

from collections.abc import Iterator

from discord_sandbox.errors import TooFast
from discord_sandbox.model import SYSTEM_TYPES, Channel, User
from discord_sandbox.permissions import BYPASS_SLOWMODE, MANAGE_CHANNELS, MANAGE_MESSAGES
from discord_sandbox.world import World


def check_slowmode(world: World, author: User, channel: Channel) -> None:
    """Raises TooFast, code 20016, for one who has just written; bots and moderators need not wait."""
    wait_ms = channel.rate_limit_per_user * 1_000
    if not wait_ms or author.bot:
        return
    unhindered = MANAGE_MESSAGES | MANAGE_CHANNELS | BYPASS_SLOWMODE
    if world.permissions(author.id, channel) & unhindered:
        return
    now_ms = world.clock.now_ms()
    written = _messages(channel) if channel.forum is None else _posts(world, channel)
    for author_id, at_ms in written:
        since_ms = now_ms - at_ms
        if since_ms >= wait_ms:
            return
        if author_id == author.id:
            raise TooFast(20016, (wait_ms - max(since_ms, 0)) / 1_000)


def _messages(channel: Channel) -> Iterator[tuple[int | None, int]]:
    """Who wrote in a channel and when, the newest first; nobody where a program did."""
    for message_id in reversed(channel.message_ids):
        message = channel.messages[message_id]
        own = message.webhook_id is None and message.type not in SYSTEM_TYPES
        yield message.author.id if own else None, message.at_ms


def _posts(world: World, forum: Channel) -> Iterator[tuple[int | None, int]]:
    """Who began a post of a forum and when, the newest first."""
    assert forum.guild_id is not None
    for other in reversed(world.guilds[forum.guild_id].channels.values()):
        if other.thread is not None and other.parent_id == forum.id:
            yield other.thread.owner_id, other.thread.created_ms or 0
