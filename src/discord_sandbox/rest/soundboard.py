"""The sounds of a server's soundboard."""

from __future__ import annotations

from discord_sandbox.errors import ApiError
from discord_sandbox.model import Guild, Json
from discord_sandbox.model.soundboard import Sound
from discord_sandbox.permissions import CREATE_GUILD_EXPRESSIONS, MANAGE_GUILD_EXPRESSIONS
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.soundboard import sound_json
from discord_sandbox.soundboard import create_sound, delete_sound, edit_sound, play
from discord_sandbox.validate.soundboard import (
    TAKES,
    TAKES_EDIT,
    TAKES_SENT,
    check_emoji,
    check_made,
    check_sent,
)

_SOUNDS = "/guilds/{guild_id}/soundboard-sounds"
_SOUND = _SOUNDS + "/{sound_id}"
_EITHER = CREATE_GUILD_EXPRESSIONS | MANAGE_GUILD_EXPRESSIONS


def _granted(call: Call, guild: Guild) -> int:
    return call.world.guild_permissions(guild, guild.members[call.app.bot_user_id])


def _shaped(call: Call, guild: Guild, sound: Sound) -> Json:
    """Who made it is told to whoever may make or change sounds."""
    told = _granted(call, guild) & _EITHER
    return sound_json(guild, sound, call.world.users.get(sound.creator_id) if told else None)


def _found(call: Call) -> tuple[Guild, Sound]:
    guild = call.guild()
    sound = guild.sounds.get(call.id("sound_id"))
    if sound is None:
        raise ApiError(10097)
    return guild, sound


def _changeable(call: Call) -> tuple[Guild, Sound]:
    """One's own sounds are changed by whoever may make some; others need a right of its own.

    Raises ApiError 10097 or 50013.
    """
    guild, sound = _found(call)
    own = sound.creator_id == call.app.bot_user_id
    if not _granted(call, guild) & (_EITHER if own else MANAGE_GUILD_EXPRESSIONS):
        raise ApiError(50013)
    return guild, sound


def listed(call: Call) -> Json:
    guild = call.guild()
    return {"items": [_shaped(call, guild, sound) for sound in guild.sounds.values()]}


def get(call: Call) -> Json:
    return _shaped(call, *_found(call))


def create(call: Call) -> Reply:
    guild = call.guild(CREATE_GUILD_EXPRESSIONS)
    body = call.json()
    check_made(body)
    made = create_sound(call.world, guild, call.app.bot_user_id, body)
    return Reply(201, _shaped(call, guild, made))


def edit(call: Call) -> Json:
    guild, sound = _changeable(call)
    body = call.json()
    check_emoji(body)
    edit_sound(call.world, guild, sound, body)
    return _shaped(call, guild, sound)


def delete(call: Call) -> None:
    delete_sound(call.world, *_changeable(call))


def send(call: Call) -> None:
    """Play a sound in the voice channel that the bot is in."""
    channel = call.channel()
    body = call.json()
    check_sent(body)
    play(call.world, call.guild_of(channel), call.bot, channel, body)


ROUTES = (
    Route("GET", _SOUNDS, listed),
    Route("POST", _SOUNDS, create, takes=TAKES),
    Route("GET", _SOUND, get),
    Route("PATCH", _SOUND, edit, takes=TAKES_EDIT),
    Route("DELETE", _SOUND, delete),
    Route("POST", "/channels/{channel_id}/send-soundboard-sound", send, takes=TAKES_SENT),
)
