"""How a server is set up: what its settings pages hold."""

from __future__ import annotations

from dataclasses import dataclass

SUPPRESS_JOINS = 1 << 0
"""Of `system_channel_flags`: nobody who comes is greeted."""
SYSTEM_CHANNEL_FLAGS = (1 << 6) - 1

COMMUNITY, INVITES_DISABLED, RAID_ALERTS_DISABLED = (
    "COMMUNITY",
    "INVITES_DISABLED",
    "RAID_ALERTS_DISABLED",
)
SWITCHED = (COMMUNITY, INVITES_DISABLED, RAID_ALERTS_DISABLED)
"""The features that whoever manages a server switches; others are granted it."""


@dataclass(slots=True)
class GuildSettings:
    """What is set to Discord's usual values until somebody changes it."""

    verification_level: int = 0
    default_message_notifications: int = 0
    explicit_content_filter: int = 0
    afk_channel_id: int | None = None
    afk_timeout: int = 300
    """In seconds."""
    system_channel_flags: int = 0
    rules_channel_id: int | None = None
    public_updates_channel_id: int | None = None
    safety_alerts_channel_id: int | None = None
    premium_progress_bar_enabled: bool = False
    invites_disabled_until_ms: int | None = None
    dms_disabled_until_ms: int | None = None
