"""The soundboard of a server: its sounds are kept and told of, and can be fetched."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import Guild, Json
from discord_sandbox.model.soundboard import Sound
from discord_sandbox.shapes.soundboard import sound_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.soundboard import read_sound
from discord_sandbox.world import World

MOST = 8
"""How many sounds a server has that is not boosted."""


def create_sound(world: World, guild: Guild, creator_id: int, body: Json) -> Sound:
    """Make a sound of a body that was checked. Raises ApiError 30045 for one too many."""
    if len(guild.sounds) >= MOST:
        raise ApiError(30045)
    content_type, content = read_sound(body["sound"]) or ("", b"")
    made = Sound(world.ids.next(), body["name"], creator_id, content, content_type)
    _set(made, body)
    guild.sounds[made.id] = made
    _publish(world, guild, made, "CREATE")
    return made


def edit_sound(world: World, guild: Guild, sound: Sound, body: Json) -> None:
    """Change what a body that was checked names."""
    sound.name = body.get("name") or sound.name
    _set(sound, body)
    _publish(world, guild, sound, "UPDATE")


def _set(sound: Sound, body: Json) -> None:
    if "volume" in body:
        sound.volume = 1.0 if body["volume"] is None else float(body["volume"])
    # One kind of emoji takes the place of the other.
    if body.get("emoji_id") is not None:
        sound.emoji_id, sound.emoji_name = parse_snowflake(body["emoji_id"]), None
    elif body.get("emoji_name") is not None:
        sound.emoji_id, sound.emoji_name = None, body["emoji_name"]
    elif "emoji_id" in body or "emoji_name" in body:
        sound.emoji_id = sound.emoji_name = None


def delete_sound(world: World, guild: Guild, sound: Sound) -> None:
    del guild.sounds[sound.id]
    gone: Json = {"sound_id": str(sound.id), "guild_id": str(guild.id)}
    world.bus.publish(Event("GUILD_SOUNDBOARD_SOUND_DELETE", gone, guild=guild))


def _publish(world: World, guild: Guild, sound: Sound, what: Literal["CREATE", "UPDATE"]) -> None:
    told = sound_json(guild, sound, world.users.get(sound.creator_id))
    world.bus.publish(Event(f"GUILD_SOUNDBOARD_SOUND_{what}", told, guild=guild))


def sounds_json(world: World, guild: Guild) -> list[Json]:
    """All sounds of the server, each with who made it."""
    return [
        sound_json(guild, sound, world.users.get(sound.creator_id))
        for sound in guild.sounds.values()
    ]


def serve_sound(world: World, sound_id: int) -> web.Response:
    """The file of a sound, or 404."""
    for guild in world.guilds.values():
        sound = guild.sounds.get(sound_id)
        if sound is not None:
            headers = {"Content-Type": sound.content_type, "X-Content-Type-Options": "nosniff"}
            return web.Response(body=sound.content, headers=headers)
    return web.Response(status=404, text="There is no such sound.")
