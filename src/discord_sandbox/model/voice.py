"""Who is in which voice or stage channel. Nobody can be heard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class VoiceState:
    user_id: int
    channel_id: int
    session_id: str
    self_mute: bool = False
    self_deaf: bool = False
    suppress: bool = False
    """Whether they may not speak, as the audience of a stage."""
    request_ms: int | None = None
    """When they asked to speak, or were asked to."""
