"""The audit log of a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.wire import Json


@dataclass(slots=True)
class AuditEntry:
    """Something that somebody did to a server."""

    id: int
    at_ms: int
    """Apart from the id, which goes on from the last where the clock was set back."""
    action: int
    user_id: int | None
    """Who did it; nobody where only a webhook's token did."""
    target_id: int | None
    changes: list[Json] = field(default_factory=list)
    options: Json | None = None
    reason: str | None = None
