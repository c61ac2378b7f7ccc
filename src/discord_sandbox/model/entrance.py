"""What a server shows at its entrance: a welcome to members, and a widget to the web."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class WelcomeChannel:
    channel_id: int
    description: str
    emoji_name: str | None = None


@dataclass(slots=True)
class WelcomeScreen:
    """What is shown to whoever joins, once it is enabled."""

    enabled: bool = False
    description: str | None = None
    channels: list[WelcomeChannel] = field(default_factory=list)


@dataclass(slots=True)
class Widget:
    """What the server shows of itself to everybody, once it is enabled."""

    enabled: bool = False
    channel_id: int | None = None
    invite_code: str | None = None
    """Leads to the channel; it may have been revoked."""
