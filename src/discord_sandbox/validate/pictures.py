"""Pictures in bodies: data URIs such as `data:image/png;base64,…`."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.images import format_of
from discord_sandbox.model import Json
from discord_sandbox.validate import fields
from discord_sandbox.validate.data_uris import read_data_uri
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Check, note_members

MOST_KB = 10_240
"""What a picture may have, in KiB."""
MOST_SMALL_KB = 256
"""What an emoji or a role's icon may have, in KiB."""
WANTED = "a PNG, JPEG, GIF or WebP of at most 10 MiB, as a data URI"
"""What people are told to give."""

_HEAD = re.compile(r"data:(image/(?:png|jpe?g|gif|webp));base64,", re.ASCII)


def picture(most_kb: int = MOST_KB) -> Check:
    """The check of a member that is a picture: whole, of the type it names, and not too large."""

    def check(problems: Problems, path: Path, value: Any) -> None:
        if not isinstance(value, str):
            problems.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return
        content = read_picture(value)
        if content is None:
            problems.add(path, "IMAGE_INVALID", "Invalid image")
        elif len(content) > most_kb * 1024:
            text = f"File cannot be larger than {most_kb:.1f} kb."
            problems.add(path, "BINARY_TYPE_MAX_SIZE", text)

    return check


def read_picture(text: str) -> bytes | None:
    """The picture that a data URI carries; None where it carries none, or not what it says."""
    found = read_data_uri(_HEAD, text)
    if found is None:
        return None
    said, content = found[0].replace("/jpg", "/jpeg"), found[1]
    return content if format_of(content) == said else None


def check_pictures(body: Json, *names: str) -> None:
    """Check those of the members that are there. Raises ApiError 50035."""
    problems = Problems()
    note_members(problems, (), dict.fromkeys(names, picture()), body)
    problems.raise_if_any()


def web_picture(problems: Problems, path: Path, value: Any) -> object:
    """The check of a picture's address on the web; an empty one is as good as none."""
    return fields.web_address(problems, path, value) if value != "" else None
