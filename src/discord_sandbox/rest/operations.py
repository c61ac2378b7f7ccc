"""Every operation of Discord's REST API, done here or not."""

from __future__ import annotations

from importlib.resources import files

from discord_sandbox.rest import (
    channels,
    commands,
    guilds,
    interactions,
    messages,
    reactions,
    scheduled_events,
    users,
    webhooks,
)
from discord_sandbox.rest.routing import Route
from discord_sandbox.routing import Router

DONE: tuple[Route, ...] = (
    *messages.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
    *users.ROUTES,
    *channels.ROUTES,
    *reactions.ROUTES,
    *guilds.ROUTES,
    *commands.ROUTES,
    *scheduled_events.ROUTES,
)


def known_operations() -> list[tuple[str, str]]:
    """(method, path) of every operation that Discord's API description names."""
    text = files("discord_sandbox.rest").joinpath("operations.txt").read_text("ascii")
    operations = []
    for line in text.splitlines():
        method, _, path = line.partition(" ")
        operations.append((method, path))
    return operations


def build_router() -> Router[Route]:
    """The routes that are done, and behind them those that answer 501."""
    missing = (Route(method, path, None) for method, path in known_operations())
    return Router((*DONE, *missing))
