"""Stickers of servers. Packs of Discord's own there are none."""

from __future__ import annotations

from discord_sandbox import stickers
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import Guild, Json, Sticker, User
from discord_sandbox.permissions import CREATE_GUILD_EXPRESSIONS, MANAGE_GUILD_EXPRESSIONS
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.stickers import sticker_json
from discord_sandbox.validate.stickers import TAKES_STICKER, check_new_sticker

_GUILD = "/guilds/{guild_id}/stickers"


def packs(_call: Call) -> Json:
    return {"sticker_packs": []}


def pack(call: Call) -> Json:
    call.id("pack_id")
    raise ApiError(10061)


def get(call: Call) -> Json:
    found = stickers.find_sticker(call.world, call.id("sticker_id"))
    if found is None:
        raise ApiError(10060)
    return sticker_json(found)


def of_guild(call: Call) -> list[Json]:
    guild = call.guild()
    return [_shown(call, guild, one) for one in guild.stickers.values()]


def of_guild_by_id(call: Call) -> Json:
    guild, sticker = _found(call)
    return _shown(call, guild, sticker)


def create(call: Call) -> Reply:
    guild = call.guild(CREATE_GUILD_EXPRESSIONS)
    body = check_new_sticker(call.json(), file=bool(call.uploads))
    data = call.uploads[0].content
    made = stickers.create_sticker(call.world, guild, call.bot, body, data)
    return Reply(201, _shown(call, guild, made))


def edit(call: Call) -> Json:
    guild, sticker = _found(call)
    stickers.check_may_change(call.world, guild, call.app.bot_user_id, sticker)
    body = call.json()
    for name in ("name", "tags"):
        if name in body and not body[name]:
            raise invalid((name,), "BASE_TYPE_REQUIRED", "This field is required")
    stickers.edit_sticker(call.world, guild, sticker, body)
    return _shown(call, guild, sticker)


def delete(call: Call) -> None:
    guild, sticker = _found(call)
    stickers.check_may_change(call.world, guild, call.app.bot_user_id, sticker)
    stickers.delete_sticker(call.world, guild, sticker)


def _found(call: Call) -> tuple[Guild, Sticker]:
    guild = call.guild()
    return guild, stickers.require_sticker(guild, call.id("sticker_id"))


def _shown(call: Call, guild: Guild, sticker: Sticker) -> Json:
    """The sticker, with its creator for those who may make or manage stickers."""
    granted = call.world.guild_permissions(guild, guild.members[call.app.bot_user_id])
    creator: User | None = None
    if granted & (CREATE_GUILD_EXPRESSIONS | MANAGE_GUILD_EXPRESSIONS):
        creator = call.world.users[sticker.creator_id]
    return sticker_json(sticker, creator)


ROUTES = (
    Route("GET", "/sticker-packs", packs),
    Route("GET", "/sticker-packs/{pack_id}", pack),
    Route("GET", "/stickers/{sticker_id}", get),
    Route("GET", _GUILD, of_guild),
    Route("GET", _GUILD + "/{sticker_id}", of_guild_by_id),
    Route("POST", _GUILD, create, takes=TAKES_STICKER),
    Route("PATCH", _GUILD + "/{sticker_id}", edit, takes=TAKES_STICKER),
    Route("DELETE", _GUILD + "/{sticker_id}", delete),
)
