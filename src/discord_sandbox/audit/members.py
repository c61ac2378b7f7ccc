"""What the audit log tells of members, bans and messages."""

from __future__ import annotations

from collections.abc import Hashable

from discord_sandbox.audit.kinds import Kind, Looks, Scope
from discord_sandbox.model import Channel, Json
from discord_sandbox.shapes.guilds import partial_member_json
from discord_sandbox.snowflake import parse_snowflake

_OF_MEMBER = ("nick", "mute", "deaf", "communication_disabled_until")


def _look_at_member(scope: Scope) -> Looks:
    member = scope.guild.members.get(scope.ids.get("user", 0))
    if member is None:
        return {}
    shaped = partial_member_json(member)
    return {member.user.id: {name: shaped[name] for name in _OF_MEMBER}}


def _look_at_roles(scope: Scope) -> Looks:
    member = scope.guild.members.get(scope.ids.get("user", 0))
    if member is None:
        return {}
    roles = scope.guild.roles
    return {member.user.id: {str(one): roles[one].name for one in member.role_ids if one in roles}}


def _given_and_taken(before: Json, after: Json) -> list[Json]:
    changes = []
    for key, one, other in (("$add", after, before), ("$remove", before, after)):
        different = [{"id": role, "name": name} for role, name in one.items() if role not in other]
        if different:
            changes.append({"key": key, "new_value": different})
    return changes


def _presence(scope: Scope) -> Looks:
    user_id = scope.ids.get("user", 0)
    return {user_id: {"_in": True}} if user_id in scope.guild.members else {}


def _look_at_bots(scope: Scope) -> Looks:
    members = scope.guild.members.values()
    return {member.user.id: {"_in": True} for member in members if member.user.bot}


def _look_at_bans(scope: Scope) -> Looks:
    return {user_id: {"_banned": True} for user_id in scope.guild.bans}


def _look_at_place(scope: Scope) -> Looks:
    state = scope.guild.voice_states.get(scope.ids.get("user", 0))
    return {} if state is None else {state.user_id: {"_channel": str(state.channel_id)}}


def _nobody(_key: Hashable, _look: Json) -> None:
    """Whoever was moved is only counted."""


def _moved(_scope: Scope, _before: Json, after: Json) -> Json:
    return {"channel_id": after["_channel"], "count": "1"} if after else {"count": "1"}


def _size(scope: Scope) -> Looks:
    return {"all": {"_count": len(scope.guild.members)}}


def _pruned(scope: Scope, before: Json, after: Json) -> Json:
    days = (scope.body or {}).get("days") or 7
    removed = before["_count"] - after["_count"]
    return {"delete_member_days": str(days), "members_removed": str(removed)}


MEMBER = Kind(_look_at_member, updated=24)
MEMBER_ROLES = Kind(_look_at_roles, updated=25, changes=_given_and_taken)
KICK = Kind(_presence, deleted=20)
BOT = Kind(_look_at_bots, created=28)
BAN = Kind(_look_at_bans, created=22, deleted=23)
VOICE_PLACE = Kind(_look_at_place, updated=26, deleted=27, target=_nobody, options=_moved)
PRUNE = Kind(_size, updated=21, options=_pruned)


# --- messages ------------------------------------------------------------------------------


def _channel(scope: Scope) -> Channel | None:
    return scope.guild.channels.get(scope.ids.get("channel", 0))


def _look_at_message(scope: Scope) -> Looks:
    """The message, where it is another's: one's own are deleted without a record."""
    channel = _channel(scope)
    message = None if channel is None else channel.messages.get(scope.ids.get("message", 0))
    if message is None or message.author.id == scope.actor_id:
        return {}
    return {message.id: {"_author": message.author.id}}


def _look_at_several(scope: Scope) -> Looks:
    channel = _channel(scope)
    listed = scope.body.get("messages") if isinstance(scope.body, dict) else None
    if channel is None or not isinstance(listed, list):
        return {}
    left = sum(1 for one in listed if parse_snowflake(one) in channel.messages)
    return {channel.id: {"_count": left}}


def _look_at_pin(scope: Scope) -> Looks:
    channel = _channel(scope)
    message = None if channel is None else channel.messages.get(scope.ids.get("message", 0))
    if message is None or message.pinned_ms is None:
        return {}
    return {message.id: {"_author": message.author.id}}


def _author(_key: Hashable, look: Json) -> int:
    author: int = look["_author"]
    return author


def _where(scope: Scope, _before: Json, _after: Json) -> Json:
    return {"channel_id": str(scope.ids["channel"]), "count": "1"}


def _which(scope: Scope, _before: Json, _after: Json) -> Json:
    return {
        "channel_id": str(scope.ids["channel"]),
        "message_id": str(scope.ids["message"]),
    }


def _how_many(_scope: Scope, before: Json, after: Json) -> Json:
    return {"count": str(before["_count"] - after["_count"])}


MESSAGE = Kind(_look_at_message, deleted=72, target=_author, options=_where)
MESSAGES = Kind(_look_at_several, updated=73, options=_how_many)
PIN = Kind(_look_at_pin, created=74, deleted=75, target=_author, options=_which)
