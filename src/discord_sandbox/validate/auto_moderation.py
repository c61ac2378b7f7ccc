"""A rule of auto moderation, checked and with what it does not name filled in."""

from __future__ import annotations

import re
from typing import Any

from discord_sandbox.errors import NotImplementedBySandbox, Problems
from discord_sandbox.model import Json
from discord_sandbox.model.auto_moderation import (
    BLOCK_INTERACTION,
    BLOCK_MESSAGE,
    KEYWORD,
    KEYWORD_PRESET,
    MEMBER_PROFILE,
    MENTION_SPAM,
    MESSAGE_SEND,
    SEND_ALERT,
    SPAM,
    TIMEOUT,
)
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Takes

LONGEST_TIMEOUT_S = 2_419_200
_WORDS = members.many(members.text(60, 1), 1000)
_ALLOWED = members.many(members.text(60, 1), 100)
_TRIGGERS: dict[int, Takes] = {
    KEYWORD: {
        "keyword_filter": _WORDS,
        "regex_patterns": members.many(members.text(260, 1), 10),
        "allow_list": _ALLOWED,
    },
    SPAM: {},
    KEYWORD_PRESET: {"presets": members.many(members.choice(1, 2, 3), 3), "allow_list": _WORDS},
    MENTION_SPAM: {
        "mention_total_limit": members.number(0, 50),
        "mention_raid_protection_enabled": members.flag,
    },
}
_USUAL: Json = {"mention_total_limit": 0, "mention_raid_protection_enabled": False}
"""What stands for a member of a trigger that is not there; for the others it is an empty list."""
_ACTIONS: dict[int, Takes] = {
    BLOCK_MESSAGE: {"custom_message": members.text(300)},
    SEND_ALERT: {"channel_id": members.snowflake},
    TIMEOUT: {"duration_seconds": members.number(0, LONGEST_TIMEOUT_S)},
}
TAKES: Takes = {
    "name": members.text(100, 1),
    "event_type": members.choice(1, 2),
    "trigger_type": members.choice(KEYWORD, SPAM, KEYWORD_PRESET, MENTION_SPAM, MEMBER_PROFILE),
    "trigger_metadata": members.mapping,
    "actions": members.many(members.mapping, 5, 1),
    "enabled": members.flag,
    "exempt_roles": members.many(members.snowflake, 20),
    "exempt_channels": members.many(members.snowflake, 50),
}
_LOOKS_AROUND = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?<?[=!]|\(\?P=|\\[1-9])")
_RUST_ONLY = re.compile(r"\\[pPz]|\[\[:")


def check_trigger(kind: int, value: Json | None) -> Json:
    """What a rule of this kind looks for.

    Raises ApiError 50035, or NotImplementedBySandbox for the profiles of members and for regular
    expressions that only Rust has.
    """
    if kind == MEMBER_PROFILE:
        raise NotImplementedBySandbox("Auto moderation of members' profiles")
    problems = Problems()
    takes, given = _TRIGGERS[kind], value or {}
    path = ("trigger_metadata",)
    members.note_members(problems, path, takes, given)
    problems.raise_if_any()
    trigger: Json = {
        name: _USUAL.get(name, []) if given.get(name) is None else given[name] for name in takes
    }
    if kind == KEYWORD:
        _check_patterns(problems, (*path, "regex_patterns"), trigger["regex_patterns"])
    problems.raise_if_any()
    return trigger


def _check_patterns(problems: Problems, path: Path, patterns: list[str]) -> None:
    """Discord has Rust's regular expressions; nearly all that these take Python's take, too."""
    for at, pattern in enumerate(patterns):
        if _RUST_ONLY.search(pattern):
            raise NotImplementedBySandbox(f"The regular expression {pattern!r}")
        try:
            re.compile(pattern)
            valid = not _LOOKS_AROUND.search(pattern)
        except (re.error, OverflowError, RecursionError):
            valid = False
        if not valid:
            text = "Invalid regex pattern: it is none in Rust's regex crate."
            problems.add((*path, at), "AUTO_MODERATION_INVALID_REGEX", text)


def check_actions(kind: int, value: list[Json] | None) -> list[Json]:
    """What a rule of this kind does, at most once of each type; it blocks where nothing is said.

    Raises ApiError 50035, or NotImplementedBySandbox for holding back a member's interactions.
    """
    problems = Problems()
    shaped: list[Json] = []
    listed = [{"type": BLOCK_MESSAGE}] if value is None else value
    for at, one in enumerate(listed):
        path: Path = ("actions", at)
        action = fields.one_of(problems, (*path, "type"), one.get("type"), (1, 2, 3, 4))
        if action == BLOCK_INTERACTION:
            raise NotImplementedBySandbox("Holding back a member's interactions")
        if action is None:
            continue
        shaped.append({"type": action, "metadata": _metadata(problems, path, action, one)})
        if action == TIMEOUT and kind not in (KEYWORD, MENTION_SPAM):
            text = "Timeouts are for keywords and mention spam only."
            problems.add((*path, "type"), "AUTO_MODERATION_INVALID_ACTION_TYPE", text)
    if len({one["type"] for one in shaped}) < len(shaped):
        text = "A rule takes each type of action once."
        problems.add(("actions",), "AUTO_MODERATION_DUPLICATE_ACTION_TYPE", text)
    problems.raise_if_any()
    return shaped


def _metadata(problems: Problems, path: Path, action: int, given: Json) -> Json:
    where = (*path, "metadata")
    value: Any = given.get("metadata")
    if value is None:
        value = {}
    found = fields.mapping(problems, where, value) or {}
    members.note_members(problems, where, _ACTIONS[action], found)
    shaped = {name: found[name] for name in _ACTIONS[action] if found.get(name) is not None}
    if action == SEND_ALERT:
        if "channel_id" not in shaped:
            fields.required(problems, (*where, "channel_id"))
        shaped = {name: str(channel_id) for name, channel_id in shaped.items()}
    if action == TIMEOUT:
        shaped.setdefault("duration_seconds", 0)
    return shaped


def check_event_type(value: int | None) -> None:
    """Raises NotImplementedBySandbox for rules on what members do to their profiles."""
    if value not in (None, MESSAGE_SEND):
        raise NotImplementedBySandbox("Auto moderation of members' profiles")
