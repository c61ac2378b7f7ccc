"""Applications and their commands."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.emojis import Emoji
from discord_sandbox.model.wire import Json


@dataclass(slots=True)
class Command:
    """An application command: `data` is Discord's own object without ids."""

    id: int
    application_id: int
    guild_id: int | None
    version: int
    data: Json


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
    icon: str | None = None
    cover_image: str | None = None
    emojis: dict[int, Emoji] = field(default_factory=dict)
    commands: dict[int, Command] = field(default_factory=dict)
    guild_commands: dict[int, dict[int, Command]] = field(default_factory=dict)
    command_permissions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    """Permissions set for commands: (guild id, command id) → Discord's list."""

    def reachable_commands(self, guild_id: int | None) -> list[Command]:
        """The global commands and, in a guild, that guild's own."""
        found = list(self.commands.values())
        if guild_id is not None:
            found += self.guild_commands.get(guild_id, {}).values()
        return found
