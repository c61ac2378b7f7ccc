"""Stickers: what is told of one, and which are sent with a message."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Takes

MOST_IN_MESSAGE = 3


def _description(problems: Problems, path: Path, value: Any) -> object:
    return value == "" or fields.text(problems, path, value, longest=100, shortest=2)


TAKES_STICKER: Takes = {
    "name": members.text(30, 2),
    "tags": members.text(200, 1),
    "description": _description,
}


def check_new_sticker(body: Json, *, file: bool) -> Json:
    """The body of a new sticker, which needs a name, tags and a `file`. Raises ApiError 50035."""
    problems = Problems()
    members.note_members(problems, (), TAKES_STICKER, body)
    there = {**body, "file": file or None}
    for name in ("name", "tags", "file"):
        if there.get(name) is None:
            fields.required(problems, (name,))
    problems.raise_if_any()
    return body


def check_sticker_ids(problems: Problems, value: Any) -> tuple[int, ...]:
    """The ids of up to three stickers, each once."""
    listed = fields.listing(problems, ("sticker_ids",), value, most=MOST_IN_MESSAGE)
    found = [fields.snowflake(problems, ("sticker_ids", at), one) for at, one in enumerate(listed)]
    return tuple(dict.fromkeys(one for one in found if one is not None))
