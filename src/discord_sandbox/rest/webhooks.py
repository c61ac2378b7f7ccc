"""Webhooks: a channel's own, and the routes they share with interaction tokens."""

from __future__ import annotations

from typing import Any

from discord_sandbox import messages, permissions, pictures
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.forums import check_tags, create_post
from discord_sandbox.messages import Origin
from discord_sandbox.model import IS_COMPONENTS_V2, Channel, Json, Message, Webhook
from discord_sandbox.rest import interactions
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.webhooks import application_webhook_json, webhook_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.channels import TAKES_POST, check_applied_tags
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.message import IN_MESSAGE, Draft, check_message
from discord_sandbox.validate.pictures import picture, web_picture
from discord_sandbox.webhooks import (
    avatars_of,
    check_name,
    check_takes_webhooks,
    create_webhook,
    publish_webhooks,
    remove_webhook,
    set_avatar,
    webhooks_of,
)
from discord_sandbox.wire import Written
from discord_sandbox.world import World

WITH_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"  # noqa: S105 - a path, no secret
MENTIONS: Json = {"parse": ["users"]}
"""Whom a webhook's message mentions where it does not say."""


def _name(call: Call) -> str:
    name = call.json().get("name")
    if name is None:
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    return check_name(name)


def create(call: Call) -> Json:
    channel = call.channel()
    call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
    webhook = create_webhook(
        call.world, channel, call.bot, _name(call), avatar=call.json().get("avatar")
    )
    return _shown(call, webhook)


def _shown(call: Call, webhook: Webhook) -> Json:
    """The webhook for whoever asks: by its token, or as a bot, of which one may own it."""
    if "webhook_token" in call.params:
        return webhook_json(call.world, webhook, with_creator=False)
    owned = webhook.application_id in (None, call.app.id)
    return webhook_json(call.world, webhook, with_token=owned)


def of_channel(call: Call) -> list[Json]:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
    return [_shown(call, webhook) for webhook in webhooks_of(call.world, channel)]


def of_guild(call: Call) -> list[Json]:
    guild = call.guild(permissions.MANAGE_WEBHOOKS)
    found = (w for w in call.world.webhooks.values() if w.guild_id == guild.id)
    return [_shown(call, webhook) for webhook in found]


def by_path(call: Call, *, owning: bool = False) -> Webhook:
    """The path's webhook, by token or by the bot's right, or, with `owning`, because it is its own.

    Raises ApiError 10015, 50027 or 50013.
    """
    webhook = call.world.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise ApiError(10015)
    if "webhook_token" in call.params:
        if webhook.token != call.params["webhook_token"]:
            raise ApiError(50027)
    elif not owning or webhook.application_id != call.app.id:
        channel = call.world.channel(webhook.channel_id)
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
    return webhook


def get(call: Call) -> Json:
    if "webhook_token" in call.params:
        interaction = interactions.live_interaction(call)
        if interaction is not None:
            return application_webhook_json(call.world.applications[interaction.application_id])
    return _shown(call, by_path(call, owning=True))


def edit(call: Call) -> Json:
    webhook = by_path(call)
    body = call.json()
    before = call.world.channel(webhook.channel_id)
    name = _name(call) if "name" in body else webhook.name
    moved = parse_snowflake(body.get("channel_id"))
    if moved is not None:
        channel = call.world.channel(moved)
        if channel.guild_id != webhook.guild_id:
            raise ApiError(10003)
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
        check_takes_webhooks(channel)
        webhook.channel_id = channel.id
        if channel.id != before.id:
            publish_webhooks(call.world, before)
    webhook.name = name
    set_avatar(call.world, webhook, body)
    publish_webhooks(call.world, call.world.channels[webhook.channel_id])
    return _shown(call, webhook)


def delete(call: Call) -> None:
    remove_webhook(call.world, by_path(call))


def execute(call: Call) -> Any:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        return interactions.follow_up(call, interaction)
    webhook = by_path(call)
    channel = channel_of(call, webhook)
    draft = check_message(call.body, call.uploads)
    _limit_components(call, webhook, draft)
    body = call.json()
    begins = _begins_post(call, channel, body.get("thread_name"))
    name = check_name(body.get("username") or webhook.name, "username")
    origin = origin_of(call.world, webhook, name, body.get("avatar_url"))
    draft.nonce = None
    if draft.allowed_mentions is None:
        draft.allowed_mentions = MENTIONS
    creator = call.world.users[webhook.creator_id]
    if begins is not None:
        tags = check_applied_tags(body)
        check_tags(call.world, channel, webhook.creator_id, tags)
        _, shaped = create_post(
            call.world, channel, creator, begins, draft, tags=tags, origin=origin
        )
    else:
        _, shaped = messages.create_and_show(call.world, creator, channel, draft, origin)
    return Reply(200, shaped) if call.flag("wait") else Reply(204)


def origin_of(world: World, webhook: Webhook, name: str, avatar_url: str | None = None) -> Origin:
    """Whom a message is of: the webhook under a name, with its own picture or that of the web."""
    avatar = webhook.avatar
    if avatar_url:
        avatar = pictures.point(world, avatars_of(webhook), avatar_url)
    return Origin(
        webhook_id=webhook.id,
        webhook_name=name,
        webhook_avatar=avatar,
        application_id=webhook.application_id,
    )


def _limit_components(call: Call, webhook: Webhook, draft: Draft) -> None:
    """Of an application's webhook all components count; else those that were asked for with
    `with_components`, and none with which somebody could interact.

    Raises ApiError 50035.
    """
    if webhook.application_id is not None or not draft.components:
        return
    if not call.flag("with_components"):
        draft.components = ()
        draft.given -= {"components"}
    elif any(_interactive(part) for part in draft.components):
        # That it is refused is known, and how the error is worded is not.
        text = "Webhooks that no application owns cannot send interactive components."
        raise invalid(("components",), "WEBHOOK_COMPONENTS_INTERACTIVE", text)


def _interactive(part: Json) -> bool:
    inner = [*part.get("components", ()), *filter(None, [part.get("accessory")])]
    return "custom_id" in part or any(_interactive(one) for one in inner)


def _begins_post(call: Call, channel: Channel, name: str | None) -> str | None:
    """The name of the post that is begun, in a forum; None elsewhere.

    Raises ApiError 220001, 220002 or 220003 for too little or too much.
    """
    in_thread = call.snowflake("thread_id") is not None
    if name is not None and in_thread:
        raise ApiError(220002)
    if channel.forum is None and name is not None:
        raise ApiError(220003)
    if channel.forum is not None and name is None:
        raise ApiError(220001)
    return name


def channel_of(call: Call, webhook: Webhook) -> Channel:
    """The webhook's channel, or the thread in it that the query names. Raises ApiError 10003."""
    thread_id = call.snowflake("thread_id")
    channel = call.world.channel(thread_id or webhook.channel_id)
    if thread_id is not None and channel.parent_id != webhook.channel_id:
        raise ApiError(10003)
    return channel


def _sent(call: Call, webhook: Webhook) -> tuple[Channel, Message]:
    channel = channel_of(call, webhook)
    message = call.message(channel)
    if message.webhook_id != webhook.id:
        raise ApiError(10008)
    return channel, message


def get_message(call: Call) -> Json:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        return interactions.get(call, interaction)
    _, message = _sent(call, by_path(call))
    return call.world.message_json(message, message.author.id)


def edit_message(call: Call) -> Json | Written:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        return interactions.edit(call, interaction)
    webhook = by_path(call)
    channel, message = _sent(call, webhook)
    v2 = bool(message.flags & IS_COMPONENTS_V2)
    draft = check_message(call.body, call.uploads, v2=v2)
    _limit_components(call, webhook, draft)
    if draft.allowed_mentions is None:
        draft.allowed_mentions = MENTIONS
    return messages.edit_and_show(call.world, channel, message, draft)


def delete_message(call: Call) -> None:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        interactions.delete(call, interaction)
        return
    channel, message = _sent(call, by_path(call))
    messages.delete(call.world, channel, message)


_TAKES: Takes = {"name": members.text(80, 1), "avatar": picture()}
_TAKES_MOVE: Takes = {**_TAKES, "channel_id": members.snowflake}
_TAKES_MESSAGE: Takes = {
    "username": members.text(80, 1),
    "avatar_url": web_picture,
    **TAKES_POST,
    **dict.fromkeys(sorted(IN_MESSAGE), members.anything),
}

ROUTES = (
    Route("POST", "/channels/{channel_id}/webhooks", create, takes=_TAKES),
    Route("GET", "/channels/{channel_id}/webhooks", of_channel),
    Route("GET", "/guilds/{guild_id}/webhooks", of_guild),
    Route("GET", "/webhooks/{webhook_id}", get),
    Route("PATCH", "/webhooks/{webhook_id}", edit, takes=_TAKES_MOVE),
    Route("DELETE", "/webhooks/{webhook_id}", delete),
    Route("GET", WITH_TOKEN, get, public=True),
    Route("PATCH", WITH_TOKEN, edit, public=True, takes=_TAKES),
    Route("DELETE", WITH_TOKEN, delete, public=True),
    Route("POST", WITH_TOKEN, execute, public=True, exempt=True, takes=_TAKES_MESSAGE),
    *(
        Route(method, WITH_TOKEN + "/messages/" + name, handler, public=True, exempt=True)
        for name in ("@original", "{message_id}")
        for method, handler in (
            ("GET", get_message),
            ("PATCH", edit_message),
            ("DELETE", delete_message),
        )
    ),
)
