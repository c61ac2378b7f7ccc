"""Auto moderation: a server's rules on what its members write."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.wire import Json

KEYWORD, SPAM, KEYWORD_PRESET, MENTION_SPAM, MEMBER_PROFILE = 1, 3, 4, 5, 6
"""What a rule may look for."""
BLOCK_MESSAGE, SEND_ALERT, TIMEOUT, BLOCK_INTERACTION = 1, 2, 3, 4
"""What it may do then."""
MESSAGE_SEND = 1


@dataclass(slots=True)
class AutoModerationRule:
    id: int
    creator_id: int
    name: str
    trigger_type: int
    trigger: Json
    """Discord's `trigger_metadata`, with what was not given filled in."""
    actions: list[Json]
    enabled: bool = False
    exempt_roles: list[int] = field(default_factory=list)
    exempt_channels: list[int] = field(default_factory=list)
