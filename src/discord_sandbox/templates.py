"""Templates of servers: taken of one, and others made by them."""

from __future__ import annotations

import secrets

from discord_sandbox.channels import create_channel
from discord_sandbox.errors import ApiError
from discord_sandbox.guilds import create_role
from discord_sandbox.model import (
    GUILD_ANNOUNCEMENT,
    GUILD_CATEGORY,
    GUILD_FORUM,
    GUILD_MEDIA,
    GUILD_STAGE,
    GUILD_TEXT,
    GUILD_VOICE,
    Channel,
    Forum,
    Guild,
    Json,
    Overwrite,
    Role,
    Voice,
)
from discord_sandbox.model.templates import GuildTemplate
from discord_sandbox.world import World

_AS = {GUILD_ANNOUNCEMENT: GUILD_TEXT, GUILD_STAGE: GUILD_VOICE, GUILD_MEDIA: GUILD_FORUM}
"""Templates know four types of channels; the others are kept as what they are most like."""
_KEPT = ("verification_level", "default_message_notifications", "explicit_content_filter")
_KEPT_TOO = ("afk_timeout", "system_channel_flags")


def snapshot(guild: Guild) -> Json:
    """How the server is set up. Roles and channels are numbered, @everyone as 0."""
    roles = [role for role in guild.roles.values() if not role.managed]
    channels = [channel for channel in guild.channels.values() if channel.thread is None]
    channels.sort(key=lambda channel: (channel.type != GUILD_CATEGORY, channel.position))
    role_numbers = {role.id: number for number, role in enumerate(roles)}
    numbers = {channel.id: number for number, channel in enumerate(channels, 1)}
    settings = guild.settings

    def number(channel_id: int | None) -> str | None:
        found = None if channel_id is None else numbers.get(channel_id)
        return None if found is None else str(found)

    return {
        "name": guild.name,
        "description": guild.description,
        "region": None,
        "preferred_locale": guild.preferred_locale,
        **{name: getattr(settings, name) for name in (*_KEPT, *_KEPT_TOO)},
        "afk_channel_id": number(settings.afk_channel_id),
        "system_channel_id": number(guild.system_channel_id),
        "roles": [_role(role, role_numbers[role.id]) for role in roles],
        "channels": [
            {
                **_channel(channel, role_numbers),
                "id": numbers[channel.id],
                "parent_id": number(channel.parent_id),
            }
            for channel in channels
        ],
    }


def _role(role: Role, number: int) -> Json:
    return {
        "id": number,
        "name": role.name,
        "permissions": str(role.permissions),
        "color": role.color,
        "colors": {
            "primary_color": role.color,
            "secondary_color": role.secondary_color,
            "tertiary_color": role.tertiary_color,
        },
        "hoist": role.hoist,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
    }


def _channel(channel: Channel, role_numbers: dict[int, int]) -> Json:
    voice, forum = channel.voice or Voice(), channel.forum or Forum()
    return {
        "type": _AS.get(channel.type, channel.type),
        "name": channel.name,
        "position": channel.position,
        "topic": channel.topic,
        "bitrate": voice.bitrate,
        "user_limit": voice.user_limit,
        "nsfw": channel.nsfw,
        "rate_limit_per_user": channel.rate_limit_per_user,
        "default_auto_archive_duration": channel.default_auto_archive_minutes,
        "default_thread_rate_limit_per_user": channel.default_thread_rate_limit,
        "permission_overwrites": [
            {
                "id": str(role_numbers[one.id]),
                "type": 0,
                "allow": str(one.allow),
                "deny": str(one.deny),
            }
            for one in channel.overwrites.values()
            if one.id in role_numbers
        ],
        "available_tags": [
            {
                "id": None,
                "name": tag.name,
                "emoji_id": None,
                "emoji_name": tag.emoji_name,
                "moderated": tag.moderated,
            }
            for tag in forum.tags.values()
        ],
        "template": "",
        "default_reaction_emoji": forum.reaction_emoji,
        "default_sort_order": forum.sort_order,
        "default_forum_layout": forum.layout if channel.forum is not None else None,
        "default_tag_setting": forum.tag_setting if channel.forum is not None else None,
        "theme_color": None,
    }


def create_template(
    world: World, guild: Guild, creator_id: int, name: str, description: str | None
) -> GuildTemplate:
    """Raises ApiError 30031 where the server has one already."""
    if guild.templates:
        raise ApiError(30031)
    now_ms = world.clock.now_ms()
    code = secrets.token_hex(6)
    made = GuildTemplate(code, name, description, creator_id, now_ms, now_ms, snapshot(guild))
    guild.templates[code] = made
    return made


def sync(world: World, guild: Guild, template: GuildTemplate) -> None:
    """Take the template anew of the server as it is."""
    template.snapshot, template.updated_ms = snapshot(guild), world.clock.now_ms()


def find_template(world: World, code: str) -> tuple[Guild, GuildTemplate]:
    """The template, and the server it was taken of. Raises ApiError 10057."""
    for guild in world.guilds.values():
        if code in guild.templates:
            return guild, guild.templates[code]
    raise ApiError(10057)


def set_up(world: World, guild: Guild, template: GuildTemplate) -> None:
    """Give a new server, without channels as yet, what the template holds."""
    template.usage_count += 1
    taken = template.snapshot
    guild.description, guild.preferred_locale = taken["description"], taken["preferred_locale"]
    for name in (*_KEPT, *_KEPT_TOO):
        setattr(guild.settings, name, taken[name])
    roles = {"0": guild.id}
    guild.roles[guild.id].permissions = int(taken["roles"][0]["permissions"])
    for one in reversed(taken["roles"][1:]):
        made = create_role(
            world,
            guild,
            one["name"],
            int(one["permissions"]),
            colors=one,
            hoist=one["hoist"],
            mentionable=one["mentionable"],
        )
        roles[str(one["id"])] = made.id
    channels: dict[str, int] = {}
    for one in taken["channels"]:
        overwrites = [
            Overwrite(roles[given["id"]], 0, int(given["allow"]), int(given["deny"]))
            for given in one["permission_overwrites"]
        ]
        channel = create_channel(
            world,
            guild,
            one["name"],
            kind=one["type"],
            parent_id=channels.get(one["parent_id"] or ""),
            overwrites={overwrite.id: overwrite for overwrite in overwrites},
            settings=one,
        )
        channels[str(one["id"])] = channel.id
    guild.system_channel_id = channels.get(taken["system_channel_id"] or "")
    guild.settings.afk_channel_id = channels.get(taken["afk_channel_id"] or "")
