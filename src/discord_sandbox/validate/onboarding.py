"""What the bodies of onboarding and of incident actions may have."""

from __future__ import annotations

from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes

_OPTION: Takes = {
    "id": members.snowflake,
    "title": members.text(50, 1),
    "description": members.text(100),
    "emoji_id": members.snowflake,
    "emoji_name": members.text(100),
    "emoji_animated": members.flag,
    "role_ids": members.many(members.snowflake, 50),
    "channel_ids": members.many(members.snowflake, 50),
}
_PROMPT: Takes = {
    "id": members.snowflake,
    "type": members.choice(0, 1),
    "title": members.text(100, 1),
    "options": members.many(members.nested(_OPTION), 50, 1),
    "single_select": members.flag,
    "required": members.flag,
    "in_onboarding": members.flag,
}
TAKES: Takes = {
    "prompts": members.many(members.nested(_PROMPT), 15),
    "default_channel_ids": members.many(members.snowflake, 500),
    "enabled": members.flag,
    "mode": members.choice(0, 1),
}
TAKES_INCIDENTS: Takes = {
    "invites_disabled_until": members.instant,
    "dms_disabled_until": members.instant,
}
