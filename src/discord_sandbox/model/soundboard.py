"""The sounds of a server's soundboard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Sound:
    id: int
    name: str
    creator_id: int
    volume: float = 1.0
    emoji_id: int | None = None
    emoji_name: str | None = None
