"""Integrations of a server: the bots that were let in, each known by its managed role."""

from __future__ import annotations

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import Guild, Json, Role
from discord_sandbox.shapes.users import user_json
from discord_sandbox.world import World


def integrations(guild: Guild) -> list[Role]:
    return [role for role in guild.roles.values() if role.bot_id is not None]


def integration_json(world: World, role: Role) -> Json:
    """The integration, whose id is that of its role."""
    assert role.bot_id is not None
    bot = world.users[role.bot_id]
    application = world.applications[bot.application_id or 0]
    return {
        "id": str(role.id),
        "type": "discord",
        "name": application.name,
        "enabled": True,
        "account": {"id": str(application.id), "name": application.name},
        "scopes": ["bot", "applications.commands"],
        "application": {
            "id": str(application.id),
            "name": application.name,
            "icon": None,
            "description": application.description,
            # Always empty at Discord now; libraries read it all the same.
            "summary": "",
            "type": None,
            "bot": user_json(bot),
        },
    }


def partial_integration_json(world: World, role: Role) -> Json:
    """The integration as the audit log shows it."""
    whole = integration_json(world, role)
    kept: Json = {name: whole[name] for name in ("id", "type", "name", "account")}
    return {**kept, "application_id": whole["application"]["id"]}


def find_integration(guild: Guild, integration_id: int) -> Role:
    """Raises ApiError 10005."""
    role = guild.roles.get(integration_id)
    if role is None or role.bot_id is None:
        raise ApiError(10005)
    return role


def publish_created(world: World, guild: Guild, role: Role) -> None:
    """Tell that a bot was let in."""
    if world.bus.idle:
        return
    made = {**integration_json(world, role), "guild_id": str(guild.id)}
    world.bus.publish(Event("INTEGRATION_CREATE", made, guild=guild))
    _publish_change(world, guild)


def publish_deleted(world: World, guild: Guild, role: Role) -> None:
    """Tell that a bot is gone."""
    assert role.bot_id is not None
    gone: Json = {"id": str(role.id), "guild_id": str(guild.id)}
    gone["application_id"] = str(world.users[role.bot_id].application_id)
    world.bus.publish(Event("INTEGRATION_DELETE", gone, guild=guild))
    _publish_change(world, guild)


def _publish_change(world: World, guild: Guild) -> None:
    told: Json = {"guild_id": str(guild.id)}
    world.bus.publish(Event("GUILD_INTEGRATIONS_UPDATE", told, guild=guild))
