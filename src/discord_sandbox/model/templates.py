"""Templates: how a server was set up, to make others like it."""

from __future__ import annotations

from dataclasses import dataclass

from discord_sandbox.model.wire import Json


@dataclass(slots=True)
class GuildTemplate:
    code: str
    name: str
    description: str | None
    creator_id: int
    created_ms: int
    updated_ms: int
    snapshot: Json
    """Discord's `serialized_source_guild`."""
    usage_count: int = 0
