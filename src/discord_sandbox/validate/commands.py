"""Application commands: checked, and brought into the form in which Discord answers them."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import Problems, invalid
from discord_sandbox.model import Application, Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.command_options import command_name, description, options, texts
from discord_sandbox.validate.fields import Path

CHAT_INPUT, USER, MESSAGE, ENTRY_POINT = 1, 2, 3, 4
APP_HANDLER, DISCORD_LAUNCHES = 1, 2
"""What handles an entry point: the application, or Discord by launching the activity."""

MOST_CHARACTERS = 8000
_TAKES: members.Takes = {
    "default_member_permissions": members.permission_bits,
    "nsfw": members.flag,
    "dm_permission": members.flag,
    "default_permission": members.flag,
    "contexts": members.many(members.choice(0, 1, 2), 3),
    "integration_types": members.many(members.choice(0, 1), 2),
    "options": members.anything,
    "handler": members.choice(APP_HANDLER, DISCORD_LAUNCHES),
}


def check_command(
    application: Application,
    body: Any,
    path: Path = (),
    *,
    previous: Json | None = None,
    in_guild: bool = False,
) -> Json:
    """A command as it will be answered, or `previous` with the changes the body names.

    `in_guild` says that it is one server's own. Raises ApiError 50035.
    """
    problems = Problems()
    given = fields.mapping(problems, path, body)
    problems.raise_if_any()
    merged = {**(previous or {}), **(given or {})}
    kind = CHAT_INPUT if merged.get("type") is None else merged["type"]
    if previous is not None and kind != previous["type"]:
        raise invalid(
            (*path, "type"),
            "APPLICATION_COMMAND_TYPE_IMMUTABLE",
            "The type of a command cannot be changed",
        )
    fields.one_of(problems, (*path, "type"), kind, (CHAT_INPUT, USER, MESSAGE, ENTRY_POINT))
    members.note_members(problems, path, _TAKES, merged)
    problems.raise_if_any()
    _check_installations(problems, path, merged, application)
    _check_handler(problems, path, merged, application, in_guild=in_guild)
    chat = kind == CHAT_INPUT
    granted = merged.get("default_member_permissions")
    shaped: Json = {
        "type": kind,
        "name": command_name(problems, (*path, "name"), merged.get("name"), chat=chat),
        "description": _description(problems, (*path, "description"), merged, kind),
        **texts(problems, path, merged, chat=chat),
        "default_member_permissions": None if granted is None else str(granted),
        "nsfw": bool(merged.get("nsfw", False)),
        "contexts": merged.get("contexts"),
        "integration_types": _integration_types(merged, application),
        "dm_permission": merged.get("dm_permission") is not False,
    }
    if kind == ENTRY_POINT:
        shaped["handler"] = merged.get("handler") or APP_HANDLER
    if merged.get("options") is not None:
        shaped |= _options(problems, (*path, "options"), merged["options"], chat=chat)
    problems.raise_if_any()
    if _size(shaped) > MOST_CHARACTERS:
        raise invalid(
            path,
            "APPLICATION_COMMAND_TOO_LARGE",
            f"Command exceeds maximum size ({MOST_CHARACTERS})",
        )
    return shaped


def _integration_types(merged: Json, application: Application) -> list[int]:
    """How the command can be installed: as the application can, where it does not say."""
    return merged.get("integration_types") or [int(kind) for kind in application.integration_types]


def _check_installations(
    problems: Problems, path: Path, merged: Json, application: Application
) -> None:
    for at, kind in enumerate(merged.get("integration_types") or ()):
        if str(kind) not in application.integration_types:
            problems.add(
                (*path, "integration_types", at),
                "APPLICATION_COMMAND_INTEGRATION_TYPE_NOT_SUPPORTED",
                "The application does not support this installation context",
            )


def _check_handler(
    problems: Problems, path: Path, merged: Json, application: Application, *, in_guild: bool
) -> None:
    """An entry point is one application's that has an activity, for all servers alike."""
    if merged.get("type") != ENTRY_POINT:
        if merged.get("handler") is not None:
            problems.add(
                (*path, "handler"),
                "APPLICATION_COMMAND_HANDLER_NOT_ALLOWED",
                "Only Entry Point commands can have a handler",
            )
        return
    if in_guild:
        problems.add(
            (*path, "type"),
            "APPLICATION_COMMAND_TYPE_NOT_ALLOWED_IN_GUILD",
            "Entry Point commands cannot be guild commands",
        )
    if not application.embedded:
        problems.add(
            (*path, "type"),
            "APPLICATION_COMMAND_ENTRY_POINT_NOT_EMBEDDED",
            "Entry Point commands need an application with the EMBEDDED flag",
        )


def _description(problems: Problems, path: Path, merged: Json, kind: int) -> str | None:
    """What the command does; what is done to a user or message has none."""
    if kind == CHAT_INPUT:
        return description(problems, path, merged.get("description"))
    if kind == ENTRY_POINT:
        return fields.text(problems, path, merged.get("description"), longest=100) or ""
    if merged.get("description"):
        problems.add(
            path,
            "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED",
            "Context menu commands cannot have a description",
        )
    return ""


def _options(problems: Problems, path: Path, value: Any, *, chat: bool) -> Json:
    listed = options(problems, path, value)
    if listed and not chat:
        problems.add(
            path,
            "APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED",
            "Context menu commands cannot have options",
        )
    return {"options": listed} if listed else {}


def _size(node: Json) -> int:
    """The characters that count: names, descriptions, and string values of choices."""
    total = _longest(node, "name") + _longest(node, "description")
    for choice in node.get("choices", ()):
        total += _longest(choice, "name")
        total += len(choice["value"]) if isinstance(choice["value"], str) else 0
    return total + sum(_size(option) for option in node.get("options", ()))


def _longest(node: Json, name: str) -> int:
    """A text's length in the language in which it is longest, which is the one that counts."""
    localized = (node.get(f"{name}_localizations") or {}).values()
    return max(len(text or "") for text in (node.get(name), *localized))
