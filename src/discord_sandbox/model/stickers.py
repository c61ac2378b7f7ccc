"""Stickers of a server."""

from __future__ import annotations

from dataclasses import dataclass

PNG, APNG, LOTTIE, GIF = 1, 2, 3, 4


@dataclass(slots=True)
class Sticker:
    """A picture that members send; `format` is one of Discord's four."""

    id: int
    guild_id: int
    name: str
    tags: str
    description: str | None
    format: int
    creator_id: int
