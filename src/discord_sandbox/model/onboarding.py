"""Onboarding: what new members are asked, and which channels they begin with."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.wire import Json

ADVANCED = 1
"""The mode in which channels that answers lead to count as well."""


@dataclass(slots=True)
class Onboarding:
    enabled: bool = False
    mode: int = 0
    prompts: list[Json] = field(default_factory=list)
    """As Discord answers them, ids given."""
    default_channel_ids: list[int] = field(default_factory=list)
