"""Applications and their commands."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from discord_sandbox.model.emojis import Emoji
from discord_sandbox.model.premium import Store
from discord_sandbox.model.wire import Json


@dataclass(slots=True)
class Command:
    """An application command: `data` is Discord's own object without ids."""

    id: int
    application_id: int
    guild_id: int | None
    version: int
    data: Json


EMBEDDED = 1 << 17
"""The flag of an application that has an activity."""

GUILD_INSTALL, USER_INSTALL = "0", "1"
"""The keys of the two ways in which an application is installed: in a server, or by a user."""


def _everywhere() -> dict[str, Json]:
    return {GUILD_INSTALL: {}, USER_INSTALL: {}}


@dataclass(slots=True)
class Application:
    id: int
    name: str
    token: str
    bot_user_id: int
    owner_id: int
    privileged_intents: int = 0
    description: str = ""
    flags: int = 0
    interactions_endpoint_url: str | None = None
    """Where its interactions are posted; None where they are sent over the gateway."""
    signing_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    """The private half of the Ed25519 key with which they are signed then."""
    icon: str | None = None
    cover_image: str | None = None
    emojis: dict[int, Emoji] = field(default_factory=dict)
    commands: dict[int, Command] = field(default_factory=dict)
    guild_commands: dict[int, dict[int, Command]] = field(default_factory=dict)
    command_permissions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    """Permissions set for commands: (guild id, command id) → Discord's list."""
    integration_types: dict[str, Json] = field(default_factory=_everywhere)
    """How it can be installed: `integration_types_config`."""
    install_params: Json | None = None
    custom_install_url: str | None = None
    tags: list[str] = field(default_factory=list)
    role_connections_url: str | None = None
    role_connections: list[Json] = field(default_factory=list)
    """The metadata of its role connections, as Discord answers it."""
    store: Store = field(default_factory=Store)

    @property
    def embedded(self) -> bool:
        """Whether it has an activity."""
        return bool(self.flags & EMBEDDED)

    def reachable_commands(self, guild_id: int | None) -> list[Command]:
        """The global commands and, in a guild, that guild's own."""
        found = list(self.commands.values())
        if guild_id is not None:
            found += self.guild_commands.get(guild_id, {}).values()
        return found
