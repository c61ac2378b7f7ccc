"""A server's rules of auto moderation: made, changed, taken away, and told of."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.model import Guild, Json
from discord_sandbox.model.auto_moderation import (
    KEYWORD,
    KEYWORD_PRESET,
    MENTION_SPAM,
    SEND_ALERT,
    SPAM,
    TIMEOUT,
    AutoModerationRule,
)
from discord_sandbox.permissions import MANAGE_GUILD, MODERATE_MEMBERS
from discord_sandbox.shapes.auto_moderation import rule_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.auto_moderation import (
    check_actions,
    check_event_type,
    check_trigger,
)
from discord_sandbox.world import World

_MOST = {KEYWORD: 6, SPAM: 1, KEYWORD_PRESET: 1, MENTION_SPAM: 1}
"""How many rules of a kind a server may have."""
What = Literal["CREATE", "UPDATE", "DELETE"]


def create_rule(world: World, guild: Guild, creator_id: int, body: Json) -> AutoModerationRule:
    """Make a rule of a body whose members were checked.

    Raises ApiError 50035 for what is missing or wrong and for one rule too many of a kind, 50013
    for timeouts from who may give none, NotImplementedBySandbox for rules on profiles.
    """
    for name in ("name", "event_type", "trigger_type"):
        if body.get(name) is None:
            raise invalid((name,), "BASE_TYPE_REQUIRED", "This field is required")
    kind = body["trigger_type"]
    check_event_type(body["event_type"])
    trigger = check_trigger(kind, body.get("trigger_metadata"))
    same = sum(1 for rule in guild.auto_moderation.values() if rule.trigger_type == kind)
    if same >= _MOST[kind]:
        text = f"Maximum number of rules of this type reached ({_MOST[kind]})."
        raise invalid(("trigger_type",), "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED", text)
    actions = _actions(world, guild, creator_id, kind, body.get("actions"))
    rule = AutoModerationRule(
        world.ids.next(),
        creator_id,
        body["name"],
        kind,
        trigger,
        actions,
        bool(body.get("enabled")),
    )
    _exempt(guild, rule, body)
    guild.auto_moderation[rule.id] = rule
    publish_rule(world, guild, rule, "CREATE")
    return rule


def edit_rule(
    world: World, guild: Guild, editor_id: int, rule: AutoModerationRule, body: Json
) -> None:
    """Change what the body names. Raises as `create_rule` does; a rule's kind stays."""
    check_event_type(body.get("event_type"))
    if body.get("trigger_type") not in (None, rule.trigger_type):
        text = "The trigger type of a rule cannot be changed."
        raise invalid(("trigger_type",), "BASE_TYPE_CHOICES", text)
    trigger, actions = rule.trigger, rule.actions
    if body.get("trigger_metadata") is not None:
        trigger = check_trigger(rule.trigger_type, {**trigger, **body["trigger_metadata"]})
    if body.get("actions") is not None:
        actions = _actions(world, guild, editor_id, rule.trigger_type, body["actions"])
    _exempt(guild, rule, body)
    rule.trigger, rule.actions = trigger, actions
    rule.name = body.get("name") or rule.name
    if body.get("enabled") is not None:
        rule.enabled = body["enabled"]
    publish_rule(world, guild, rule, "UPDATE")


def delete_rule(world: World, guild: Guild, rule: AutoModerationRule) -> None:
    del guild.auto_moderation[rule.id]
    publish_rule(world, guild, rule, "DELETE")


def _actions(
    world: World, guild: Guild, editor_id: int, kind: int, given: list[Json] | None
) -> list[Json]:
    actions = check_actions(kind, given)
    granted = world.guild_permissions(guild, guild.members[editor_id])
    for at, action in enumerate(actions):
        if action["type"] == TIMEOUT and not granted & MODERATE_MEMBERS:
            raise ApiError(50013)
        if action["type"] == SEND_ALERT and int(action["metadata"]["channel_id"]) not in (
            guild.channels
        ):
            where = ("actions", at, "metadata", "channel_id")
            raise invalid(where, "CHANNEL_INVALID", "Channel is invalid")
    return actions


def _exempt(guild: Guild, rule: AutoModerationRule, body: Json) -> None:
    """Raises ApiError 50035 for roles or channels that are none of the server's."""
    listed = {}
    for name, known in (("exempt_roles", guild.roles), ("exempt_channels", guild.channels)):
        if body.get(name) is None:
            continue
        ids = [parse_snowflake(one) or 0 for one in body[name]]
        for at, one in enumerate(ids):
            if one not in known:
                raise invalid((name, at), "BASE_TYPE_CHOICES", f"{one} is not of this server.")
        listed[name] = list(dict.fromkeys(ids))
    for name, ids in listed.items():
        setattr(rule, name, ids)


def publish_rule(world: World, guild: Guild, rule: AutoModerationRule, what: What) -> None:
    """Tell of a rule those who manage the server."""
    told = Event(
        f"AUTO_MODERATION_RULE_{what}",
        rule_json(guild, rule),
        guild=guild,
        only=managers(world, guild),
    )
    world.bus.publish(told)


def managers(world: World, guild: Guild) -> frozenset[int]:
    """Who sees what auto moderation does."""
    return frozenset(
        user_id
        for user_id, member in guild.members.items()
        if world.guild_permissions(guild, member) & MANAGE_GUILD
    )
