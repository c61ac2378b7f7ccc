"""Emojis that are pictures: of a server, or of an application."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Emoji:
    """Its picture is kept with the others, at `emojis/ID`."""

    id: int
    name: str
    creator_id: int
    animated: bool = False
    role_ids: list[int] = field(default_factory=list)
    """Who may use it; everybody where there are none."""
