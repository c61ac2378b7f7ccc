"""Changing a thread: by who opened it, by moderators, and what is open to all."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.channels import publish_channel
from discord_sandbox.errors import ApiError
from discord_sandbox.forums import check_tags, pin_post
from discord_sandbox.model import FORUM_TYPES, PINNED, Channel, Json, Thread
from discord_sandbox.rest.routing import Call
from discord_sandbox.threads import archive, archive_when_idle, require_thread
from discord_sandbox.validate.channels import check_applied_tags

_MODERATED = frozenset({"locked", "flags", "rate_limit_per_user"})


def edit_thread(call: Call, channel: Channel, body: Json) -> None:
    """Do what the body says, and tell of it.

    Raises ApiError 50013, 50083 for a change to what stays archived, and what a forum refuses.
    """
    thread = require_thread(channel)
    _check_right(call, channel, thread, body)
    if thread.archived and body.get("archived", True) and set(body) - {"archived", "locked"}:
        raise ApiError(50083)
    tags = check_applied_tags(body)
    forum = call.world.channels.get(channel.parent_id or 0)
    if "applied_tags" in body:
        if forum is None or forum.type not in FORUM_TYPES:
            raise ApiError(50024)
        check_tags(call.world, forum, call.app.bot_user_id, tags, thread.applied_tags)
    if "flags" in body:
        pin_post(call.world, channel, bool((body["flags"] or 0) & PINNED))
    if "applied_tags" in body:
        thread.applied_tags = tags
    _apply(call, channel, thread, body)
    publish_channel(call.world, call.guild_of(channel), channel, "UPDATE")


def _check_right(call: Call, channel: Channel, thread: Thread, body: Json) -> None:
    """Anybody who can write wakes a thread; its owner changes most of it, moderators all."""
    me = call.app.bot_user_id
    if set(body) == {"archived"} and body["archived"] is False and not thread.locked:
        call.world.require(me, channel, permissions.SEND_MESSAGES_IN_THREADS)
    elif thread.owner_id != me or thread.locked or _MODERATED & set(body):
        call.world.require(me, channel, permissions.MANAGE_THREADS)


def _apply(call: Call, channel: Channel, thread: Thread, body: Json) -> None:
    channel.name = body.get("name") or channel.name
    if "rate_limit_per_user" in body:
        channel.rate_limit_per_user = body["rate_limit_per_user"] or 0
    thread.invitable = bool(body.get("invitable", thread.invitable))
    thread.locked = bool(body.get("locked", thread.locked))
    if body.get("auto_archive_duration"):
        thread.auto_archive_minutes = body["auto_archive_duration"]
        thread.active_ms = call.world.clock.now_ms()
        archive_when_idle(call.world, channel)
    archived = bool(body.get("archived", thread.archived))
    if archived != thread.archived:
        archive(call.world, channel, archived)
