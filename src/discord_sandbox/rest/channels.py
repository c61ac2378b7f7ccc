"""Channels, their permission overwrites, and threads."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.channels import (
    create_channel,
    create_thread,
    delete_channel,
    join_thread,
    leave_thread,
    publish_channel,
    remove_overwrite,
    require_thread,
    set_overwrite,
)
from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import ApiError, NotImplementedBySandbox, Problems, invalid
from discord_sandbox.model import (
    ANNOUNCEMENT_THREAD,
    GUILD_ANNOUNCEMENT,
    GUILD_CATEGORY,
    GUILD_TEXT,
    GUILD_VOICE,
    HAS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    Channel,
    Json,
    Overwrite,
)
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.guilds import channel_json, thread_member_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields

_KINDS = frozenset({GUILD_TEXT, GUILD_VOICE, GUILD_CATEGORY, GUILD_ANNOUNCEMENT})
_CHANNEL = "/channels/{channel_id}"


def get_channel(call: Call) -> Json:
    return call.world.channel_json(call.channel(), call.app.bot_user_id)


def parse_overwrite(value: Any, target_id: int | None = None) -> Overwrite:
    """A permission overwrite as Discord takes it. Raises ApiError 50035."""
    given = value if isinstance(value, dict) else {}
    found = target_id or parse_snowflake(given.get("id"))
    allow, deny = (parse_snowflake(given.get(name) or 0) for name in ("allow", "deny"))
    kind = {"role": 0, "member": 1}.get(given.get("type", 0), given.get("type", 0))
    if found is None or allow is None or deny is None or kind not in (0, 1):
        raise invalid(
            ("permission_overwrites",),
            "BASE_TYPE_REQUIRED",
            "An overwrite needs id, type (0 or 1), allow and deny",
        )
    return Overwrite(found, kind, allow, deny)


def check_channel(body: Json) -> Json:
    """The name, topic and so on of a new or edited channel. Raises ApiError 50035."""
    problems = Problems()
    fields.text(problems, ("name",), body.get("name"), longest=100, shortest=1)
    fields.text(problems, ("topic",), body.get("topic"), longest=1024)
    fields.integer(
        problems, ("rate_limit_per_user",), body.get("rate_limit_per_user"), least=0, most=21600
    )
    problems.raise_if_any()
    return body


def create(call: Call) -> Reply:
    guild = call.guild(permissions.MANAGE_CHANNELS)
    body = check_channel(call.json())
    if not body.get("name"):
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    kind = body.get("type", GUILD_TEXT)
    if kind not in _KINDS:
        raise NotImplementedBySandbox(f"Channel type {kind}")
    overwrites = [parse_overwrite(one) for one in body.get("permission_overwrites") or ()]
    channel = create_channel(
        call.world,
        guild,
        body["name"],
        kind=kind,
        topic=body.get("topic"),
        parent_id=parse_snowflake(body.get("parent_id")),
        nsfw=bool(body.get("nsfw", False)),
        overwrites={overwrite.id: overwrite for overwrite in overwrites},
    )
    return Reply(201, channel_json(channel))


def of_guild(call: Call) -> list[Json]:
    guild = call.guild()
    return [channel_json(c) for c in guild.channels.values() if c.thread is None]


def edit(call: Call) -> Json:
    channel = call.channel()
    guild = call.guild_of(channel)
    body = check_channel(call.json())
    if channel.thread is not None:
        return _edit_thread(call, channel, body)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_CHANNELS)
    for name in ("name", "topic", "nsfw", "position", "rate_limit_per_user"):
        if name in body:
            setattr(channel, name, body[name])
    if "parent_id" in body:
        channel.parent_id = parse_snowflake(body["parent_id"])
    if "permission_overwrites" in body:
        listed = [parse_overwrite(one) for one in body["permission_overwrites"] or ()]
        channel.overwrites = {overwrite.id: overwrite for overwrite in listed}
    publish_channel(call.world, guild, channel, "UPDATE")
    return channel_json(channel)


def _edit_thread(call: Call, channel: Channel, body: Json) -> Json:
    thread = require_thread(channel)
    if thread.owner_id != call.app.bot_user_id:
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_THREADS)
    channel.name = body.get("name", channel.name)
    channel.rate_limit_per_user = body.get("rate_limit_per_user", channel.rate_limit_per_user)
    thread.auto_archive_minutes = body.get("auto_archive_duration", thread.auto_archive_minutes)
    thread.invitable = bool(body.get("invitable", thread.invitable))
    thread.locked = bool(body.get("locked", thread.locked))
    archived = bool(body.get("archived", thread.archived))
    if archived != thread.archived:
        thread.archived = archived
        thread.archive_changed_ms = call.world.clock.now_ms()
    publish_channel(call.world, call.guild_of(channel), channel, "UPDATE")
    return channel_json(channel)


def delete(call: Call) -> Json:
    channel = call.channel()
    if channel.guild_id is None:
        return call.world.channel_json(channel, call.app.bot_user_id)
    needed = permissions.MANAGE_CHANNELS if channel.thread is None else permissions.MANAGE_THREADS
    call.world.require(call.app.bot_user_id, channel, needed)
    shaped = channel_json(channel)
    delete_channel(call.world, call.guild_of(channel), channel)
    return shaped


def put_overwrite(call: Call) -> None:
    channel = call.channel()
    guild = call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_ROLES)
    overwrite = parse_overwrite(call.json(), call.id("overwrite_id"))
    known = guild.roles if overwrite.type == 0 else guild.members
    if overwrite.id not in known:
        raise ApiError(10009)
    set_overwrite(call.world, guild, channel, overwrite)


def delete_overwrite(call: Call) -> None:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_ROLES)
    remove_overwrite(call.world, call.guild_of(channel), channel, call.id("overwrite_id"))


# --- threads -----------------------------------------------------------------------------


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
    guild = call.guild_of(parent)
    call.world.require(call.app.bot_user_id, parent, permissions.READ_MESSAGE_HISTORY)
    private = call.route.template.endswith("private")
    before = call.query.get("before")
    before_ms = parse_iso(before) if before else None
    limit = call.number("limit", default=50, least=1, most=100)
    found = [
        channel
        for channel in guild.channels.values()
        if channel.thread is not None
        and channel.parent_id == parent.id
        and channel.thread.archived
        and (channel.type == PRIVATE_THREAD) == private
        and (before_ms is None or channel.thread.archive_changed_ms < before_ms)
        and call.world.permissions(call.app.bot_user_id, channel)
    ]
    found.sort(key=lambda c: c.thread.archive_changed_ms if c.thread else 0, reverse=True)
    shaped = _listed(call, found[:limit])
    shaped["has_more"] = len(found) > limit
    return shaped


ROUTES = (
    Route("GET", "/guilds/{guild_id}/channels", of_guild),
    Route("POST", "/guilds/{guild_id}/channels", create),
    Route("GET", _CHANNEL, get_channel),
    Route("PATCH", _CHANNEL, edit),
    Route("DELETE", _CHANNEL, delete),
    Route("PUT", _CHANNEL + "/permissions/{overwrite_id}", put_overwrite),
    Route("DELETE", _CHANNEL + "/permissions/{overwrite_id}", delete_overwrite),
    Route("POST", _CHANNEL + "/threads", start_thread),
    Route("POST", _CHANNEL + "/messages/{message_id}/threads", start_thread),
    Route("GET", _CHANNEL + "/threads/archived/public", archived_threads),
    Route("GET", _CHANNEL + "/threads/archived/private", archived_threads),
    Route("GET", _CHANNEL + "/thread-members", thread_members),
    Route("PUT", _CHANNEL + "/thread-members/@me", add_thread_member),
    Route("DELETE", _CHANNEL + "/thread-members/@me", remove_thread_member),
    Route("GET", _CHANNEL + "/thread-members/{user_id}", thread_member),
    Route("PUT", _CHANNEL + "/thread-members/{user_id}", add_thread_member),
    Route("DELETE", _CHANNEL + "/thread-members/{user_id}", remove_thread_member),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
)
