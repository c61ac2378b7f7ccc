"""Onboarding and incidents of a server in JSON."""

from __future__ import annotations

from discord_sandbox.model import Guild, Json


def onboarding_json(guild: Guild) -> Json:
    onboarding = guild.onboarding
    return {
        "guild_id": str(guild.id),
        "prompts": onboarding.prompts,
        "default_channel_ids": [str(one) for one in onboarding.default_channel_ids],
        "enabled": onboarding.enabled,
        "mode": onboarding.mode,
    }
