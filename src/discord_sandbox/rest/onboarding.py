"""Onboarding of new members, and what holds them back during a raid."""

from __future__ import annotations

from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import invalid
from discord_sandbox.guilds import publish_guild
from discord_sandbox.model import Json
from discord_sandbox.onboarding import set_onboarding
from discord_sandbox.permissions import MANAGE_GUILD, MANAGE_ROLES
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import incidents_json
from discord_sandbox.shapes.onboarding import onboarding_json
from discord_sandbox.validate.onboarding import TAKES, TAKES_INCIDENTS

_GUILD = "/guilds/{guild_id}"
MOST_INCIDENT_MS = 86_400_000


def get(call: Call) -> Json:
    return onboarding_json(call.guild())


def put(call: Call) -> Json:
    guild = call.guild(MANAGE_GUILD | MANAGE_ROLES)
    set_onboarding(call.world, guild, call.json())
    return onboarding_json(guild)


def put_incidents(call: Call) -> Json:
    """Pause invites, direct messages between members, or both, for a day at most."""
    guild = call.guild(MANAGE_GUILD)
    body, now_ms = call.json(), call.world.clock.now_ms()
    wanted: dict[str, int | None] = {}
    for name in TAKES_INCIDENTS:
        if name not in body:
            continue
        until_ms = None if body[name] is None else parse_iso(body[name])
        if until_ms is not None and until_ms - now_ms > MOST_INCIDENT_MS:
            raise invalid((name,), "DATE_TIME_TYPE_MAX", "The date must be within 24 hours.")
        wanted[name] = until_ms
    for name, until_ms in wanted.items():
        setattr(guild.settings, f"{name}_ms", until_ms)
    publish_guild(call.world, guild)
    return incidents_json(guild)


ROUTES = (
    Route("GET", _GUILD + "/onboarding", get),
    Route("PUT", _GUILD + "/onboarding", put, takes=TAKES),
    Route("PUT", _GUILD + "/incident-actions", put_incidents, takes=TAKES_INCIDENTS),
)
