"""Looks for one of the bot's own messages in a channel's history."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import aiohttp
import discord

from tocsin.discord_bot.custom_ids import carries
from tocsin.dispatch.messenger import Sighting
from tocsin.dispatch.pacing import Withheld

PAGE = 100
MOST_PAGES = 50


async def look_for(
    client: discord.Client, channel_id: int, token: str, anchor_id: int | None
) -> int | Sighting:
    """The id of the bot's message whose controls carry `token`, or what its absence is worth.

    Pages go back from now. That it is not there counts only once the anchor, or a message older
    than it, was seen: without the right to read the history Discord answers an empty list.
    """
    assert client.user is not None
    before: int | None = None
    for _ in range(MOST_PAGES):
        page = await _page(client, channel_id, before)
        if isinstance(page, Sighting):
            return page
        for message in page:
            if int(message["author"]["id"]) == client.user.id and _has(message, token):
                return int(message["id"])
            if anchor_id is not None and int(message["id"]) <= anchor_id:
                return Sighting.ABSENT
        if len(page) < PAGE:
            return Sighting.UNREADABLE
        before = int(page[-1]["id"])
    return Sighting.UNREADABLE


async def _page(
    client: discord.Client, channel_id: int, before: int | None
) -> list[Mapping[str, Any]] | Sighting:
    try:
        # The raw answer: to make discord.py's objects of a hundred messages takes longer than to
        # fetch them.
        page: Any = await client.http.logs_from(channel_id, PAGE, before=before)
    except discord.HTTPException as error:
        gone = error.status in (403, 404) and isinstance(error.code, int) and error.code != 0
        return Sighting.UNREADABLE if gone else Sighting.LATER
    except (discord.RateLimited, aiohttp.ClientError, OSError, ValueError, Withheld):
        return Sighting.LATER
    return list(page)


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
