"""The audit log, read."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.audit.record import entries, entry_json
from discord_sandbox.integrations import integrations, partial_integration_json
from discord_sandbox.model import AuditEntry, Guild, Json
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.auto_moderation import rule_json
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.commands import command_json
from discord_sandbox.shapes.guilds import scheduled_event_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.shapes.webhooks import webhook_json
from discord_sandbox.world import World


def _action(call: Call) -> int | None:
    """The action asked for. Raises ApiError 50035."""
    if "action_type" not in call.query:
        return None
    return call.number("action_type", default=0, least=0, most=2**31)


def get(call: Call) -> Json:
    """The entries asked for: newest first, or from `after` on the oldest first."""
    guild = call.guild(permissions.VIEW_AUDIT_LOG)
    limit = call.number("limit", default=50, least=1, most=100)
    before, after = call.snowflake("before"), call.snowflake("after")
    user_id, target_id = call.snowflake("user_id"), call.snowflake("target_id")
    action = _action(call)
    found = [
        entry
        for entry in entries(call.world, guild)
        if (user_id is None or entry.user_id == user_id)
        and (target_id is None or entry.target_id == target_id)
        and (action is None or entry.action == action)
        and (before is None or entry.id < before)
        and (after is None or entry.id > after)
    ]
    if after is None or before is not None:
        found.reverse()
    return log_json(call.world, guild, found[:limit])


def log_json(world: World, guild: Guild, found: list[AuditEntry]) -> Json:
    """The entries, and whatever is still there of what they tell of."""
    named = {one.target_id for one in found if one.target_id is not None}
    people = named | {one.user_id for one in found if one.user_id is not None}
    commands = [
        command
        for application in world.applications.values()
        for command in application.reachable_commands(guild.id)
        if command.id in named
    ]
    shaped: dict[str, Any] = {
        "audit_log_entries": [entry_json(entry) for entry in found],
        "users": [user_json(world.users[one]) for one in sorted(people) if one in world.users],
        "webhooks": [
            # Who may read the log may not therefore post in the channel.
            webhook_json(world, one, with_token=False)
            for key, one in world.webhooks.items()
            if key in named
        ],
        "guild_scheduled_events": [
            scheduled_event_json(event)
            for key, event in guild.scheduled_events.items()
            if key in named
        ],
        "threads": [
            channel_json(channel)
            for key, channel in guild.channels.items()
            if key in named and channel.thread is not None
        ],
        "application_commands": [command_json(command) for command in commands],
        "integrations": [
            partial_integration_json(world, role)
            for role in integrations(guild)
            if role.id in named
        ],
        "auto_moderation_rules": [
            rule_json(guild, rule) for rule in guild.auto_moderation.values() if rule.id in named
        ],
    }
    return shaped


ROUTES = (Route("GET", "/guilds/{guild_id}/audit-logs", get),)
