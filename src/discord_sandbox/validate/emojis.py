"""Custom emojis in bodies: their names, pictures and roles."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import MOST_SMALL_KB, picture

_NAME = re.compile(r"\w+", re.ASCII)


def _name(problems: Problems, path: Path, value: Any) -> None:
    name = fields.text(problems, path, value, longest=32, shortest=2)
    if name is not None and not _NAME.fullmatch(name):
        text = "String value did not match validation regex."
        problems.add(path, "STRING_TYPE_REGEX", text)


TAKES_NAME: Takes = {"name": _name}
TAKES_CHANGE: Takes = {**TAKES_NAME, "roles": members.many(members.snowflake, 250)}
TAKES_OWN: Takes = {**TAKES_NAME, "image": picture(MOST_SMALL_KB)}
"""For an application, whose emojis have no roles."""
TAKES: Takes = {**TAKES_CHANGE, **TAKES_OWN}


def check_made(body: Json) -> None:
    """Raises ApiError 50035 where a new emoji lacks its name or its picture."""
    problems = Problems()
    for name in ("name", "image"):
        if body.get(name) is None:
            fields.required(problems, (name,))
    problems.raise_if_any()
