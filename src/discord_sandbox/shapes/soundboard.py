"""Sounds in JSON."""

from __future__ import annotations

from discord_sandbox.model import Guild, Json, User
from discord_sandbox.model.soundboard import Sound
from discord_sandbox.shapes.users import user_json


def sound_json(guild: Guild, sound: Sound, creator: User | None = None) -> Json:
    """The sound; who made it where that is to be told."""
    shaped: Json = {
        "sound_id": str(sound.id),
        "name": sound.name,
        "volume": sound.volume,
        "emoji_id": None if sound.emoji_id is None else str(sound.emoji_id),
        "emoji_name": sound.emoji_name,
        "guild_id": str(guild.id),
        "available": True,
    }
    if creator is not None:
        shaped["user"] = user_json(creator)
    return shaped
