"""What a member chooses in a select, a group of options or an upload, and what it stands for."""

from __future__ import annotations

from typing import Any

from discord_sandbox.interaction_commands import OptionReader
from discord_sandbox.model import Json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import components as parts

_RESOLVED = {
    parts.USER_SELECT: ("users",),
    parts.ROLE_SELECT: ("roles",),
    parts.MENTIONABLE_SELECT: ("users", "roles"),
    parts.CHANNEL_SELECT: ("channels",),
}
_WITH_OPTIONS = frozenset({parts.STRING_SELECT, parts.RADIO_GROUP, parts.CHECKBOX_GROUP})


class BadChoice(ValueError):
    """A member's client would not have let this be chosen."""


def choose(part: Json, values: Any, reader: OptionReader) -> list[str]:
    """The values as an application is sent them; what they name is added to the reader's `resolved`.

    Raises BadChoice.
    """
    name = part["custom_id"]
    if not isinstance(values, list):
        raise BadChoice(f"{name!r} needs `values`, a list.")
    low, high = part.get("min_values", 1), part.get("max_values", 1)
    if not (values or part.get("required", True)):
        return []
    if not low <= len(values) <= high:
        raise BadChoice(f"{name!r} takes {low} to {high} values, not {len(values)}.")
    if part["type"] == parts.FILE_UPLOAD:
        return [reader.keep_file(name, value) for value in values]
    if part["type"] in _WITH_OPTIONS:
        return _among(part, values)
    for value in values:
        found = parse_snowflake(value)
        kinds = _RESOLVED[part["type"]]
        if found is None or not any(reader.resolve(kind, found) for kind in kinds):
            raise BadChoice(f"{value!r} names nothing that can be chosen here.")
        allowed = part.get("channel_types")
        if allowed and reader.resolved["channels"][str(found)]["type"] not in allowed:
            raise BadChoice(f"{value!r} is no channel of a type in {allowed}.")
    return [str(value) for value in values]


def _among(part: Json, values: list[Any]) -> list[str]:
    known = [option["value"] for option in part["options"]]
    wrong = [value for value in values if value not in known]
    if wrong:
        raise BadChoice(f"{part['custom_id']!r} has no value {wrong[0]!r}; there are {known}.")
    if len(set(values)) < len(values):
        raise BadChoice(f"A value of {part['custom_id']!r} is chosen twice.")
    return values
