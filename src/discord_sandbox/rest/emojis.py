"""Custom emojis of servers and of applications."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.emojis import (
    check_roles,
    create_emoji,
    delete_emoji,
    find_emoji,
    publish_emojis,
)
from discord_sandbox.errors import ApiError
from discord_sandbox.model import Application, Emoji, Guild, Json
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.emojis import emoji_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.emojis import (
    TAKES,
    TAKES_CHANGE,
    TAKES_NAME,
    TAKES_OWN,
    check_made,
)
from discord_sandbox.validate.pictures import read_picture

_OF_GUILD = "/guilds/{guild_id}/emojis"
_OF_APPLICATION = "/applications/{application_id}/emojis"
_CREATE, _MANAGE = permissions.CREATE_GUILD_EXPRESSIONS, permissions.MANAGE_GUILD_EXPRESSIONS


# --- of a server -------------------------------------------------------------------------


def _shaped(call: Call, guild: Guild, emoji: Emoji) -> Json:
    """Who made it is told to whoever may make or change emojis."""
    granted = call.world.guild_permissions(guild, guild.members[call.app.bot_user_id])
    told = granted & (_CREATE | _MANAGE)
    return emoji_json(emoji, call.world.users.get(emoji.creator_id) if told else None)


def listed(call: Call) -> list[Json]:
    guild = call.guild()
    return [_shaped(call, guild, emoji) for emoji in guild.emojis.values()]


def get(call: Call) -> Json:
    guild = call.guild()
    return _shaped(call, guild, find_emoji(guild, call.id("emoji_id")))


def _roles(body: Json) -> list[int]:
    found = (parse_snowflake(one) for one in body.get("roles") or ())
    return list(dict.fromkeys(one for one in found if one is not None))


def create(call: Call) -> Reply:
    guild = call.guild(_CREATE)
    body = call.json()
    check_made(body)
    content = read_picture(body["image"]) or b""
    emoji = create_emoji(
        call.world, guild, body["name"], content, call.app.bot_user_id, _roles(body)
    )
    return Reply(201, _shaped(call, guild, emoji))


def _changeable(call: Call) -> tuple[Guild, Emoji]:
    """One's own emojis may be changed by whoever may make some, others need a right of its own.

    Raises ApiError 10014 or 50013.
    """
    guild = call.guild()
    emoji = find_emoji(guild, call.id("emoji_id"))
    granted = call.world.guild_permissions(guild, guild.members[call.app.bot_user_id])
    own = emoji.creator_id == call.app.bot_user_id
    if not granted & (_CREATE | _MANAGE if own else _MANAGE):
        raise ApiError(50013)
    return guild, emoji


def edit(call: Call) -> Json:
    guild, emoji = _changeable(call)
    body = call.json()
    if "roles" in body:
        roles = _roles(body)
        check_roles(guild, roles)
        emoji.role_ids = roles
    emoji.name = body.get("name") or emoji.name
    publish_emojis(call.world, guild)
    return _shaped(call, guild, emoji)


def delete(call: Call) -> None:
    guild, emoji = _changeable(call)
    delete_emoji(call.world, guild, emoji.id)


# --- of an application -------------------------------------------------------------------


def _own(call: Call) -> Application:
    """Raises ApiError 20012 for another application than the bot's own."""
    if call.id("application_id") != call.app.id:
        raise ApiError(20012)
    return call.app


def own_listed(call: Call) -> Json:
    return {"items": [emoji_json(emoji, call.bot) for emoji in _own(call).emojis.values()]}


def own_get(call: Call) -> Json:
    return emoji_json(find_emoji(_own(call), call.id("emoji_id")), call.bot)


def own_create(call: Call) -> Reply:
    application = _own(call)
    body = call.json()
    check_made(body)
    content = read_picture(body["image"]) or b""
    emoji = create_emoji(call.world, application, body["name"], content, call.bot.id)
    return Reply(201, emoji_json(emoji, call.bot))


def own_edit(call: Call) -> Json:
    emoji = find_emoji(_own(call), call.id("emoji_id"))
    emoji.name = call.json().get("name") or emoji.name
    return emoji_json(emoji, call.bot)


def own_delete(call: Call) -> None:
    delete_emoji(call.world, _own(call), call.id("emoji_id"))


ROUTES = (
    Route("GET", _OF_GUILD, listed),
    Route("POST", _OF_GUILD, create, takes=TAKES),
    Route("GET", _OF_GUILD + "/{emoji_id}", get),
    Route("PATCH", _OF_GUILD + "/{emoji_id}", edit, takes=TAKES_CHANGE),
    Route("DELETE", _OF_GUILD + "/{emoji_id}", delete),
    Route("GET", _OF_APPLICATION, own_listed),
    Route("POST", _OF_APPLICATION, own_create, takes=TAKES_OWN),
    Route("GET", _OF_APPLICATION + "/{emoji_id}", own_get),
    Route("PATCH", _OF_APPLICATION + "/{emoji_id}", own_edit, takes=TAKES_NAME),
    Route("DELETE", _OF_APPLICATION + "/{emoji_id}", own_delete),
)
