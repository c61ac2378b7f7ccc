"""Guilds, members, roles and scheduled events in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import Guild, Json, Member, Role, ScheduledEvent
from discord_sandbox.model.guild_settings import COMMUNITY
from discord_sandbox.shapes.users import user_json


def _iso_or_none(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)


def _id_or_none(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def role_json(role: Role) -> Json:
    shaped: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": role.hoist,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if role.bot_id is not None:
        shaped["tags"] = {"bot_id": str(role.bot_id)}
    return shaped


def partial_member_json(member: Member) -> Json:
    """A member without its user, as messages and mentions carry it."""
    return {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": _iso_or_none(member.timeout_until_ms),
        "flags": member.flags,
        "joined_at": iso(member.joined_ms),
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in member.role_ids],
        "mute": False,
        "deaf": False,
    }


def member_json(member: Member) -> Json:
    return {**partial_member_json(member), "user": user_json(member.user)}


def guild_json(guild: Guild) -> Json:
    """The guild as REST answers it."""
    settings = guild.settings
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": guild.description,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": guild_features(guild),
        "banner": None,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "sandbox",
        "afk_channel_id": _id_or_none(settings.afk_channel_id),
        "afk_timeout": settings.afk_timeout,
        "system_channel_id": _id_or_none(guild.system_channel_id),
        "system_channel_flags": settings.system_channel_flags,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": settings.verification_level,
        "roles": [role_json(role) for role in guild.roles.values()],
        "default_message_notifications": settings.default_message_notifications,
        "mfa_level": 0,
        "explicit_content_filter": settings.explicit_content_filter,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.preferred_locale,
        "rules_channel_id": _id_or_none(settings.rules_channel_id),
        "safety_alerts_channel_id": _id_or_none(settings.safety_alerts_channel_id),
        "public_updates_channel_id": _id_or_none(settings.public_updates_channel_id),
        "premium_progress_bar_enabled": settings.premium_progress_bar_enabled,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": _incidents_or_none(guild),
    }


def incidents_json(guild: Guild) -> Json:
    """Until when nobody new is let in, and members do not write to one another."""
    settings = guild.settings
    return {
        "invites_disabled_until": _iso_or_none(settings.invites_disabled_until_ms),
        "dms_disabled_until": _iso_or_none(settings.dms_disabled_until_ms),
        "dm_spam_detected_at": None,
        "raid_detected_at": None,
    }


def _incidents_or_none(guild: Guild) -> Json | None:
    shaped = incidents_json(guild)
    return shaped if any(shaped.values()) else None


def guild_features(guild: Guild) -> list[str]:
    """What is switched on in the server, and what comes with it."""
    shown = list(guild.settings.features)
    if COMMUNITY in shown:
        shown.append("NEWS")
    if guild.auto_moderation:
        shown.append("AUTO_MODERATION")
    return shown


def guild_preview_json(guild: Guild) -> Json:
    """The guild as its preview shows it to those who are not in it."""
    shared = guild_json(guild)
    kept = ("id", "name", "icon", "description", "home_header", "splash", "discovery_splash")
    return {
        **{name: shared[name] for name in (*kept, "features", "emojis", "stickers")},
        **guild_counts_json(guild),
    }


def guild_counts_json(guild: Guild) -> Json:
    online = sum(1 for member in guild.members.values() if member.user.status != "offline")
    return {
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": online,
    }


def scheduled_event_json(event: ScheduledEvent, *, with_user_count: bool = False) -> Json:
    shaped: Json = {
        "id": str(event.id),
        "guild_id": str(event.guild_id),
        "creator_id": str(event.creator_id),
        "entity_id": _id_or_none(event.entity_id),
        "image": None,
        "guild_scheduled_event_exceptions": [],
        **event.data,
    }
    if with_user_count:
        shaped["user_count"] = len(event.interested)
    return shaped
