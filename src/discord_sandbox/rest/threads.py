"""Threads: opened on a channel or a message, or as a forum's post; joined and left."""

from __future__ import annotations

from discord_sandbox import messages, permissions
from discord_sandbox.errors import ApiError, NotImplementedBySandbox, invalid
from discord_sandbox.forums import check_tags, create_post
from discord_sandbox.model import (
    ANNOUNCEMENT_THREAD,
    GUILD_ANNOUNCEMENT,
    GUILD_TEXT,
    HAS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREAD_CREATED,
    Channel,
    Json,
    Message,
)
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.channels import channel_json, thread_member_json
from discord_sandbox.showing import write_system
from discord_sandbox.threads import create_thread, join_thread, leave_thread, require_thread
from discord_sandbox.validate.channels import TAKES_THREAD, check_applied_tags
from discord_sandbox.validate.message import Draft, check_message

_CHANNEL = "/channels/{channel_id}"


def start_thread(call: Call) -> Reply:
    parent = call.channel()
    guild = call.guild_of(parent)
    body = call.json()
    if not body.get("name"):
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    starter = call.message(parent) if "message_id" in call.params else None
    if parent.forum is not None:
        return _start_post(call, parent, body)
    if parent.type not in (GUILD_TEXT, GUILD_ANNOUNCEMENT):
        raise ApiError(50024)
    kind = _kind(parent, body, starter)
    private = kind == PRIVATE_THREAD
    needed = permissions.CREATE_PRIVATE_THREADS if private else permissions.CREATE_PUBLIC_THREADS
    call.world.require(call.app.bot_user_id, parent, needed)
    if starter is not None and starter.thread_id is not None:
        raise ApiError(160004)
    channel = create_thread(
        call.world, guild, parent, body["name"], call.bot, kind=kind, starter=starter, settings=body
    )
    if starter is None and not private:
        reference = {"type": 0, "channel_id": str(channel.id), "guild_id": str(guild.id)}
        write_system(
            call.world, call.bot, parent, THREAD_CREATED, content=channel.name, reference=reference
        )
    if starter is not None:
        starter.thread_id = channel.id
        starter.flags |= HAS_THREAD
    return Reply(201, _created(call, channel))


def _kind(parent: Channel, body: Json, starter: Message | None) -> int:
    """A thread on a message is as public as the message; others are private unless they say."""
    if starter is None and body.get("type", PRIVATE_THREAD) == PRIVATE_THREAD:
        return PRIVATE_THREAD
    return ANNOUNCEMENT_THREAD if parent.type == GUILD_ANNOUNCEMENT else PUBLIC_THREAD


def _created(call: Call, channel: Channel) -> Json:
    me, now_ms = call.app.bot_user_id, call.world.clock.now_ms()
    return {**channel_json(channel), "member": thread_member_json(channel, me, now_ms)}


def _start_post(call: Call, forum: Channel, body: Json) -> Reply:
    draft = first_message(call, body)
    messages.check_can_send(call.world, call.bot, forum, draft, post=True)
    tags = check_applied_tags(body)
    check_tags(call.world, forum, call.app.bot_user_id, tags)
    post, first = create_post(
        call.world, forum, call.bot, body["name"], draft, tags=tags, settings=body
    )
    return Reply(201, {**_created(call, post), "message": first.data})


def first_message(call: Call, body: Json) -> Draft:
    """The message that begins a post. Raises ApiError 50035, 50006."""
    if not isinstance(body.get("message"), dict):
        raise invalid(("message",), "BASE_TYPE_REQUIRED", "This field is required")
    try:
        draft = check_message(body["message"], call.uploads, voice=True, whole=True)
    except NotImplementedBySandbox:
        raise
    except ApiError as error:
        nested = None if error.errors is None else {"message": error.errors}
        raise ApiError(error.code, message=error.message, errors=nested) from None
    if draft.empty:
        raise ApiError(50006)
    draft.reference = None
    return draft


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


ROUTES = (
    Route("POST", _CHANNEL + "/threads", start_thread, takes=TAKES_THREAD),
    Route("POST", _CHANNEL + "/messages/{message_id}/threads", start_thread, takes=TAKES_THREAD),
    Route("GET", _CHANNEL + "/thread-members", thread_members),
    Route("PUT", _CHANNEL + "/thread-members/@me", add_thread_member),
    Route("DELETE", _CHANNEL + "/thread-members/@me", remove_thread_member),
    Route("GET", _CHANNEL + "/thread-members/{user_id}", thread_member),
    Route("PUT", _CHANNEL + "/thread-members/{user_id}", add_thread_member),
    Route("DELETE", _CHANNEL + "/thread-members/{user_id}", remove_thread_member),
)
