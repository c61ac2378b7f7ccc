"""Changing how a server is set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import GUILD_ANNOUNCEMENT, GUILD_TEXT, GUILD_VOICE, Guild, Json
from discord_sandbox.model.guild_settings import (
    COMMUNITY,
    INVITES_DISABLED,
    SWITCHED,
    SYSTEM_CHANNEL_FLAGS,
    GuildSettings,
)
from discord_sandbox.permissions import ADMINISTRATOR
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.world import World

_WRITTEN = frozenset({GUILD_TEXT, GUILD_ANNOUNCEMENT})
_CHANNELS = {
    "afk_channel_id": frozenset({GUILD_VOICE}),
    "system_channel_id": _WRITTEN,
    "rules_channel_id": _WRITTEN,
    "public_updates_channel_id": _WRITTEN,
    "safety_alerts_channel_id": _WRITTEN,
}
"""Settings that name a channel, and the types of channel that each may name."""
_OF_COMMUNITIES = ("rules_channel_id", "public_updates_channel_id")
_PLAIN = (
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "afk_timeout",
    "premium_progress_bar_enabled",
)
_NEEDED_TO_SWITCH = {COMMUNITY: ADMINISTRATOR}
"""What one needs for a feature besides MANAGE_GUILD."""


def change_settings(
    world: World, guild: Guild, editor_id: int, body: Json, *, granted: Sequence[str] | None = None
) -> None:
    """Set what a body that was checked names; null is what a new server has.

    Of its `features` those that can be switched count; `granted` are the others from now on.

    Raises ApiError 10003 or 50024 for a channel that is none or of another type, 50013 for what
    the editor may not change, 40006 for a community without its channels, 10007 for an owner who
    is no member.
    """
    channels = {name: _channel(guild, name, body[name]) for name in _CHANNELS if name in body}
    settings = _settings(guild, body, channels)
    features = _features(guild, body, guild.features if granted is None else granted)
    _check_features(world, guild, editor_id, features, settings)
    owner_id = _owner(world, guild, editor_id, body.get("owner_id"))
    guild.settings, guild.features = settings, features
    guild.owner_id = owner_id
    if "system_channel_id" in channels:
        guild.system_channel_id = channels["system_channel_id"]
    guild.name = body.get("name") or guild.name
    guild.description = body.get("description", guild.description)
    if "preferred_locale" in body:
        guild.preferred_locale = body["preferred_locale"] or "en-US"


def _settings(guild: Guild, body: Json, channels: dict[str, int | None]) -> GuildSettings:
    """The settings as they would be."""
    settings = replace(guild.settings)
    usual = GuildSettings()
    for name in _PLAIN:
        if name in body:
            setattr(settings, name, getattr(usual, name) if body[name] is None else body[name])
    if "system_channel_flags" in body:
        settings.system_channel_flags = (body["system_channel_flags"] or 0) & SYSTEM_CHANNEL_FLAGS
    for name, channel_id in channels.items():
        if name != "system_channel_id":
            setattr(settings, name, channel_id)
    return settings


def _features(guild: Guild, body: Json, granted: Sequence[str]) -> list[str]:
    """The features as they would be."""
    # Clients send all that they were shown: what nobody can switch is passed over.
    wanted = guild.features if body.get("features") is None else body["features"]
    switched = [name for name in SWITCHED if name in wanted]
    return [*(name for name in granted if name not in SWITCHED), *switched]


def _channel(guild: Guild, name: str, value: object) -> int | None:
    if value is None:
        return None
    channel = guild.channels.get(parse_snowflake(value) or 0)
    if channel is None:
        raise ApiError(10003)
    if channel.type not in _CHANNELS[name]:
        raise ApiError(50024)
    return channel.id


def _check_features(
    world: World, guild: Guild, editor_id: int, features: list[str], settings: GuildSettings
) -> None:
    rights = world.guild_permissions(guild, guild.members[editor_id])
    for name in {*features} ^ {*guild.features}:
        needed = _NEEDED_TO_SWITCH.get(name, 0)
        if rights & needed != needed:
            raise ApiError(50013)
    if COMMUNITY not in features:
        return
    missing = [name for name in _OF_COMMUNITIES if getattr(settings, name) is None]
    if missing and COMMUNITY not in guild.features:
        raise ApiError(40006)
    for name in missing:
        raise invalid((name,), "BASE_TYPE_REQUIRED", "This field is required")


def _owner(world: World, guild: Guild, editor_id: int, wanted: object) -> int:
    """Who owns the server then. Only its owner gives it away, and not to a bot."""
    owner_id = parse_snowflake(wanted)
    if owner_id is None or owner_id == guild.owner_id:
        return guild.owner_id
    heir = world.member(guild, owner_id)
    if editor_id != guild.owner_id or heir.user.bot:
        raise ApiError(50013)
    return owner_id


def check_deletable(guild: Guild, channel_id: int) -> None:
    """Raises ApiError 50074 for a channel that a community cannot be without."""
    settings = guild.settings
    needed = (settings.rules_channel_id, settings.public_updates_channel_id)
    if COMMUNITY in guild.features and channel_id in needed:
        raise ApiError(50074)


def forget_channel(guild: Guild, channel_id: int) -> None:
    """A channel is gone: no setting names it any longer."""
    if guild.system_channel_id == channel_id:
        guild.system_channel_id = None
    for name in _CHANNELS:
        if name != "system_channel_id" and getattr(guild.settings, name) == channel_id:
            setattr(guild.settings, name, None)


def invites_paused(world: World, guild: Guild) -> bool:
    """Whether nobody new is let in at the moment."""
    until_ms = guild.settings.invites_disabled_until_ms or 0
    return INVITES_DISABLED in guild.features or until_ms > world.clock.now_ms()


def dms_paused(world: World, one: int, other: int) -> bool:
    """Whether every server that two users share keeps its members from writing to one another."""
    shared = [guild for guild in world.guilds_of(one) if other in guild.members]
    now_ms = world.clock.now_ms()
    return bool(shared) and all(
        (guild.settings.dms_disabled_until_ms or 0) > now_ms for guild in shared
    )
