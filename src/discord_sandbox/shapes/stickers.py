"""Stickers in JSON."""

from __future__ import annotations

from discord_sandbox.model import Json, Sticker, User
from discord_sandbox.shapes.users import user_json

_GUILD_STICKER = 2


def sticker_json(sticker: Sticker, creator: User | None = None) -> Json:
    """A server's sticker, with who uploaded it for those who may know."""
    shaped: Json = {
        "id": str(sticker.id),
        "name": sticker.name,
        "tags": sticker.tags,
        "type": _GUILD_STICKER,
        "format_type": sticker.format,
        "description": sticker.description,
        "available": True,
        "guild_id": str(sticker.guild_id),
    }
    if creator is not None:
        shaped["user"] = user_json(creator)
    return shaped


def sticker_item_json(sticker: Sticker) -> Json:
    """What a message keeps of a sticker."""
    return {"id": str(sticker.id), "name": sticker.name, "format_type": sticker.format}
