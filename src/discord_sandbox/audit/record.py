"""Writing the audit log: operations are watched, and what they did is kept for 45 days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from discord_sandbox.audit.kinds import Found, Kind, Scope
from discord_sandbox.events import Event
from discord_sandbox.model import AuditEntry, Guild, Json
from discord_sandbox.permissions import VIEW_AUDIT_LOG
from discord_sandbox.world import World

T = TypeVar("T")
KEPT_MS = 45 * 86_400_000


def watched(scope: Scope, kinds: Sequence[Kind], do: Callable[[], T], reason: str | None) -> T:
    """Do something, and write down what it changed of these kinds."""
    before = [kind.look(scope) for kind in kinds]
    answer = do()
    if scope.guild.id in scope.world.guilds:
        for kind, looked in zip(kinds, before, strict=True):
            for found in kind.compare(scope, looked, kind.look(scope)):
                write(scope.world, scope.guild, scope.actor_id, found, reason)
    return answer


def write(
    world: World, guild: Guild, user_id: int | None, found: Found, reason: str | None = None
) -> None:
    """Put an entry in the log, and tell those who may see it."""
    _drop_old(world, guild)
    entry = AuditEntry(
        world.ids.next(),
        world.clock.now_ms(),
        found.action,
        user_id,
        found.target_id,
        found.changes,
        found.options,
        reason,
    )
    guild.audit_log.append(entry)
    if world.bus.idle:
        return
    only = frozenset(
        one
        for one, member in guild.members.items()
        if world.guild_permissions(guild, member) & VIEW_AUDIT_LOG
    )
    shaped = {**entry_json(entry), "guild_id": str(guild.id)}
    world.bus.publish(Event("GUILD_AUDIT_LOG_ENTRY_CREATE", shaped, guild=guild, only=only))


def entries(world: World, guild: Guild) -> list[AuditEntry]:
    """What is kept, oldest first."""
    _drop_old(world, guild)
    return guild.audit_log


def _drop_old(world: World, guild: Guild) -> None:
    oldest_ms = world.clock.now_ms() - KEPT_MS
    kept = 0
    while kept < len(guild.audit_log) and guild.audit_log[kept].at_ms < oldest_ms:
        kept += 1
    del guild.audit_log[:kept]


def entry_json(entry: AuditEntry) -> Json:
    shaped: dict[str, Any] = {
        "id": str(entry.id),
        "action_type": entry.action,
        "user_id": None if entry.user_id is None else str(entry.user_id),
        "target_id": None if entry.target_id is None else str(entry.target_id),
    }
    if entry.changes:
        shaped["changes"] = entry.changes
    if entry.options is not None:
        shaped["options"] = entry.options
    if entry.reason is not None:
        shaped["reason"] = entry.reason
    return shaped
