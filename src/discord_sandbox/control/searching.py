"""Searching a server's messages, as a member."""

from __future__ import annotations

from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.message_search import search
from discord_sandbox.model import Json
from discord_sandbox.rest.search import MOST_FOUND, found_json, ordered, searched_by
from discord_sandbox.validate.search import check_search

_MEMBER = "/members/{user}"


def guild_search(ask: Ask) -> Json:
    """Newest first, or with `sort_by=relevance` those that fit best."""
    user, guild = ask.user(), ask.find_guild(ask.param("guild"))
    if user.id not in guild.members:
        raise Refused(f"{user.username} is not in {guild.name}.", 403)
    wanted = check_search(ask.query)
    channels = searched_by(ask.world, guild, user.id, wanted)
    by = ask.query.get("sort_by", "timestamp")
    found = ordered(search(channels, wanted), by=by, newest_first=True)
    offset = ask.number("offset", 0)
    page = found[offset : offset + MOST_FOUND]
    return found_json(ask.world, user.id, page, len(found))


OPERATIONS = (Operation("GET", _MEMBER + "/guilds/{guild}/search", guild_search),)
