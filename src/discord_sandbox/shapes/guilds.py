"""Guilds, members, roles and scheduled events in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import EventException, Guild, Json, Member, Role, ScheduledEvent
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
        "flags": 0,
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
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": _id_or_none(guild.system_channel_id),
        "system_channel_flags": 0,
        "widget_enabled": guild.widget.enabled,
        "widget_channel_id": _id_or_none(guild.widget.channel_id),
        "verification_level": 0,
        "roles": [role_json(role) for role in guild.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.preferred_locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [emoji_json(emoji) for emoji in guild.emojis.values()],
        "stickers": [sticker_json(sticker) for sticker in guild.stickers.values()],
        "incidents_data": None,
    }


def guild_features(guild: Guild) -> list[str]:
    """What the server was given, and what its settings switch on."""
    return [*guild.features, *(["WELCOME_SCREEN_ENABLED"] if guild.welcome.enabled else [])]


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
