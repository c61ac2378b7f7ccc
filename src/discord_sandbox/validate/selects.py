"""Select menus: how many may be chosen, what is chosen at first, and which channels are offered."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path

CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
_KINDS = {5: ("user",), 6: ("role",), 7: ("user", "role"), 8: ("channel",)}
"""What each select that names things offers, by its type."""
_channel_types = members.many(members.choice(*CHANNEL_TYPES), 100)


def check_choosable(problems: Problems, path: Path, shaped: Json) -> None:
    """There are as many options as must be chosen, and no more chosen at first than may be."""
    offered, low, high = shaped["options"], shaped["min_values"], shaped["max_values"]
    if low is not None and offered and low > len(offered):
        problems.add(
            (*path, "min_values"),
            "NUMBER_TYPE_MAX",
            f"int value should be less than or equal to {len(offered)}.",
        )
    chosen = sum(1 for option in offered if option.get("default"))
    if high is not None and chosen > high:
        problems.add(
            (*path, "options"),
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
            f"No more than {high} options may be the default.",
        )


def check_named(problems: Problems, path: Path, part: Json, shaped: Json) -> None:
    """What a select of users, roles or channels begins with, and which channels it offers."""
    if part.get("default_values"):
        shaped["default_values"] = _defaults(
            problems, (*path, "default_values"), part["default_values"], shaped
        )
    if _KINDS[shaped["type"]] == ("channel",) and part.get("channel_types"):
        _channel_types(problems, (*path, "channel_types"), part["channel_types"])
        shaped["channel_types"] = part["channel_types"]


def _defaults(problems: Problems, path: Path, value: Any, shaped: Json) -> list[Any]:
    kinds = _KINDS[shaped["type"]]
    most = 25 if shaped["max_values"] is None else shaped["max_values"]
    takes = {"id": members.snowflake, "type": members.word(kinds)}
    given = fields.listing(problems, path, value, most=most, least=shaped["min_values"] or 0)
    for at, one in enumerate(given):
        if fields.mapping(problems, (*path, at), one) is None:
            continue
        members.note_members(problems, (*path, at), takes, one)
        for name in takes:
            if one.get(name) is None:
                fields.required(problems, (*path, at, name))
    return given
