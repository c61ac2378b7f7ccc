"""Handing Tocsin's commands to Discord, which takes all commands of an application at once."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import discord
from discord.http import Route

from tocsin.store.engine import Store
from tocsin.store.facts import get_fact, set_fact

ENTRY_POINT = 4
"""The type of the command by which members launch an activity."""
_KEPT = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "default_member_permissions",
    "integration_types",
    "contexts",
    "nsfw",
    "handler",
)
"""What makes up an entry point; its ids are Discord's, and stay with its name."""


async def register(client: discord.Client, wanted: Sequence[Any], store: Store) -> bool:
    """Hand Discord these commands; False where they are those that it was handed last.

    An application with an activity has an entry point besides, a command of Discord's own making: it stays as it is.
    Without it Discord refuses the others (400, code 50240).
    """
    assert client.application_id is not None, "the client has logged in"
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    fact = f"commands of {client.application_id}"
    if await store.read(get_fact, fact) == digest:
        return False
    kept = await _entry_points(client, client.application_id)
    await client.http.bulk_upsert_global_commands(client.application_id, [*wanted, *kept])
    await store.write(set_fact, fact, digest)
    return True


async def _entry_points(client: discord.Client, application_id: int) -> list[dict[str, Any]]:
    """The application's entry point as Discord takes it, if there is one."""
    route = Route("GET", "/applications/{application_id}/commands", application_id=application_id)
    # Not discord.py's own call: that leaves out the texts in other languages, which would be lost.
    registered = await client.http.request(route, params={"with_localizations": "true"})
    return [
        {name: command[name] for name in _KEPT if command.get(name) not in (None, "")}
        for command in registered
        if command["type"] == ENTRY_POINT
    ]
