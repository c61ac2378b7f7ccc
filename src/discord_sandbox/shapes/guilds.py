"""Guilds, members, roles and scheduled events in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import EventException, Guild, Json, Member, Role, ScheduledEvent
from discord_sandbox.model.guild_settings import COMMUNITY
from discord_sandbox.shapes.emojis import emoji_json
from discord_sandbox.shapes.stickers import sticker_json
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
        "colors": {
            "primary_color": role.color,
            "secondary_color": role.secondary_color,
            "tertiary_color": role.tertiary_color,
        },
        "hoist": role.hoist,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": role.icon,
        "unicode_emoji": role.unicode_emoji,
        "flags": 0,
    }
    if role.bot_id is not None:
        shaped["tags"] = {"bot_id": str(role.bot_id)}
    return shaped


def partial_member_json(member: Member) -> Json:
    """A member without its user, as messages and mentions carry it."""
    return {
        "avatar": member.avatar,
        "banner": member.banner,
        "communication_disabled_until": _iso_or_none(member.timeout_until_ms),
        "flags": member.flags,
        "joined_at": iso(member.joined_ms),
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in member.role_ids],
        "mute": member.mute,
        "deaf": member.deaf,
    }


def member_json(member: Member) -> Json:
    return {**partial_member_json(member), "user": user_json(member.user)}


def guild_json(guild: Guild) -> Json:
    """The guild as REST answers it."""
    settings = guild.settings
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "description": guild.description,
        "home_header": None,
        "splash": guild.splash,
        "discovery_splash": guild.discovery_splash,
        "features": guild_features(guild),
        "banner": guild.banner,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "sandbox",
        "afk_channel_id": _id_or_none(settings.afk_channel_id),
        "afk_timeout": settings.afk_timeout,
        "system_channel_id": _id_or_none(guild.system_channel_id),
        "system_channel_flags": settings.system_channel_flags,
        "widget_enabled": guild.widget.enabled,
        "widget_channel_id": _id_or_none(guild.widget.channel_id),
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
        "emojis": [emoji_json(emoji) for emoji in guild.emojis.values()],
        "stickers": [sticker_json(sticker) for sticker in guild.stickers.values()],
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
    """What the server was given and switched on, and what comes with its settings."""
    shown = list(guild.features)
    if COMMUNITY in shown:
        shown.append("NEWS")
    if guild.auto_moderation:
        shown.append("AUTO_MODERATION")
    if guild.welcome.enabled:
        shown.append("WELCOME_SCREEN_ENABLED")
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
        "image": event.image,
        "guild_scheduled_event_exceptions": [
            event_exception_json(event, one) for one in event.exceptions.values()
        ],
        **event.data,
    }
    if with_user_count:
        shaped["user_count"] = len(event.interested)
    return shaped


def event_exception_json(event: ScheduledEvent, exception: EventException) -> Json:
    return {
        "event_id": str(event.id),
        "event_exception_id": str(exception.id),
        "scheduled_start_time": _iso_or_none(exception.start_ms),
        "scheduled_end_time": _iso_or_none(exception.end_ms),
        "is_canceled": exception.canceled,
    }
