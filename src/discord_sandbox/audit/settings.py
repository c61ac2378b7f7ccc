"""What the audit log tells of how a server is set up: emojis, sounds, rules, onboarding, bots."""

from __future__ import annotations

from discord_sandbox.audit.kinds import Kind, Looks, Scope
from discord_sandbox.integrations import integrations
from discord_sandbox.shapes.auto_moderation import rule_json
from discord_sandbox.shapes.emojis import emoji_json
from discord_sandbox.shapes.onboarding import onboarding_json
from discord_sandbox.shapes.soundboard import sound_json

_OF_ONBOARDING = ("enabled", "mode", "default_channel_ids")


def _look_at_emojis(scope: Scope) -> Looks:
    return {
        emoji.id: {"name": emoji.name, "roles": emoji_json(emoji)["roles"]}
        for emoji in scope.guild.emojis.values()
    }


def _look_at_sounds(scope: Scope) -> Looks:
    shaped = {one.id: sound_json(scope.guild, one) for one in scope.guild.sounds.values()}
    return {
        sound_id: {name: value for name, value in one.items() if name not in ("sound_id",)}
        for sound_id, one in shaped.items()
    }


def _look_at_rules(scope: Scope) -> Looks:
    shaped = {one.id: rule_json(scope.guild, one) for one in scope.guild.auto_moderation.values()}
    return {
        rule_id: {
            name: value
            for name, value in rule.items()
            if name not in ("id", "guild_id", "creator_id")
        }
        for rule_id, rule in shaped.items()
    }


def _look_at_onboarding(scope: Scope) -> Looks:
    shaped = onboarding_json(scope.guild)
    return {scope.guild.id: {name: shaped[name] for name in _OF_ONBOARDING}}


def _look_at_prompts(scope: Scope) -> Looks:
    return {
        int(prompt["id"]): {name: value for name, value in prompt.items() if name != "id"}
        for prompt in scope.guild.onboarding.prompts
    }


def _look_at_integrations(scope: Scope) -> Looks:
    return {role.id: {"name": role.name, "type": "discord"} for role in integrations(scope.guild)}


EMOJI = Kind(_look_at_emojis, created=60, updated=61, deleted=62)
INTEGRATION = Kind(_look_at_integrations, created=80, deleted=82)
SOUND = Kind(_look_at_sounds, created=130, updated=131, deleted=132)
RULE = Kind(_look_at_rules, created=140, updated=141, deleted=142)
PROMPT = Kind(_look_at_prompts, created=163, updated=164, deleted=165)
ONBOARDING = Kind(_look_at_onboarding, updated=167)
