"""Threads listed and searched: active, archived, a forum's posts by their tags."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.errors import NotImplementedBySandbox
from discord_sandbox.model import PRIVATE_THREAD, Channel, Json, Thread
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.channels import channel_json, thread_member_json

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
    """Threads by a part of their name, the one with the newest message first."""
    parent = call.channel()
    call.world.require(call.app.bot_user_id, parent, permissions.READ_MESSAGE_HISTORY)
    for name in ("tag", "slop"):
        if name in call.query:
            raise NotImplementedBySandbox(f"Searching threads with `{name}`")
    wanted = call.query.get("name", "").lower()
    least, most = call.snowflake("min_id"), call.snowflake("max_id")
    archived = call.flag("archived") if "archived" in call.query else None
    limit = call.number("limit", default=25, least=1, most=25)
    offset = call.number("offset", default=0, least=0, most=9975)
    found = [
        channel
        for channel, thread in _threads(call, parent)
        if wanted in channel.name.lower()
        and (least is None or channel.id >= least)
        and (most is None or channel.id <= most)
        and (archived is None or thread.archived == archived)
    ]
    by_creation = call.query.get("sort_by") == "creation_time"
    found.sort(
        key=lambda channel: channel.id if by_creation else channel.last_message_id or channel.id,
        reverse=call.query.get("sort_order", "desc") == "desc",
    )
    shaped = _page(call, found[offset:], limit)
    shaped["total_results"] = len(found)
    return shaped


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
