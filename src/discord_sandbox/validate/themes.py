"""Themes of the client that are shared in a message: up to five colours, and how they run."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path

_COLOUR = re.compile(r"[0-9a-fA-F]{6}")
_UNSET = 0


def _colour(problems: Problems, path: Path, value: Any) -> None:
    if fields.text(problems, path, value, longest=6, shortest=6) is None:
        return
    if not _COLOUR.fullmatch(value):
        text = "String value did not match validation regex."
        problems.add(path, "STRING_TYPE_REGEX", text)


_THEME: members.Takes = {
    "colors": members.many(_colour, 5, 1),
    "gradient_angle": members.number(0, 360),
    "base_mix": members.number(0, 100),
    "base_theme": members.choice(0, 1, 2, 3, 4),
}


def check_theme(problems: Problems, value: Any) -> Json | None:
    """The theme as it is sent out."""
    path = ("shared_client_theme",)
    given = fields.mapping(problems, path, value)
    if given is None:
        return None
    members.note_members(problems, path, _THEME, given)
    for name in ("colors", "gradient_angle", "base_mix"):
        if given.get(name) is None:
            fields.required(problems, (*path, name))
    shaped = {name: given.get(name) for name in _THEME}
    shaped["base_theme"] = shaped["base_theme"] or _UNSET
    return shaped
