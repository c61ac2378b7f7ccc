"""Application commands: checked, and brought into the form in which Discord answers them."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields
from discord_sandbox.validate.fields import Path

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
NUMBER = 10
_NAME = re.compile(r"^[-_'\w]{1,32}$")
MOST_OPTIONS = 25
MOST_CHARACTERS = 8000


def check_command(body: Any, path: Path = (), *, previous: Json | None = None) -> Json:
    """A command as it will be answered, or `previous` with the changes the body names.

    Raises ApiError 50035.
    """
    problems = Problems()
    given = fields.mapping(problems, path, body)
    problems.raise_if_any()
    merged = {**(previous or {}), **(given or {})}
    kind = merged.get("type", CHAT_INPUT)
    fields.one_of(problems, (*path, "type"), kind, (CHAT_INPUT, USER, MESSAGE))
    shaped: Json = {
        "type": kind,
        "name": _name(problems, (*path, "name"), merged.get("name"), chat=kind == CHAT_INPUT),
        "name_localizations": merged.get("name_localizations"),
        "description": "",
        "description_localizations": merged.get("description_localizations"),
        "default_member_permissions": _permissions(merged.get("default_member_permissions")),
        "nsfw": bool(merged.get("nsfw", False)),
        "contexts": merged.get("contexts"),
        "integration_types": merged.get("integration_types") or [0],
        "dm_permission": bool(merged.get("dm_permission", True)),
    }
    if kind == CHAT_INPUT:
        shaped["description"] = fields.text(
            problems,
            (*path, "description"),
            merged.get("description"),
            longest=100,
            shortest=1,
            needed=True,
        )
    elif merged.get("description"):
        problems.add(
            (*path, "description"),
            "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED",
            "Context menu commands cannot have a description",
        )
    if merged.get("options"):
        shaped["options"] = _options(problems, (*path, "options"), merged["options"])
    if _size(shaped) > MOST_CHARACTERS:
        problems.add(
            path,
            "APPLICATION_COMMAND_TOO_LARGE",
            f"Command exceeds maximum size ({MOST_CHARACTERS})",
        )
    problems.raise_if_any()
    return shaped


def _permissions(value: Any) -> str | None:
    return None if value is None else str(value)


def _name(problems: Problems, path: Path, value: Any, *, chat: bool = True) -> str | None:
    name = fields.text(problems, path, value, longest=32, shortest=1, needed=True)
    if name is not None and chat and (not _NAME.match(name) or name != name.lower()):
        problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _options(problems: Problems, path: Path, value: Any) -> list[Json]:
    shaped: list[Json] = []
    names: set[str] = set()
    optional_before = False
    for at, option in enumerate(fields.listing(problems, path, value, most=MOST_OPTIONS)):
        here = (*path, at)
        if fields.mapping(problems, here, option) is None:
            continue
        one = _option(problems, here, option)
        if one["name"] in names:
            problems.add(
                (*here, "name"),
                "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                "Option name must be unique",
            )
        names.add(one["name"])
        if one.get("required") and optional_before:
            problems.add(
                here,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        is_value = one["type"] not in (SUB_COMMAND, SUB_COMMAND_GROUP)
        optional_before = optional_before or (is_value and not one.get("required"))
        shaped.append(one)
    return shaped


def _option(problems: Problems, path: Path, option: Json) -> Json:
    kind = fields.one_of(problems, (*path, "type"), option.get("type"), range(1, 12))
    one: Json = {
        "type": kind,
        "name": _name(problems, (*path, "name"), option.get("name")),
        "description": fields.text(
            problems,
            (*path, "description"),
            option.get("description"),
            longest=100,
            shortest=1,
            needed=True,
        ),
    }
    for name in ("name_localizations", "description_localizations"):
        if option.get(name):
            one[name] = option[name]
    if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
        if option.get("options"):
            one["options"] = _options(problems, (*path, "options"), option["options"])
        return one
    one |= {name: True for name in ("required", "autocomplete") if option.get(name)}
    for name in ("min_value", "max_value", "min_length", "max_length", "channel_types"):
        if option.get(name) is not None:
            one[name] = option[name]
    if option.get("choices"):
        if one.get("autocomplete"):
            problems.add(
                (*path, "choices"),
                "APPLICATION_COMMAND_OPTIONS_CHOICES_WITH_AUTOCOMPLETE",
                "An option cannot have both choices and autocomplete",
            )
        one["choices"] = _choices(problems, (*path, "choices"), option["choices"], kind or 0)
    return one


def check_choices(data: Any, kind: int) -> list[Json]:
    """The choices that answer what is being typed into an option of that type. Raises ApiError 50035."""
    problems = Problems()
    given = fields.mapping(problems, ("data",), data) or {}
    path = ("data", "choices")
    if given.get("choices") is None:
        fields.required(problems, path)
    shaped = _choices(problems, path, given.get("choices"), kind)
    problems.raise_if_any()
    return shaped


def _choices(problems: Problems, path: Path, value: Any, kind: int) -> list[Json]:
    shaped: list[Json] = []
    for at, choice in enumerate(fields.listing(problems, path, value, most=25)):
        if fields.mapping(problems, (*path, at), choice) is None:
            continue
        name = fields.text(
            problems,
            (*path, at, "name"),
            choice.get("name"),
            longest=100,
            shortest=1,
            needed=True,
        )
        found = choice.get("value")
        if kind == STRING:
            found = fields.text(problems, (*path, at, "value"), found, longest=100, needed=True)
        elif isinstance(found, bool) or not isinstance(found, int | float):
            problems.add(
                (*path, at, "value"), "NUMBER_TYPE_COERCE", f'Value "{found}" is not a number.'
            )
        one: Json = {"name": name, "value": found}
        if choice.get("name_localizations"):
            one["name_localizations"] = choice["name_localizations"]
        shaped.append(one)
    return shaped


def _size(node: Json) -> int:
    """The characters that count: names, descriptions, and string values of choices."""
    total = len(node.get("name") or "") + len(node.get("description") or "")
    for choice in node.get("choices", ()):
        total += len(choice["name"] or "")
        total += len(choice["value"]) if isinstance(choice["value"], str) else 0
    return total + sum(_size(option) for option in node.get("options", ()))
