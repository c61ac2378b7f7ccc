"""What the body of a change of a server may have."""

from __future__ import annotations

from discord_sandbox.validate import members
from discord_sandbox.validate.localizations import LOCALES
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import picture

TAKES: Takes = {
    "name": members.text(100, 2),
    "description": members.text(300),
    "preferred_locale": members.word(LOCALES),
    "verification_level": members.choice(*range(5)),
    "default_message_notifications": members.choice(0, 1),
    "explicit_content_filter": members.choice(*range(3)),
    "afk_channel_id": members.snowflake,
    "afk_timeout": members.choice(60, 300, 900, 1800, 3600),
    "owner_id": members.snowflake,
    "system_channel_id": members.snowflake,
    "system_channel_flags": members.number(0, 2**31 - 1),
    "rules_channel_id": members.snowflake,
    "public_updates_channel_id": members.snowflake,
    "safety_alerts_channel_id": members.snowflake,
    "premium_progress_bar_enabled": members.flag,
    **{name: picture() for name in ("icon", "banner", "splash", "discovery_splash")},
    "features": members.many(members.text(100), 1521),
}
