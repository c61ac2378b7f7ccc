"""Slowmode: how long a member waits in a channel between two messages."""

from __future__ import annotations

from discord_sandbox.errors import TooFast
from discord_sandbox.model import Channel, User
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
    for message_id in reversed(channel.message_ids):
        message = channel.messages[message_id]
        since_ms = now_ms - message.at_ms
        if since_ms >= wait_ms:
            return
        if message.author.id == author.id and message.webhook_id is None:
            raise TooFast(20016, (wait_ms - max(since_ms, 0)) / 1_000)
