"""A server's messages, searched."""

from __future__ import annotations

from discord_sandbox.errors import ApiError
from discord_sandbox.gateway.intents import MESSAGE_CONTENT
from discord_sandbox.message_search import Found, Wanted, search
from discord_sandbox.model import Channel, Guild, Json
from discord_sandbox.permissions import READ_MESSAGE_HISTORY
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.channels import channel_json, thread_member_json
from discord_sandbox.validate.search import check_search
from discord_sandbox.world import World

MOST_FOUND = 25
FURTHEST = 9975


def guild_search(call: Call) -> Json:
    """Raises ApiError 50001 without the privileged intent, or what `searched_by` does."""
    guild = call.guild()
    # As with the list of members, what the intent is for is not to be had without it.
    if not call.app.privileged_intents & MESSAGE_CONTENT:
        raise ApiError(50001)
    limit = call.number("limit", default=MOST_FOUND, least=1, most=MOST_FOUND)
    offset = call.number("offset", default=0, least=0, most=FURTHEST)
    by = call.choice("sort_by", "timestamp", ("timestamp", "relevance"))
    newest_first = call.choice("sort_order", "desc", ("desc", "asc")) == "desc"
    wanted = check_search(call.query)
    channels = searched_by(call.world, guild, call.app.bot_user_id, wanted)
    found = ordered(search(channels, wanted), by=by, newest_first=newest_first)
    page = found[offset : offset + limit]
    return found_json(call.world, call.app.bot_user_id, page, len(found))


def searched_by(world: World, guild: Guild, user_id: int, wanted: Wanted) -> list[Channel]:
    """The channels that are searched for a user: those named, or all whose history they read.

    Raises ApiError 10003 for a channel of another server, 50001 or 50013 for one that is closed
    to them, 50013 where all are.
    """
    named = [guild.channels.get(one) for one in wanted.channel_ids]
    for channel in named:
        if channel is None:
            raise ApiError(10003)
        world.require(user_id, channel, READ_MESSAGE_HISTORY)
    open_to = [one for one in guild.channels.values() if world.can_read_history(user_id, one)]
    if not open_to:
        raise ApiError(50013)
    chosen = [one for one in named if one is not None] or open_to
    return [one for one in chosen if wanted.nsfw or not _nsfw(guild, one)]


def _nsfw(guild: Guild, channel: Channel) -> bool:
    parent = guild.channels.get(channel.parent_id or 0) if channel.thread is not None else None
    return channel.nsfw if parent is None else parent.nsfw


def ordered(found: list[Found], *, by: str, newest_first: bool) -> list[Found]:
    """By time; or by relevance, those first whose words stand nearest to one another.

    Relevance knows no other order, as at Discord.
    """
    if by == "relevance":
        return sorted(found, key=lambda one: (one[2], -one[1].id))
    return sorted(found, key=lambda one: one[1].id, reverse=newest_first)


def found_json(world: World, viewer_id: int, page: list[Found], total: int) -> Json:
    """A page of what was found, with the threads that it is in."""
    threads = {channel.id: channel for channel, _, _ in page if channel.thread is not None}
    shaped = []
    for _, message, _ in page:
        one = {**world.message_json(message, viewer_id), "hit": True}
        one.pop("reactions", None)
        shaped.append([one])
    return {
        "doing_deep_historical_index": False,
        "total_results": total,
        "messages": shaped,
        "threads": [channel_json(channel) for channel in threads.values()],
        "members": [
            thread_member_json(channel, viewer_id, channel.thread.members[viewer_id])
            for channel in threads.values()
            if channel.thread is not None and viewer_id in channel.thread.members
        ],
    }


ROUTES = (Route("GET", "/guilds/{guild_id}/messages/search", guild_search),)
