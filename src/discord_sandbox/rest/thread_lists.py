"""Threads listed and searched: active, archived, a forum's posts by their tags."""

from __future__ import annotations

from collections.abc import Callable

from discord_sandbox import permissions
from discord_sandbox.model import PRIVATE_THREAD, Channel, Json, Thread
from discord_sandbox.phrases import skipped, words_of
from discord_sandbox.rest.messages import readable
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.channels import channel_json, thread_member_json
from discord_sandbox.validate.search import check_slop

_CHANNEL = "/channels/{channel_id}"


def _listed(call: Call, threads: list[Channel]) -> Json:
    me = call.app.bot_user_id
    return {
        "threads": [channel_json(channel) for channel in threads],
        "members": [
            thread_member_json(channel, me, channel.thread.members[me])
            for channel in threads
            if channel.thread is not None and me in channel.thread.members
        ],
        "has_more": False,
    }


def active_threads(call: Call) -> Json:
    guild = call.guild()
    found = [
        channel
        for channel in guild.channels.values()
        if channel.thread is not None
        and not channel.thread.archived
        and call.world.permissions(call.app.bot_user_id, channel)
    ]
    return _listed(call, found)


def archived_threads(call: Call) -> Json:
    parent = call.channel()
    call.world.require(call.app.bot_user_id, parent, permissions.READ_MESSAGE_HISTORY)
    private = call.route.template.endswith("private")
    if private:
        call.world.require(call.app.bot_user_id, parent, permissions.MANAGE_THREADS)
    before_ms = call.instant("before")
    limit = call.number("limit", default=50, least=1, most=100)
    found = [
        (thread.archive_changed_ms, channel)
        for channel, thread in _threads(call, parent)
        if thread.archived
        and (channel.type == PRIVATE_THREAD) == private
        and (before_ms is None or thread.archive_changed_ms < before_ms)
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return _page(call, [channel for _, channel in found], limit)


def my_archived_threads(call: Call) -> Json:
    """The private ones that the bot is on, by id, newest first."""
    parent = call.channel()
    call.world.require(call.app.bot_user_id, parent, permissions.READ_MESSAGE_HISTORY)
    before = call.snowflake("before")
    limit = call.number("limit", default=50, least=2, most=100)
    found = [
        channel
        for channel, thread in _threads(call, parent)
        if thread.archived
        and channel.type == PRIVATE_THREAD
        and call.app.bot_user_id in thread.members
        and (before is None or channel.id < before)
    ]
    found.sort(key=lambda channel: channel.id, reverse=True)
    return _page(call, found, limit)


def search(call: Call) -> Json:
    """Threads by their name and by tags; of a forum's posts the first messages too.

    The name is a part of the thread's, or words that stand in it, in their order and with no more
    than `slop` others between two of them.
    """
    parent = call.channel()
    call.world.require(call.app.bot_user_id, parent, permissions.READ_MESSAGE_HISTORY)
    slop = check_slop(call.query)
    wanted = call.query.get("name", "").lower()
    words = words_of(wanted)
    least, most = call.snowflake("min_id"), call.snowflake("max_id")
    archived = call.flag("archived") if "archived" in call.query else None
    limit = call.number("limit", default=25, least=1, most=25)
    offset = call.number("offset", default=0, least=0, most=9975)
    tags = set(call.snowflakes("tag", most=20))
    setting = call.choice("tag_setting", _tag_setting(parent), ("match_some", "match_all"))
    found = [
        (channel, thread)
        for channel, thread in _threads(call, parent)
        if (wanted in channel.name.lower() or _says(words, channel.name, slop))
        and (least is None or channel.id >= least)
        and (most is None or channel.id <= most)
        and (archived is None or thread.archived == archived)
        and _tagged(thread, tags, setting)
    ]
    found.sort(
        key=_ORDERS[call.choice("sort_by", "last_message_time", tuple(_ORDERS))],
        reverse=call.choice("sort_order", "desc", ("desc", "asc")) == "desc",
    )
    shaped = _page(call, [channel for channel, _ in found[offset:]], limit)
    shaped["total_results"] = len(found)
    if parent.forum is not None:
        shaped["first_messages"] = _first_messages(call, found[offset : offset + limit])
    return shaped


def _says(words: list[str], name: str, slop: int) -> bool:
    return bool(words) and skipped(words, name, slop) is not None


_Found = tuple[Channel, Thread]
_ORDERS: dict[str, Callable[[_Found], int]] = {
    "last_message_time": lambda one: one[0].last_message_id or one[0].id,
    "relevance": lambda one: one[0].last_message_id or one[0].id,
    "creation_time": lambda one: one[0].id,
    "archive_time": lambda one: one[1].archive_changed_ms,
}


def _tag_setting(parent: Channel) -> str:
    return "match_some" if parent.forum is None else parent.forum.tag_setting


def _tagged(thread: Thread, tags: set[int], setting: str) -> bool:
    if not tags:
        return True
    has = tags & set(thread.applied_tags)
    return has == tags if setting == "match_all" else bool(has)


def _first_messages(call: Call, found: list[_Found]) -> list[Json]:
    begun = [post for post, _ in found if post.id in post.messages]
    return [readable(call, post.messages[post.id], post) for post in begun]


def _threads(call: Call, parent: Channel) -> list[tuple[Channel, Thread]]:
    """The threads of a channel that the bot can see."""
    return [
        (channel, channel.thread)
        for channel in call.guild_of(parent).channels.values()
        if channel.thread is not None
        and channel.parent_id == parent.id
        and call.world.permissions(call.app.bot_user_id, channel)
    ]


def _page(call: Call, found: list[Channel], limit: int) -> Json:
    shaped = _listed(call, found[:limit])
    shaped["has_more"] = len(found) > limit
    return shaped


ROUTES = (
    Route("GET", _CHANNEL + "/threads/archived/public", archived_threads),
    Route("GET", _CHANNEL + "/threads/archived/private", archived_threads),
    Route("GET", _CHANNEL + "/users/@me/threads/archived/private", my_archived_threads),
    Route("GET", _CHANNEL + "/threads/search", search),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
)
