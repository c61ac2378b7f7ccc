"""Invites to servers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Invite:
    """A link by which people join a server; 0 is no limit of age and of uses."""

    id: int
    code: str
    guild_id: int
    channel_id: int
    inviter_id: int
    created_ms: int
    max_age_s: int = 86_400
    max_uses: int = 0
    temporary: bool = False
    role_ids: list[int] = field(default_factory=list)
    """What whoever joins by it is given."""
    uses: int = 0

    @property
    def expires_ms(self) -> int | None:
        return self.created_ms + self.max_age_s * 1000 if self.max_age_s else None
