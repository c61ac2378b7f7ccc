"""Looks for one of the bot's own messages in a channel's history."""

from collections.abc import Awaitable, Iterable, Iterator, Mapping
from typing import Any

import aiohttp
import discord

from tocsin.discord_bot.custom_ids import carries
from tocsin.dispatch.messenger import Search, Sighting
from tocsin.dispatch.pacing import Withheld

PAGE = 100
MOST_PAGES = 50


async def look_for(client: discord.Client, search: Search) -> int | Sighting:
    """The id of the bot's message that is looked for, or what its absence is worth.

    Pages go back from now to before the message could be sent, or to the beginning of the channel.
    In a server an empty list alone proves nothing: Discord gives it to whoever may not read the
    history.
    """
    assert client.user is not None
    oldest = discord.utils.time_snowflake(search.since)
    before: int | None = None
    for _ in range(MOST_PAGES):
        page = await _asked(client.http.logs_from(search.channel_id, PAGE, before=before))
        if isinstance(page, Sighting):
            return page
        if not page:
            if search.in_dm or before is not None:
                return Sighting.ABSENT
            return await _nothing_since(client, search.channel_id, oldest)
        # All of the page, also beyond `oldest`: it costs nothing, and clocks can be wrong.
        for message in page:
            if int(message["author"]["id"]) == client.user.id and _has(message, search.token):
                return int(message["id"])
        before = int(page[-1]["id"])
        if before <= oldest:
            return Sighting.ABSENT
    return Sighting.UNREADABLE


async def _nothing_since(client: discord.Client, channel_id: int, oldest: int) -> Sighting:
    """What an empty history in a server is worth: the channel itself tells when it was last written in."""
    channel = await _asked(client.http.get_channel(channel_id))
    if isinstance(channel, Sighting):
        return channel
    last = channel.get("last_message_id")
    return Sighting.ABSENT if last is not None and int(last) <= oldest else Sighting.UNREADABLE


async def _asked(request: Awaitable[Any]) -> Any | Sighting:
    try:
        # The raw answer: to make discord.py's objects of a hundred messages takes longer than to
        # fetch them.
        return await request
    except discord.HTTPException as error:
        gone = error.status in (403, 404) and isinstance(error.code, int) and error.code != 0
        return Sighting.UNREADABLE if gone else Sighting.LATER
    except (discord.RateLimited, aiohttp.ClientError, OSError, ValueError, Withheld):
        return Sighting.LATER


def _has(message: Mapping[str, Any], token: str) -> bool:
    return any(carries(identifier, token) for identifier in _custom_ids(message["components"]))


def _custom_ids(components: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Every id in a tree of components, of either version."""
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"]
        yield from _custom_ids(component.get("components", ()))
        for part in ("accessory", "component"):
            if part in component:
                yield from _custom_ids((component[part],))
