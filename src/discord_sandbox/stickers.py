"""Stickers: made, changed and taken away in a server, and sent with messages."""

from __future__ import annotations

from collections.abc import Sequence

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.guild_pictures import WITH_LOTTIE
from discord_sandbox.model import Channel, Guild, Json, Picture, Sticker, User
from discord_sandbox.permissions import CREATE_GUILD_EXPRESSIONS, MANAGE_GUILD_EXPRESSIONS
from discord_sandbox.shapes.stickers import sticker_item_json, sticker_json
from discord_sandbox.sticker_files import sticker_format
from discord_sandbox.world import World

MOST_STICKERS = 5


def create_sticker(world: World, guild: Guild, creator: User, body: Json, data: bytes) -> Sticker:
    """Add a sticker of a body that was checked. The creator's rights have been asked before.

    Raises ApiError 30039 for a sixth one, and what `sticker_format` does.
    """
    if len(guild.stickers) >= MOST_STICKERS:
        raise ApiError(30039)
    kind = sticker_format(data, lottie=bool(WITH_LOTTIE & set(guild.features)))
    sticker = Sticker(
        id=world.ids.next(),
        guild_id=guild.id,
        name=body["name"],
        tags=body["tags"],
        description=body.get("description") or None,
        format=kind,
        creator_id=creator.id,
    )
    guild.stickers[sticker.id] = sticker
    world.pictures[f"stickers/{sticker.id}"] = Picture(data)
    publish_stickers(world, guild)
    return sticker


def edit_sticker(world: World, guild: Guild, sticker: Sticker, body: Json) -> None:
    """Change what a body that was checked names."""
    for name in ("name", "tags"):
        if body.get(name) is not None:
            setattr(sticker, name, body[name])
    if "description" in body:
        sticker.description = body["description"] or None
    publish_stickers(world, guild)


def delete_sticker(world: World, guild: Guild, sticker: Sticker) -> None:
    """It can no longer be sent; messages that have it keep its name."""
    del guild.stickers[sticker.id]
    world.pictures.pop(f"stickers/{sticker.id}", None)
    publish_stickers(world, guild)


def require_sticker(guild: Guild, sticker_id: int) -> Sticker:
    """Raises ApiError 10060."""
    try:
        return guild.stickers[sticker_id]
    except KeyError:
        raise ApiError(10060) from None


def find_sticker(world: World, sticker_id: int) -> Sticker | None:
    """The sticker, whichever server it is of."""
    for guild in world.guilds.values():
        if sticker_id in guild.stickers:
            return guild.stickers[sticker_id]
    return None


def check_may_change(world: World, guild: Guild, user_id: int, sticker: Sticker) -> None:
    """Raises ApiError 50013 for one of others without the right to manage them."""
    granted = world.guild_permissions(guild, guild.members[user_id])
    needed = MANAGE_GUILD_EXPRESSIONS
    if sticker.creator_id == user_id:
        needed |= CREATE_GUILD_EXPRESSIONS
    if not granted & needed:
        raise ApiError(50013)


def items_of(world: World, channel: Channel, sticker_ids: Sequence[int]) -> tuple[Json, ...]:
    """What a message in the channel keeps of these stickers.

    Raises ApiError 50081 for one that is not of the channel's server.
    """
    guild = world.guilds.get(channel.guild_id or 0)
    found = [None if guild is None else guild.stickers.get(one) for one in sticker_ids]
    items = [sticker_item_json(one) for one in found if one is not None]
    if len(items) != len(found):
        raise ApiError(50081)
    return tuple(items)


def publish_stickers(world: World, guild: Guild) -> None:
    """Tell of all stickers that the server has now."""
    listed = [sticker_json(one) for one in guild.stickers.values()]
    data = {"guild_id": str(guild.id), "stickers": listed}
    world.bus.publish(Event("GUILD_STICKERS_UPDATE", data, guild=guild))
