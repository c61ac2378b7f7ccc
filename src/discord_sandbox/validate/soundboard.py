"""The body of a sound: its name, how loud it is, and an MP3 or Ogg file as a data URI."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import Problems, invalid
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.data_uris import read_data_uri
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Takes

SOUNDS = "soundboard-sounds"
"""Where they are below /cdn, by their ids."""
MOST_BYTES = 512 * 1024
_HEAD = re.compile(r"data:(audio/(?:mpeg|mp3|ogg));base64,", re.ASCII)


def _volume(problems: Problems, path: Path, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    elif not 0 <= value <= 1:
        problems.add(path, "NUMBER_TYPE_MAX", "float value should be between 0 and 1.")


def _sound(problems: Problems, path: Path, value: Any) -> None:
    if not isinstance(value, str):
        problems.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        return
    found = read_sound(value)
    if found is None:
        text = "Must be an MP3 or Ogg file as a data URI."
        problems.add(path, "SOUNDBOARD_SOUND_INVALID", text)
    elif len(found) > MOST_BYTES:
        problems.add(path, "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 512.0 kb.")


TAKES_EDIT: Takes = {
    "name": members.text(32, 2),
    "volume": _volume,
    "emoji_id": members.snowflake,
    "emoji_name": members.text(32, 1),
}
TAKES: Takes = {**TAKES_EDIT, "sound": _sound}
TAKES_SENT: Takes = {"sound_id": members.snowflake, "source_guild_id": members.snowflake}


def check_made(body: Json) -> None:
    """Raises ApiError 50035 for a new sound without a name or a file."""
    problems = Problems()
    for name in ("name", "sound"):
        if body.get(name) is None:
            fields.required(problems, (name,))
    problems.raise_if_any()
    check_emoji(body)


def check_sent(body: Json) -> None:
    """Raises ApiError 50035 for a body that names no sound."""
    problems = Problems()
    if body.get("sound_id") is None:
        fields.required(problems, ("sound_id",))
    problems.raise_if_any()


def check_emoji(body: Json) -> None:
    """Raises ApiError 50035 for two emojis."""
    if body.get("emoji_id") is not None and body.get("emoji_name") is not None:
        text = "A sound has a custom emoji or a standard one, not both."
        raise invalid(("emoji_name",), "BASE_TYPE_CHOICES", text)


def read_sound(text: str) -> bytes | None:
    """The bytes of a data URI; None where it is no such file."""
    found = read_data_uri(_HEAD, text)
    if found is None:
        return None
    _, content = found
    return content if sound_type(content) is not None else None


def sound_type(content: bytes) -> str | None:
    """The media type of an MP3 or Ogg file by its first bytes; None for anything else."""
    if content.startswith(b"OggS"):
        return "audio/ogg"
    # MP3 begins with a tag, or at once with a frame, of which eleven bits are set.
    framed = len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0
    return "audio/mpeg" if framed or content.startswith(b"ID3") else None
