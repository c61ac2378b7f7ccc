"""Webhooks: a channel's own, and the routes they share with interaction tokens."""

from __future__ import annotations

import secrets
from typing import Any

from discord_sandbox import messages, permissions, pictures
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.forums import check_tags, create_post
from discord_sandbox.messages import Origin
from discord_sandbox.model import IS_COMPONENTS_V2, Channel, Guild, Json, Message, Webhook
from discord_sandbox.rest import interactions
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.users import user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.channels import TAKES_POST, check_applied_tags
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.message import IN_MESSAGE, check_message
from discord_sandbox.validate.pictures import picture, web_picture
from discord_sandbox.wire import Written
from discord_sandbox.world import World

MOST_WEBHOOKS = 15
_RESERVED = ("clyde", "discord")
_WITH_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"  # noqa: S105 - a path, no secret


def webhook_json(world: World, webhook: Webhook, *, with_creator: bool = True) -> Json:
    shaped: Json = {
        "id": str(webhook.id),
        "type": 1,
        "name": webhook.name,
        "avatar": webhook.avatar,
        "channel_id": str(webhook.channel_id),
        "guild_id": str(webhook.guild_id),
        "application_id": (None if webhook.application_id is None else str(webhook.application_id)),
        "token": webhook.token,
        "url": f"{world.base_url}/api/webhooks/{webhook.id}/{webhook.token}",
    }
    if with_creator:
        shaped["user"] = user_json(world.users[webhook.creator_id])
    return shaped


def _publish(world: World, channel: Channel, guild: Guild) -> None:
    data = {"guild_id": str(guild.id), "channel_id": str(channel.id)}
    world.bus.publish(Event("WEBHOOKS_UPDATE", data, guild=guild))


def _tell(world: World, webhook: Webhook) -> None:
    _publish(world, world.channels[webhook.channel_id], world.guilds[webhook.guild_id])


def _check_name(name: str, field: str = "name") -> str:
    """Raises ApiError 50035 for a name that Discord keeps for its own."""
    for word in _RESERVED:
        if word in name.lower():
            raise invalid(
                (field,), "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"'
            )
    return name


def _name(call: Call) -> str:
    name = call.json().get("name")
    if name is None:
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    return _check_name(name)


def create(call: Call) -> Json:
    channel = call.channel()
    guild = call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
    name = _name(call)
    if len(_of(call, channel)) >= MOST_WEBHOOKS:
        raise ApiError(30007)
    webhook = Webhook(
        id=call.world.ids.next(),
        channel_id=channel.id,
        guild_id=guild.id,
        name=name,
        token=secrets.token_urlsafe(51),
        creator_id=call.app.bot_user_id,
        application_id=call.app.id,
    )
    _set_avatar(call.world, webhook, call.json())
    call.world.webhooks[webhook.id] = webhook
    _publish(call.world, channel, guild)
    return webhook_json(call.world, webhook)


def _set_avatar(world: World, webhook: Webhook, body: Json) -> None:
    place = _avatars(webhook)
    webhook.avatar = pictures.changed(world, place, body, "avatar", webhook.avatar)


def _avatars(webhook: Webhook) -> str:
    """Where the pictures of a webhook are, as if it were a user."""
    return f"avatars/{webhook.id}"


def _shown_avatar(world: World, webhook: Webhook, url: str | None) -> str | None:
    """The picture beside a message: the webhook's own, unless `avatar_url` names another."""
    return pictures.point(world, _avatars(webhook), url) if url else webhook.avatar


def of_channel(call: Call) -> list[Json]:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
    return [webhook_json(call.world, webhook) for webhook in _of(call, channel)]


def _of(call: Call, channel: Channel) -> list[Webhook]:
    return [w for w in call.world.webhooks.values() if w.channel_id == channel.id]


def of_guild(call: Call) -> list[Json]:
    guild = call.guild(permissions.MANAGE_WEBHOOKS)
    found = (w for w in call.world.webhooks.values() if w.guild_id == guild.id)
    return [webhook_json(call.world, webhook) for webhook in found]


def _webhook(call: Call) -> Webhook:
    """The path's webhook, by token or by the bot's right. Raises ApiError 10015 or 50027."""
    webhook = call.world.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise ApiError(10015)
    if "webhook_token" in call.params:
        if webhook.token != call.params["webhook_token"]:
            raise ApiError(50027)
    else:
        channel = call.world.channel(webhook.channel_id)
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
    return webhook


def get(call: Call) -> Json:
    return webhook_json(call.world, _webhook(call), with_creator="webhook_token" not in call.params)


def edit(call: Call) -> Json:
    webhook = _webhook(call)
    body = call.json()
    before = call.world.channel(webhook.channel_id)
    name = _name(call) if "name" in body else webhook.name
    moved = parse_snowflake(body.get("channel_id"))
    if moved is not None:
        channel = call.world.channel(moved)
        if channel.guild_id != webhook.guild_id:
            raise ApiError(10003)
        call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_WEBHOOKS)
        webhook.channel_id = channel.id
        if channel.id != before.id:
            _publish(call.world, before, call.world.guilds[webhook.guild_id])
    webhook.name = name
    _set_avatar(call.world, webhook, body)
    _tell(call.world, webhook)
    return webhook_json(call.world, webhook, with_creator="webhook_token" not in call.params)


def delete(call: Call) -> None:
    webhook = _webhook(call)
    del call.world.webhooks[webhook.id]
    _tell(call.world, webhook)


def execute(call: Call) -> Any:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        return interactions.follow_up(call, interaction)
    webhook = _webhook(call)
    channel = _channel(call, webhook)
    draft = check_message(call.body, call.uploads)
    body = call.json()
    begins = _begins_post(call, channel, body.get("thread_name"))
    name = _check_name(body.get("username") or webhook.name, "username")
    origin = Origin(
        webhook_id=webhook.id,
        webhook_name=name,
        webhook_avatar=_shown_avatar(call.world, webhook, body.get("avatar_url")),
        application_id=webhook.application_id,
    )
    draft.nonce = None
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


def _channel(call: Call, webhook: Webhook) -> Channel:
    thread_id = call.snowflake("thread_id")
    channel = call.world.channel(thread_id or webhook.channel_id)
    if thread_id is not None and channel.parent_id != webhook.channel_id:
        raise ApiError(10003)
    return channel


def _sent(call: Call, webhook: Webhook) -> tuple[Channel, Message]:
    channel = _channel(call, webhook)
    message = call.message(channel)
    if message.webhook_id != webhook.id:
        raise ApiError(10008)
    return channel, message


def get_message(call: Call) -> Json:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        return interactions.get(call, interaction)
    _, message = _sent(call, _webhook(call))
    return call.world.message_json(message, message.author.id)


def edit_message(call: Call) -> Json | Written:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        return interactions.edit(call, interaction)
    channel, message = _sent(call, _webhook(call))
    v2 = bool(message.flags & IS_COMPONENTS_V2)
    draft = check_message(call.body, call.uploads, v2=v2)
    return messages.edit_and_show(call.world, channel, message, draft)


def delete_message(call: Call) -> None:
    interaction = interactions.live_interaction(call)
    if interaction is not None:
        interactions.delete(call, interaction)
        return
    channel, message = _sent(call, _webhook(call))
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
    Route("GET", _WITH_TOKEN, get, public=True),
    Route("PATCH", _WITH_TOKEN, edit, public=True, takes=_TAKES),
    Route("DELETE", _WITH_TOKEN, delete, public=True),
    Route("POST", _WITH_TOKEN, execute, public=True, exempt=True, takes=_TAKES_MESSAGE),
    *(
        Route(method, _WITH_TOKEN + "/messages/" + name, handler, public=True, exempt=True)
        for name in ("@original", "{message_id}")
        for method, handler in (
            ("GET", get_message),
            ("PATCH", edit_message),
            ("DELETE", delete_message),
        )
    ),
)
