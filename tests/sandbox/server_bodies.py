"""Bodies for what sets up a server or an application, of which each member is tried with a wrong type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sandbox.drawn import png, uri

SOON = (datetime.now(UTC) + timedelta(hours=12)).isoformat()
RULE = {
    "name": "r",
    "event_type": 1,
    "trigger_type": 1,
    "trigger_metadata": {"keyword_filter": ["k"], "regex_patterns": ["r"], "allow_list": ["a"]},
    "actions": [
        {"type": 1, "metadata": {"custom_message": "m"}},
        {"type": 3, "metadata": {"duration_seconds": 1}},
    ],
    "enabled": True,
    "exempt_roles": [],
    "exempt_channels": [],
}


PROMPT = {
    "id": "0",
    "type": 0,
    "title": "t",
    "single_select": True,
    "required": False,
    "in_onboarding": True,
    "options": [
        {
            "id": "1",
            "title": "o",
            "description": "d",
            "emoji_name": "🔥",
            "emoji_animated": False,
            "role_ids": [],
            "channel_ids": [],
        }
    ],
}


SOUND = {"name": "horn", "volume": 0.5, "emoji_name": "📯"}
OGG = "data:audio/ogg;base64,T2dnUw=="
METADATA = {
    "type": 1,
    "key": "k",
    "name": "n",
    "name_localizations": {"de": "n"},
    "description": "d",
    "description_localizations": {"de": "d"},
}


def server_bodies(ids: dict[str, str]) -> dict[str, Any]:
    """An example for each operation."""
    return {
        "PATCH /guilds/{guild}": {
            "name": "Town",
            "description": "d",
            "preferred_locale": "de",
            "verification_level": 1,
            "default_message_notifications": 1,
            "explicit_content_filter": 2,
            "afk_timeout": 60,
            "system_channel_id": ids["channel"],
            "system_channel_flags": 1,
            "premium_progress_bar_enabled": True,
            "icon": uri(png()),
            "features": ["RAID_ALERTS_DISABLED"],
        },
        "POST /guilds/{guild}/auto-moderation/rules": {**RULE, "name": "q"},
        "PATCH /guilds/{guild}/auto-moderation/rules/{rule}": RULE,
        "PUT /guilds/{guild}/onboarding": {
            "enabled": False,
            "mode": 1,
            "default_channel_ids": [ids["channel"]],
            "prompts": [PROMPT],
        },
        "PUT /guilds/{guild}/incident-actions": {"invites_disabled_until": SOON},
        "POST /guilds/{twin}/templates": {"name": "n", "description": "d"},
        "PATCH /guilds/{guild}/templates/{code}": {"name": "n", "description": "d"},
        "POST /guilds/{guild}/soundboard-sounds": {**SOUND, "sound": OGG},
        "PATCH /guilds/{guild}/soundboard-sounds/{sound}": SOUND,
        "POST /applications/{application}/entitlements": {
            "sku_id": ids["sku"],
            "owner_id": ids["ben"],
            "owner_type": 2,
        },
        "PUT /applications/{application}/role-connections/metadata": [METADATA],
    }
