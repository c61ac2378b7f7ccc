"""The options of application commands: checked, and brought into the form of Discord's answers."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.localizations import localizations
from discord_sandbox.validate.selects import CHANNEL_TYPES

SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
CHANNEL, NUMBER = 7, 10
MOST_OPTIONS = 25
_NESTED = (SUB_COMMAND, SUB_COMMAND_GROUP)
_CHOOSABLE = (STRING, INTEGER, NUMBER)
_NAME = re.compile(r"^[-_'\w]{1,32}$")
_LARGEST = 2**53
_INVALID = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
_TAKES: members.Takes = {
    "required": members.flag,
    "autocomplete": members.flag,
    "min_length": members.number(0, 6000),
    "max_length": members.number(1, 6000),
    "channel_types": members.many(members.choice(*CHANNEL_TYPES), 100),
}


def command_name(problems: Problems, path: Path, value: Any, *, chat: bool = True) -> str | None:
    """The name of a command or option, which is in small letters and one word where it is typed."""
    name = fields.text(problems, path, value, longest=32, shortest=1, needed=True)
    if name is not None and chat and (not _NAME.match(name) or name != name.lower()):
        problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def description(problems: Problems, path: Path, value: Any) -> str | None:
    return fields.text(problems, path, value, longest=100, shortest=1, needed=True)


def texts(problems: Problems, path: Path, given: Json, *, chat: bool = True) -> Json:
    """The localisations that a command or option has, by member."""
    found: Json = {}
    for name in ("name_localizations", "description_localizations"):

        def check(at: Path, text: Any, name: str = name) -> object:
            if name == "name_localizations":
                return command_name(problems, at, text, chat=chat)
            return description(problems, at, text)

        found[name] = localizations(problems, (*path, name), given.get(name), check)
    return found


def options(problems: Problems, path: Path, value: Any, *, within: int = 0) -> list[Json]:
    """The options of a command, or `within` a group or subcommand of it."""
    shaped: list[Json] = []
    names: set[str | None] = set()
    optional_before = False
    for at, option in enumerate(fields.listing(problems, path, value, most=MOST_OPTIONS)):
        here = (*path, at)
        if fields.mapping(problems, here, option) is None:
            continue
        one = _option(problems, here, option, within)
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
        is_value = one["type"] not in _NESTED
        optional_before = optional_before or (is_value and not one.get("required"))
        shaped.append(one)
    if len({one["type"] in _NESTED for one in shaped}) > 1:
        problems.add(
            path,
            _INVALID,
            "Sub-command and sub-command group option types are mutually "
            "exclusive to all other types",
        )
    return shaped


def _option(problems: Problems, path: Path, option: Json, within: int) -> Json:
    kind = fields.one_of(problems, (*path, "type"), option.get("type"), range(1, 12))
    one: Json = {
        "type": kind,
        "name": command_name(problems, (*path, "name"), option.get("name")),
        "description": description(problems, (*path, "description"), option.get("description")),
    }
    one |= {name: value for name, value in texts(problems, path, option).items() if value}
    members.note_members(problems, path, _TAKES, option)
    if kind in _NESTED:
        return one | _inner(problems, path, option, kind, within)
    if within == SUB_COMMAND_GROUP:
        problems.add((*path, "type"), _INVALID, "A group has no options but subcommands")
    one |= {name: True for name in ("required", "autocomplete") if option.get(name)}
    for name in ("min_length", "max_length", "channel_types"):
        if option.get(name) is not None:
            one[name] = option[name]
    for name in ("min_value", "max_value"):
        if option.get(name) is not None:
            one[name] = _number(problems, (*path, name), option[name], kind)
    _check_suggestions(problems, path, option, kind)
    if option.get("choices"):
        one["choices"] = _choices(problems, (*path, "choices"), option["choices"], kind or 0)
    return one


def _inner(problems: Problems, path: Path, option: Json, kind: int, within: int) -> Json:
    """The options of a group or subcommand, which stand in no other of their kind or below it."""
    if within == SUB_COMMAND or (within == SUB_COMMAND_GROUP and kind == SUB_COMMAND_GROUP):
        problems.add((*path, "type"), _INVALID, "Sub-commands and groups cannot be nested so deep")
        return {}
    if kind == SUB_COMMAND_GROUP and not option.get("options"):
        fields.required(problems, (*path, "options"))
    if option.get("options") is None:
        return {}
    inner = options(problems, (*path, "options"), option["options"], within=kind)
    return {"options": inner} if inner else {}


def _number(problems: Problems, path: Path, value: Any, kind: int | None) -> float | int | None:
    whole = kind == INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        word = "int" if whole else "number"
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not {word}.')
        return None
    if not -_LARGEST <= value <= _LARGEST:
        problems.add(path, "NUMBER_TYPE_MAX", f"Value must be within 2^53 of 0, not {value}.")
        return None
    number: float | int = value
    return number


def _check_suggestions(problems: Problems, path: Path, option: Json, kind: int | None) -> None:
    """Choices and autocomplete are of texts and numbers only, and one of them at a time."""
    for name in ("choices", "autocomplete"):
        if option.get(name) and kind not in _CHOOSABLE:
            problems.add((*path, name), _INVALID, f"Options of type {kind} cannot have {name}")
    if option.get("choices") and option.get("autocomplete"):
        problems.add(
            (*path, "choices"),
            "APPLICATION_COMMAND_OPTIONS_CHOICES_WITH_AUTOCOMPLETE",
            "An option cannot have both choices and autocomplete",
        )


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
    names: set[str | None] = set()
    for at, choice in enumerate(fields.listing(problems, path, value, most=25)):
        here = (*path, at)
        if fields.mapping(problems, here, choice) is None:
            continue
        name = _choice_name(problems, (*here, "name"), choice.get("name"))
        if name is not None and name in names:
            problems.add(
                (*here, "name"),
                "APPLICATION_COMMAND_OPTIONS_CHOICE_NAMES_DUPLICATE",
                "Choice names must be unique",
            )
        names.add(name)
        found = choice.get("value")
        if kind == STRING:
            found = fields.text(problems, (*here, "value"), found, longest=100, needed=True)
        else:
            found = _number(problems, (*here, "value"), found, kind)
        one: Json = {"name": name, "value": found}
        named = localizations(
            problems,
            (*here, "name_localizations"),
            choice.get("name_localizations"),
            lambda where, text: _choice_name(problems, where, text),
        )
        if named:
            one["name_localizations"] = named
        shaped.append(one)
    return shaped


def _choice_name(problems: Problems, path: Path, value: Any) -> str | None:
    return fields.text(problems, path, value, longest=100, shortest=1, needed=True)
