"""Threads: opened on a channel or a message, listed, searched, joined and left."""

from __future__ import annotations

from discord_sandbox import messages, permissions
from discord_sandbox.channels import create_thread, join_thread, leave_thread, require_thread
from discord_sandbox.errors import ApiError, NotImplementedBySandbox, invalid
from discord_sandbox.model import (
    ANNOUNCEMENT_THREAD,
    GUILD_ANNOUNCEMENT,
    HAS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREAD_CREATED,
    Channel,
    Json,
    Thread,
)
from discord_sandbox.rest.channels import check_channel
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.guilds import channel_json, thread_member_json
from discord_sandbox.validate.channel_members import TAKES_THREAD

_CHANNEL = "/channels/{channel_id}"


def start_thread(call: Call) -> Reply:
    parent = call.channel()
    guild = call.guild_of(parent)
    body = check_channel(call.json())
    if not body.get("name"):
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    starter = call.message(parent) if "message_id" in call.params else None
    kind = body.get("type", PRIVATE_THREAD)
    if starter is not None or kind != PRIVATE_THREAD:
        kind = ANNOUNCEMENT_THREAD if parent.type == GUILD_ANNOUNCEMENT else PUBLIC_THREAD
    private = kind == PRIVATE_THREAD
    needed = permissions.CREATE_PRIVATE_THREADS if private else permissions.CREATE_PUBLIC_THREADS
    call.world.require(call.app.bot_user_id, parent, needed)
    if starter is not None and starter.thread_id is not None:
        raise ApiError(160004)
    channel = create_thread(
        call.world,
        guild,
        parent,
        body["name"],
        call.bot,
        kind=kind,
        auto_archive_minutes=body.get("auto_archive_duration") or 1440,
        starter=starter,
    )
    if starter is None and not private:
        reference = {"type": 0, "channel_id": str(channel.id), "guild_id": str(guild.id)}
        messages.write_system(
            call.world, call.bot, parent, THREAD_CREATED, content=channel.name, reference=reference
        )
    if starter is not None:
        starter.thread_id = channel.id
        starter.flags |= HAS_THREAD
    shaped = channel_json(channel)
    shaped["member"] = thread_member_json(channel, call.app.bot_user_id, call.world.clock.now_ms())
    return Reply(201, shaped)


def thread_members(call: Call) -> list[Json]:
    channel = call.channel()
    thread = require_thread(channel)
    return [thread_member_json(channel, *one) for one in sorted(thread.members.items())]


def thread_member(call: Call) -> Json:
    channel = call.channel()
    joined_ms = require_thread(channel).members.get(call.id("user_id"))
    if joined_ms is None:
        raise ApiError(10007)
    return thread_member_json(channel, call.id("user_id"), joined_ms)


def add_thread_member(call: Call) -> None:
    channel = call.channel()
    guild = call.guild_of(channel)
    user_id = call.id("user_id") if "user_id" in call.params else call.app.bot_user_id
    call.world.member(guild, user_id)
    join_thread(call.world, guild, channel, user_id)


def remove_thread_member(call: Call) -> None:
    channel = call.channel()
    user_id = call.id("user_id") if "user_id" in call.params else call.app.bot_user_id
    if user_id != call.app.bot_user_id:
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_THREADS)
    leave_thread(call.world, call.guild_of(channel), channel, user_id)


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
    Route("POST", _CHANNEL + "/threads", start_thread, takes=TAKES_THREAD),
    Route("POST", _CHANNEL + "/messages/{message_id}/threads", start_thread, takes=TAKES_THREAD),
    Route("GET", _CHANNEL + "/threads/archived/public", archived_threads),
    Route("GET", _CHANNEL + "/threads/archived/private", archived_threads),
    Route("GET", _CHANNEL + "/users/@me/threads/archived/private", my_archived_threads),
    Route("GET", _CHANNEL + "/threads/search", search),
    Route("GET", _CHANNEL + "/thread-members", thread_members),
    Route("PUT", _CHANNEL + "/thread-members/@me", add_thread_member),
    Route("DELETE", _CHANNEL + "/thread-members/@me", remove_thread_member),
    Route("GET", _CHANNEL + "/thread-members/{user_id}", thread_member),
    Route("PUT", _CHANNEL + "/thread-members/{user_id}", add_thread_member),
    Route("DELETE", _CHANNEL + "/thread-members/{user_id}", remove_thread_member),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
)
