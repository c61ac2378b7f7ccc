"""Auto moderation at work: what a member writes is held against the rules of the server.

Bots and webhooks are exempt at Discord, and so is who manages the server: only what people write
through the control API comes by here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.audit.kinds import Found
from discord_sandbox.audit.record import write
from discord_sandbox.auto_moderation import managers
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.guilds import publish_member
from discord_sandbox.keywords import Match, find
from discord_sandbox.model import (
    AUTO_MODERATION_ACTION,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    User,
)
from discord_sandbox.model.auto_moderation import (
    BLOCK_MESSAGE,
    SEND_ALERT,
    TIMEOUT,
    AutoModerationRule,
)
from discord_sandbox.permissions import MANAGE_GUILD
from discord_sandbox.shapes.auto_moderation import alert_embed
from discord_sandbox.showing import show, store
from discord_sandbox.world import World

_RECORDED = {BLOCK_MESSAGE: 143, SEND_ALERT: 144, TIMEOUT: 145}
"""The audit log's actions for what rules do."""


@dataclass(slots=True)
class Hit:
    """A rule that a text set off, and by what."""

    rule: AutoModerationRule
    match: Match


@dataclass(slots=True)
class Verdict:
    """What was written, and which rules it sets off."""

    author: User
    channel: Channel
    text: str
    hits: list[Hit] = field(default_factory=list)
    message_id: int | None = None
    """None where the message was blocked."""

    def flag(self, world: World, message_id: int) -> None:
        """The message was written: do what the rules say then."""
        if self.hits:
            self.message_id = message_id
            _act(world, self)


def moderate(
    world: World, author: User, channel: Channel, text: str, *, title: bool = False
) -> Verdict:
    """Hold a text, or the title of a thread, against the rules before it is written.

    Raises ApiError 200000 for a text that a rule blocks, 200001 for such a title; what the rules
    say besides has been done then.
    """
    verdict = Verdict(author, channel, text)
    guild = world.guilds.get(channel.guild_id or 0)
    if guild is None or not guild.auto_moderation or not text:
        return verdict
    member = guild.members[author.id]
    if author.bot or world.guild_permissions(guild, member) & MANAGE_GUILD:
        return verdict
    for rule in guild.auto_moderation.values():
        if rule.enabled and not _is_exempt(rule, member, channel):
            match = find(rule, text)
            if match is not None:
                verdict.hits.append(Hit(rule, match))
    for hit in verdict.hits:
        blocks = [one for one in hit.rule.actions if one["type"] == BLOCK_MESSAGE]
        if blocks:
            _act(world, verdict)
            said = blocks[0]["metadata"].get("custom_message")
            raise ApiError(200001 if title else 200000, message=said or None)
    return verdict


def _is_exempt(rule: AutoModerationRule, member: Member, channel: Channel) -> bool:
    """Whether the rule leaves out the channel, the thread's parent, or one of the roles."""
    places = {channel.id, channel.parent_id}
    return bool(places & {*rule.exempt_channels} or {*member.role_ids} & {*rule.exempt_roles})


def _act(world: World, verdict: Verdict) -> None:
    """Do what the rules say, and tell of each action those who manage the server."""
    assert verdict.channel.guild_id is not None
    guild = world.guilds[verdict.channel.guild_id]
    for hit in verdict.hits:
        for action in hit.rule.actions:
            alert_id = None
            if action["type"] == SEND_ALERT:
                alert_id = _alert(world, guild, verdict, hit, int(action["metadata"]["channel_id"]))
            elif action["type"] == TIMEOUT:
                _time_out(world, guild, verdict.author, action["metadata"]["duration_seconds"])
            told = _executed(guild, verdict, hit, action)
            if alert_id is not None:
                told["alert_system_message_id"] = str(alert_id)
            only = managers(world, guild)
            event = Event("AUTO_MODERATION_ACTION_EXECUTION", told, guild=guild, only=only)
            world.bus.publish(event)
            _write_down(world, guild, verdict, hit, action["type"])


def _write_down(world: World, guild: Guild, verdict: Verdict, hit: Hit, action_type: int) -> None:
    """Tell of an action in the audit log."""
    options: Json = {
        "auto_moderation_rule_name": hit.rule.name,
        "auto_moderation_rule_trigger_type": str(hit.rule.trigger_type),
        "channel_id": str(verdict.channel.id),
    }
    author_id = verdict.author.id
    write(world, guild, author_id, Found(_RECORDED[action_type], author_id, [], options))


def _alert(world: World, guild: Guild, verdict: Verdict, hit: Hit, channel_id: int) -> int | None:
    """Write to the moderators' channel, where it is still there; answers the message's id."""
    channel = guild.channels.get(channel_id)
    if channel is None:
        return None
    embed = alert_embed(
        hit.rule,
        verdict.text,
        channel_id=verdict.channel.id,
        keyword=hit.match.keyword,
        matched=hit.match.content,
        message_id=verdict.message_id,
    )
    alert = Message(world.ids.next(), channel.id, verdict.author, world.clock.now_ms())
    alert.type, alert.embeds = AUTO_MODERATION_ACTION, (embed,)
    store(channel, alert)
    show(world, channel, alert, "create")
    return alert.id


def _time_out(world: World, guild: Guild, author: User, seconds: int) -> None:
    member = guild.members[author.id]
    member.timeout_until_ms = world.clock.now_ms() + seconds * 1_000
    publish_member(world, guild, member)


def _executed(guild: Guild, verdict: Verdict, hit: Hit, action: Json) -> Json:
    told: Json = {
        "guild_id": str(guild.id),
        "action": action,
        "rule_id": str(hit.rule.id),
        "rule_trigger_type": hit.rule.trigger_type,
        "user_id": str(verdict.author.id),
        "channel_id": str(verdict.channel.id),
        "content": verdict.text,
        "matched_keyword": hit.match.keyword,
        "matched_content": hit.match.content,
    }
    if verdict.message_id is not None:
        told["message_id"] = str(verdict.message_id)
    return told
