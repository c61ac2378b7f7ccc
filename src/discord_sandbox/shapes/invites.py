"""Invites in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import Guild, Invite, Json, User
from discord_sandbox.shapes.guilds import guild_counts_json, guild_json, role_json
from discord_sandbox.shapes.users import user_json

_OF_GUILD = (
    "id",
    "name",
    "splash",
    "banner",
    "description",
    "icon",
    "features",
    "verification_level",
    "vanity_url_code",
    "nsfw_level",
    "nsfw",
    "premium_subscription_count",
)
_OF_ROLE = ("id", "name", "position", "color", "colors", "icon", "unicode_emoji")


def invite_json(
    guild: Guild, invite: Invite, inviter: User, *, metadata: bool, counts: bool = False
) -> Json:
    """The invite; with `metadata` also how often it was, and may be, used."""
    whole, channel = guild_json(guild), guild.channels[invite.channel_id]
    shaped: Json = {
        "type": 0,
        "code": invite.code,
        "inviter": user_json(inviter),
        "expires_at": None if invite.expires_ms is None else iso(invite.expires_ms),
        "flags": 0,
        "guild": {name: whole[name] for name in _OF_GUILD},
        "guild_id": str(guild.id),
        "channel": {"id": str(channel.id), "type": channel.type, "name": channel.name},
    }
    roles = [guild.roles[one] for one in invite.role_ids if one in guild.roles]
    if roles:
        shaped["roles"] = [{name: role_json(role)[name] for name in _OF_ROLE} for role in roles]
    if metadata:
        shaped |= metadata_json(invite)
    if counts:
        shaped |= guild_counts_json(guild)
    return shaped


def metadata_json(invite: Invite) -> Json:
    return {
        "uses": invite.uses,
        "max_uses": invite.max_uses,
        "max_age": invite.max_age_s,
        "temporary": invite.temporary,
        "created_at": iso(invite.created_ms),
    }


def invite_event_json(invite: Invite, inviter: User) -> Json:
    """The invite as INVITE_CREATE carries it."""
    shaped: Json = {
        "channel_id": str(invite.channel_id),
        "guild_id": str(invite.guild_id),
        "code": invite.code,
        "inviter": user_json(inviter),
        "expires_at": None if invite.expires_ms is None else iso(invite.expires_ms),
        "type": 0,
        **metadata_json(invite),
    }
    if invite.role_ids:
        shaped["role_ids"] = [str(role_id) for role_id in invite.role_ids]
    return shaped
