"""Messages of channels and DMs."""

from __future__ import annotations

import itertools

from discord_sandbox import history, messages, permissions
from discord_sandbox.channels import check_dm
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.gateway.intents import MESSAGE_CONTENT
from discord_sandbox.model import (
    IS_COMPONENTS_V2,
    SUPPRESS_EMBEDS,
    SYSTEM_TYPES,
    Channel,
    Json,
    Message,
)
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.guilds import partial_member_json
from discord_sandbox.shapes.messages import seen_by
from discord_sandbox.showing import show
from discord_sandbox.snowflake import parse_snowflake, snowflake_ms
from discord_sandbox.validate import members
from discord_sandbox.validate.message import check_message
from discord_sandbox.wire import Written

TWO_WEEKS_MS = 14 * 86_400_000


def readable(call: Call, message: Message, channel: Channel) -> Json:
    """The message as the bot may read it: without content where it lacks the intent."""
    shaped = call.world.message_json(message, call.app.bot_user_id)
    if call.app.privileged_intents & MESSAGE_CONTENT or channel.guild_id is None:
        return shaped
    return seen_by(call.app.bot_user_id, shaped)


def create_message(call: Call) -> Json | Written:
    world, bot = call.world, call.bot
    channel = world.channel(call.id("channel_id"))
    draft = check_message(call.body, call.uploads, voice=True, whole=True)
    messages.check_can_send(world, bot, channel, draft)
    if channel.guild_id is None:
        check_dm(world, bot, channel)
    first = None if draft.nonce is None else messages.repeated(world, bot, channel, draft)
    if first is not None:
        shaped = world.message_json(first, bot.id)
        shaped["nonce"] = first.nonce
        return shaped
    return show(world, channel, messages.create(world, bot, channel, draft), "create")


def list_messages(call: Call) -> list[Json]:
    channel = call.channel()
    limit = call.number("limit", default=50, least=1, most=100)
    if not call.world.can_read_history(call.app.bot_user_id, channel):
        return []
    found = history.page(
        channel,
        limit=limit,
        before=call.snowflake("before"),
        after=call.snowflake("after"),
        around=call.snowflake("around"),
    )
    return [readable(call, message, channel) for message in found]


def get_message(call: Call) -> Json:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.READ_MESSAGE_HISTORY)
    return readable(call, call.message(channel), channel)


def edit_message(call: Call) -> Written:
    channel = call.channel()
    message = call.message(channel)
    if message.type in SYSTEM_TYPES:
        raise ApiError(50021)
    v2 = bool(message.flags & IS_COMPONENTS_V2)
    draft = check_message(call.body, call.uploads, v2=v2, whole=True)
    if message.author.id != call.app.bot_user_id or message.webhook_id is not None:
        if draft.given - {"flags"}:
            raise ApiError(50005)
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_MESSAGES)
        message.flags = message.flags & ~SUPPRESS_EMBEDS | draft.flags & SUPPRESS_EMBEDS
        return messages.show_changed(call.world, channel, message)
    return messages.edit_and_show(call.world, channel, message, draft)


def delete_message(call: Call) -> None:
    channel = call.channel()
    message = call.message(channel)
    if message.author.id != call.app.bot_user_id:
        if channel.guild_id is None:
            raise ApiError(50003)
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_MESSAGES)
    messages.delete(call.world, channel, message)


def bulk_delete(call: Call) -> None:
    channel = call.channel()
    call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_MESSAGES)
    given = call.json().get("messages")
    if given is None:
        raise invalid(("messages",), "BASE_TYPE_REQUIRED", "This field is required")
    ids = [found for found in map(parse_snowflake, given) if found is not None]
    if any(call.world.clock.now_ms() - snowflake_ms(one) > TWO_WEEKS_MS for one in ids):
        raise ApiError(50034)
    found = [channel.messages.get(one) for one in dict.fromkeys(ids)]
    messages.delete_many(call.world, channel, [one for one in found if one is not None])


def typing(call: Call) -> Reply:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.SEND_MESSAGES)
    data: Json = {
        "channel_id": str(channel.id),
        "user_id": str(call.app.bot_user_id),
        "timestamp": call.world.clock.now_ms() // 1000,
    }
    if channel.guild_id is not None:
        guild = call.guild_of(channel)
        data["guild_id"] = str(guild.id)
        data["member"] = {
            **partial_member_json(guild.members[call.app.bot_user_id]),
            "user": {"id": str(call.app.bot_user_id)},
        }
    call.world.bus.publish(Event("TYPING_START", data, channel=channel))
    return Reply(204)


_TAKES_DELETED: members.Takes = {"messages": members.many(members.snowflake, 100, 2)}

ROUTES = tuple(
    itertools.chain(
        (
            Route("POST", "/channels/{channel_id}/messages", create_message),
            Route("GET", "/channels/{channel_id}/messages", list_messages),
            Route(
                "POST",
                "/channels/{channel_id}/messages/bulk-delete",
                bulk_delete,
                takes=_TAKES_DELETED,
            ),
            Route("POST", "/channels/{channel_id}/typing", typing),
        ),
        (
            Route(method, "/channels/{channel_id}/messages/{message_id}", handler)
            for method, handler in (
                ("GET", get_message),
                ("PATCH", edit_message),
                ("DELETE", delete_message),
            )
        ),
    )
)
