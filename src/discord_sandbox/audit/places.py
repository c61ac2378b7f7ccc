"""What the audit log tells of a server itself, its channels, overwrites, threads and roles."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from discord_sandbox.audit.kinds import Kind, Looks, Scope
from discord_sandbox.model import Channel, Json
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.guilds import guild_json, role_json

_OF_GUILD = (
    "name",
    "description",
    "preferred_locale",
    "system_channel_id",
    "owner_id",
    "afk_channel_id",
    "afk_timeout",
    "system_channel_flags",
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "premium_progress_bar_enabled",
    "features",
    "widget_enabled",
    "widget_channel_id",
)
_NOT_OF_CHANNEL = frozenset(
    {
        "id",
        "guild_id",
        "last_message_id",
        "last_pin_timestamp",
        "permission_overwrites",
    }
)
_OF_THREAD = ("archived", "auto_archive_duration", "locked", "invitable")
_OF_ROLE = ("name", "permissions", "color", "colors", "hoist", "mentionable")


def _kept(shaped: Json, names: Collection[str]) -> Json:
    return {name: shaped.get(name) for name in names}


def _look_at_guild(scope: Scope) -> Looks:
    return {scope.guild.id: _kept(guild_json(scope.guild), _OF_GUILD)}


def _channels(scope: Scope) -> Iterable[Channel]:
    """The channel that is named, or all."""
    named = scope.ids.get("channel")
    if named is None:
        return (one for one in scope.guild.channels.values() if one.thread is None)
    found = scope.guild.channels.get(named)
    return () if found is None or found.thread is not None else (found,)


def _look_at_channels(scope: Scope) -> Looks:
    return {
        channel.id: {
            name: value
            for name, value in channel_json(channel).items()
            if name not in _NOT_OF_CHANNEL
        }
        for channel in _channels(scope)
    }


def _look_at_overwrites(scope: Scope) -> Looks:
    looks: Looks = {}
    for channel in _channels(scope):
        for one in channel.overwrites.values():
            role = scope.guild.roles.get(one.id)
            looks[channel.id, one.id] = {
                "id": str(one.id),
                "type": one.type,
                "allow": str(one.allow),
                "deny": str(one.deny),
                "_name": None if role is None else role.name,
            }
    return looks


def _channel_of(key: Hashable, _look: Json) -> int | None:
    return key[0] if isinstance(key, tuple) else None


def _whose(_scope: Scope, before: Json, after: Json) -> Json:
    look = after or before
    whose = {"id": look["id"], "type": str(look["type"])}
    return whose if look["_name"] is None else {**whose, "role_name": look["_name"]}


def _thread(channel: Channel) -> Json:
    shaped = channel_json(channel)
    return {
        **_kept(shaped, ("name", "type", "rate_limit_per_user", "flags")),
        **_kept(shaped["thread_metadata"], _OF_THREAD),
        "applied_tags": shaped["applied_tags"] or None,
    }


def _look_at_thread(scope: Scope) -> Looks:
    found = scope.guild.channels.get(scope.ids.get("channel", 0))
    return {} if found is None or found.thread is None else {found.id: _thread(found)}


def _look_at_threads_of(scope: Scope) -> Looks:
    parent = scope.ids.get("channel", 0)
    threads = (one for one in scope.guild.channels.values() if one.thread is not None)
    return {one.id: _thread(one) for one in threads if one.parent_id == parent}


def _look_at_roles(scope: Scope) -> Looks:
    return {one.id: _kept(role_json(one), _OF_ROLE) for one in scope.guild.roles.values()}


def _look_at_order(scope: Scope) -> Looks:
    return {one.id: {"position": one.position} for one in scope.guild.roles.values()}


def _look_at_status(scope: Scope) -> Looks:
    channel = scope.guild.channels.get(scope.ids.get("channel", 0))
    if channel is None or channel.voice is None or not channel.voice.status:
        return {}
    return {channel.id: {"_status": channel.voice.status}}


def _said(_scope: Scope, _before: Json, after: Json) -> Json | None:
    return {"status": after["_status"]} if after else None


GUILD = Kind(_look_at_guild, updated=1)
CHANNEL = Kind(_look_at_channels, created=10, updated=11, deleted=12)
OVERWRITE = Kind(
    _look_at_overwrites, created=13, updated=14, deleted=15, target=_channel_of, options=_whose
)
THREAD = Kind(_look_at_thread, updated=111, deleted=112)
NEW_THREAD = Kind(_look_at_threads_of, created=110)
ROLE = Kind(_look_at_roles, created=30, updated=31, deleted=32)
ROLE_ORDER = Kind(_look_at_order, updated=31)
"""Apart from the rest, because a new role moves all others, which is nobody's doing."""
VOICE_STATUS = Kind(_look_at_status, created=192, updated=192, deleted=193, options=_said)
