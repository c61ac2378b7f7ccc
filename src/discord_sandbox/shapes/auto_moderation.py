"""Auto moderation in JSON: a rule, what it did, and the message that alerts moderators."""

from __future__ import annotations

from discord_sandbox.model import Guild, Json
from discord_sandbox.model.auto_moderation import MESSAGE_SEND, AutoModerationRule


def rule_json(guild: Guild, rule: AutoModerationRule) -> Json:
    return {
        "id": str(rule.id),
        "guild_id": str(guild.id),
        "creator_id": str(rule.creator_id),
        "name": rule.name,
        "event_type": MESSAGE_SEND,
        "trigger_type": rule.trigger_type,
        "trigger_metadata": rule.trigger,
        "actions": rule.actions,
        "enabled": rule.enabled,
        "exempt_roles": [str(role_id) for role_id in rule.exempt_roles],
        "exempt_channels": [str(channel_id) for channel_id in rule.exempt_channels],
    }


def alert_embed(
    rule: AutoModerationRule,
    content: str,
    *,
    channel_id: int,
    keyword: str | None,
    matched: str | None,
    message_id: int | None,
) -> Json:
    """What the alert in a channel shows; `message_id` is None where the message was blocked."""
    named = {
        "rule_name": rule.name,
        "decision_outcome": "blocked" if message_id is None else "flagged",
        "channel_id": str(channel_id),
        "keyword": keyword,
        "keyword_matched_content": matched,
        "flagged_message_id": None if message_id is None else str(message_id),
    }
    return {
        "type": "auto_moderation_message",
        "description": content,
        "fields": [
            {"name": name, "value": value, "inline": False}
            for name, value in named.items()
            if value is not None
        ],
    }
