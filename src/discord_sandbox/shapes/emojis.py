"""Custom emojis in JSON."""

from __future__ import annotations

from discord_sandbox.model import Emoji, Json, User
from discord_sandbox.shapes.users import user_json


def emoji_json(emoji: Emoji, creator: User | None = None) -> Json:
    """The emoji object; who made it is shown only to those who may change emojis."""
    shaped: Json = {
        "id": str(emoji.id),
        "name": emoji.name,
        "roles": [str(role_id) for role_id in emoji.role_ids],
        "require_colons": True,
        "managed": False,
        "animated": emoji.animated,
        "available": True,
    }
    if creator is not None:
        shaped["user"] = user_json(creator)
    return shaped


def partial_emoji_json(emoji: Emoji) -> Json:
    """The emoji as reactions carry it."""
    shaped: Json = {"id": str(emoji.id), "name": emoji.name}
    if emoji.animated:
        shaped["animated"] = True
    return shaped
