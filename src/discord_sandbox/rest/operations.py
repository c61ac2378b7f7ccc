"""Every operation of Discord's REST API, done here or not."""

from __future__ import annotations

from importlib.resources import files

from discord_sandbox.rest import (
    announcements,
    applications,
    audit_logs,
    auto_moderation,
    bans,
    channels,
    commands,
    emojis,
    empty,
    entrance,
    event_dates,
    guild_settings,
    guilds,
    integrations,
    interactions,
    invites,
    messages,
    onboarding,
    polls,
    premium,
    pruning,
    reactions,
    role_connections,
    roles,
    scheduled_events,
    search,
    soundboard,
    stages,
    stickers,
    templates,
    thread_lists,
    threads,
    users,
    voice,
    webhook_services,
    webhooks,
)
from discord_sandbox.rest.audited import AUDITED
from discord_sandbox.rest.routing import Route
from discord_sandbox.routing import Router

DONE: tuple[Route, ...] = (
    *messages.ROUTES,
    *search.ROUTES,
    *announcements.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
    *webhook_services.ROUTES,
    *users.ROUTES,
    *applications.ROUTES,
    *channels.ROUTES,
    *threads.ROUTES,
    *thread_lists.ROUTES,
    *reactions.ROUTES,
    *polls.ROUTES,
    *emojis.ROUTES,
    *guilds.ROUTES,
    *guild_settings.ROUTES,
    *auto_moderation.ROUTES,
    *onboarding.ROUTES,
    *templates.ROUTES,
    *integrations.ROUTES,
    *premium.ROUTES,
    *role_connections.ROUTES,
    *soundboard.ROUTES,
    *roles.ROUTES,
    *bans.ROUTES,
    *commands.ROUTES,
    *scheduled_events.ROUTES,
    *event_dates.ROUTES,
    *stages.ROUTES,
    *stickers.ROUTES,
    *invites.ROUTES,
    *voice.ROUTES,
    *pruning.ROUTES,
    *entrance.ROUTES,
    *audit_logs.ROUTES,
    *empty.ROUTES,
)


for _route in DONE:
    _route.audited = AUDITED.get(_route.key, ())


def known_operations() -> list[tuple[str, str, str]]:
    """(method, path, name) of every operation that Discord's API description names."""
    text = files("discord_sandbox.rest").joinpath("operations.txt").read_text("ascii")
    operations = []
    for line in text.splitlines():
        method, path, name = line.split(" ")
        operations.append((method, path, name))
    return operations


def build_router() -> Router[Route]:
    """The routes that are done, and behind them those that answer 501."""
    missing = (Route(method, path, None) for method, path, _ in known_operations())
    return Router((*DONE, *missing))
