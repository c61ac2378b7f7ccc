"""The soundboard of a server: its sounds are kept, told of, fetched below /cdn, and played."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import Channel, Guild, Json, Picture, User
from discord_sandbox.model.soundboard import Sound
from discord_sandbox.permissions import SPEAK, USE_EXTERNAL_SOUNDS, USE_SOUNDBOARD
from discord_sandbox.shapes.soundboard import sound_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.soundboard import SOUNDS, read_sound
from discord_sandbox.voice import state_of
from discord_sandbox.world import World

MOST = 8
"""How many sounds a server has that is not boosted."""


def create_sound(world: World, guild: Guild, creator_id: int, body: Json) -> Sound:
    """Make a sound of a body that was checked. Raises ApiError 30045 for one too many."""
    if len(guild.sounds) >= MOST:
        raise ApiError(30045)
    made = Sound(world.ids.next(), body["name"], creator_id)
    _set(made, body)
    guild.sounds[made.id] = made
    world.pictures[f"{SOUNDS}/{made.id}"] = Picture(read_sound(body["sound"]) or b"")
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
    world.pictures.pop(f"{SOUNDS}/{sound.id}", None)
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


def find_playable(world: World, guild: Guild, user: User, channel: Channel, body: Json) -> Sound:
    """The sound that a body names, which the user may play in the channel.

    Raises ApiError 10065 for one who is not in the channel, 50167 for one who cannot be heard
    there, 50013 without a right, 10097 for a sound that is none.
    """
    source = world.guilds.get(parse_snowflake(body.get("source_guild_id")) or guild.id)
    needed = SPEAK | USE_SOUNDBOARD
    world.require(user.id, channel, needed if source is guild else needed | USE_EXTERNAL_SOUNDS)
    state = state_of(guild, user.id)
    if state.channel_id != channel.id:
        raise ApiError(10065)
    member = guild.members[user.id]
    if member.mute or member.deaf or state.self_mute or state.self_deaf or state.suppress:
        raise ApiError(50167)
    known = source is not None and user.id in source.members
    sound = source.sounds.get(parse_snowflake(body["sound_id"]) or 0) if source and known else None
    if sound is None:
        raise ApiError(10097)
    return sound


def play(world: World, guild: Guild, user: User, channel: Channel, body: Json) -> None:
    """Tell of a sound that is played, which nobody hears. Raises as `find_playable` does."""
    sound = find_playable(world, guild, user, channel, body)
    emoji: Json | None = None
    if sound.emoji_id is not None or sound.emoji_name is not None:
        emoji_id = None if sound.emoji_id is None else str(sound.emoji_id)
        emoji = {"id": emoji_id, "name": sound.emoji_name, "animated": False}
    told: Json = {
        "channel_id": str(channel.id),
        "guild_id": str(guild.id),
        "user_id": str(user.id),
        "sound_id": str(sound.id),
        "sound_volume": sound.volume,
        "emoji": emoji,
    }
    event = Event("VOICE_CHANNEL_EFFECT_SEND", told, guild=guild, channel=channel)
    world.bus.publish(event)
