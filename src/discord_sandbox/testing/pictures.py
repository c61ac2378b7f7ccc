"""Pictures and emojis, from a test's side."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from discord_sandbox.images import format_of
from discord_sandbox.testing.control import Json

PICTURES = ("avatar", "banner", "icon", "splash", "discovery_splash")


def data_uri(content: bytes) -> str:
    """A picture as Discord's API takes it."""
    kind = format_of(content) or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def with_pictures(body: Json) -> Json:
    """The body with pictures that are bytes turned into what the API takes."""
    return {
        name: data_uri(value) if name in PICTURES and isinstance(value, bytes) else value
        for name, value in body.items()
    }


@dataclass(frozen=True)
class Emoji:
    """A custom emoji. As a string it is what stands for it in a message's text."""

    id: int
    name: str
    animated: bool

    def __str__(self) -> str:
        return f"<{'a' if self.animated else ''}:{self.name}:{self.id}>"

    @classmethod
    def of(cls, data: Json) -> Emoji:
        """The emoji that Discord's object describes."""
        return cls(int(data["id"]), data["name"], data["animated"])


def named(emoji: str | Emoji) -> str:
    """An emoji as the routes of reactions name it."""
    return f"{emoji.name}:{emoji.id}" if isinstance(emoji, Emoji) else emoji
