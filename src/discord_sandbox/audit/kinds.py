"""Kinds of things in a server that the audit log tells of, and how two looks at them compare."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from discord_sandbox.model import Guild, Json
from discord_sandbox.world import World

Looks = dict[Hashable, Json]
"""Things by their ids. Members that begin with _ are known, but not told as changes."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an operation is about: a server, and the ids and the body that it was given."""

    world: World
    guild: Guild
    actor_id: int | None
    ids: Mapping[str, int] = field(default_factory=dict)
    """By "channel", "message", "user" and so on."""
    body: Any = None


@dataclass(frozen=True, slots=True)
class Found:
    """An entry to be written: what became of one thing."""

    action: int
    target_id: int | None
    changes: list[Json]
    options: Json | None


def _own_id(key: Hashable, _: Json) -> int | None:
    return key if isinstance(key, int) else None


def _no_options(_scope: Scope, _before: Json, _after: Json) -> Json | None:
    return None


def changed_values(before: Json, after: Json) -> list[Json]:
    """The members that differ, each with its old and new value where it has one."""
    changes = []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if key.startswith("_") or old == new:
            continue
        change: Json = {"key": key}
        if old is not None:
            change["old_value"] = old
        if new is not None:
            change["new_value"] = new
        changes.append(change)
    return changes


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: the actions for a new, a changed and a gone one, and how it looks."""

    look: Callable[[Scope], Looks]
    created: int | None = None
    updated: int | None = None
    deleted: int | None = None
    target: Callable[[Hashable, Json], int | None] = _own_id
    options: Callable[[Scope, Json, Json], Json | None] = _no_options
    changes: Callable[[Json, Json], list[Json]] = changed_values

    def compare(self, scope: Scope, before: Looks, after: Looks) -> list[Found]:
        """An entry for each thing of which there is something to tell."""
        found = []
        for key in dict.fromkeys((*before, *after)):
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            action = self.created if old is None else self.deleted if new is None else self.updated
            if action is None:
                continue
            found.append(
                Found(
                    action,
                    self.target(key, new or old or {}),
                    self.changes(old or {}, new or {}),
                    self.options(scope, old or {}, new or {}),
                )
            )
        return found
