"""An installation in which all is well, and the ways to break one thing of it.

The database is real, Discord is a sandbox in a process of its own, and the bot's lock and status
address are held by the test, so that each can be taken away.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import discord
import sqlalchemy as sa
from discord import app_commands
from tests.store.stored_calendar import add_occurrence, fresh_store

from discord_sandbox.testing import Application, Guild, Sandbox
from tocsin.calendar.presets import KVK
from tocsin.clock import Clock
from tocsin.discord_bot.commands import add_commands
from tocsin.discord_bot.probe import DiscordSeen, Place, probe
from tocsin.doctor.case import Case, gathered
from tocsin.doctor.check import Check, Level, Verdict
from tocsin.doctor.examine import examine
from tocsin.doctor.registry import CHECKS
from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.subscription import Subscription
from tocsin.settings import read
from tocsin.store import firings
from tocsin.store.dm_channels import dm_worked
from tocsin.store.engine import Connection, Store
from tocsin.store.lock import InstanceLock
from tocsin.store.setting_up import set_up
from tocsin.store.subscriptions import save_subscription
from tocsin.store.tables import deliveries, events, occurrence_keys
from tocsin.telemetry.status import StatusServer

HOUR = 3_600
MEMBER = 11
LATER = datetime(9000, 1, 1, tzinfo=UTC)
ON_DISCORD = "Discord"


@dataclass
class World:
    """One installation with one server, a member who was reminded, and an event to come."""

    folder: Path
    sandbox: Sandbox
    application: Application
    guild: Guild
    store: Store
    lock: InstanceLock
    status: StatusServer
    port: int
    told: dict[str, Any]
    coming: int = 0
    delivery: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The present instant, as the database keeps it."""
        return Clock().now()

    @property
    def file(self) -> Path:
        """The settings' file."""
        return self.folder / "tocsin.toml"

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / "tocsin.db"

    def write_settings(self, **changes: str) -> None:
        """Write the settings, with values (as TOML has them) for `section_name`."""
        values = {
            "discord_token": f'"{self.application.token}"',
            "discord_api_url": f'"{self.sandbox.api_url}"',
            "database_url": f'"sqlite:///{self.database}"',
            "status_port": str(self.port),
        } | changes
        sections: dict[str, list[str]] = {}
        for key, value in values.items():
            section, _, name = key.partition("_")
            sections.setdefault(section, []).append(f"{name} = {value}")
        lines = [line for name, rows in sections.items() for line in (f"[{name}]", *rows)]
        self.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.file.chmod(0o600)

    def write(self, unit: Callable[[Connection], Any]) -> Any:
        """Change the database."""
        return self.store.write_now(unit)

    def change(self, statement: str, **values: Any) -> None:
        """Change the database by a statement."""
        self.write(lambda connection: connection.execute(sa.text(statement), values))

    def fill(self) -> None:
        """The server, the member, what they were sent, and what is to come."""

        def unit(connection: Connection) -> None:
            now = self.now
            set_up(
                connection,
                self.guild.id,
                now,
                name=self.guild.name,
                channel_id=self.guild.channel("calls").id,
                anchor_id=1,
                preset=KVK,
                windows=(HOUR,),
                zone="UTC",
                actor="test",
            )
            asked = Subscription(self.guild.id, MEMBER, frozenset({"ruins"}), (HOUR,))
            save_subscription(connection, asked, now)
            dm_worked(connection, MEMBER, 77, 1, now)
            self.coming = self._add(connection, now + timedelta(hours=5), "Coming")
            past = self._add(connection, now - timedelta(hours=5), "Past")
            self.delivery = self.add_delivery(connection, past, now - timedelta(hours=6))

        self.write(unit)

    def _add(self, connection: Connection, start: datetime, title: str) -> int:
        made = add_occurrence(connection, start, self.guild.id, title)
        connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="ruins"))
        firings.plan_occurrences(connection, self.guild.id, [(made, start)], self.now)
        connection.execute(sa.update(events).values(expanded_until=LATER))
        return made

    def add_delivery(
        self, connection: Connection, occurrence: int, due: datetime, **changes: Any
    ) -> int:
        """A reminder to the member that was sent in time, but for the changes."""
        values = {
            "occurrence_id": occurrence,
            "starts_at": due + timedelta(hours=1),
            "recipient_kind": RecipientKind.MEMBER,
            "recipient_id": MEMBER,
            "kind": Kind.REMINDER,
            "lead": HOUR,
            "sequence": 0,
            "server_id": self.guild.id,
            "state": State.SENT,
            "due_at": due,
            "expires_at": due + timedelta(hours=1, minutes=15),
            "order_at": due,
            "ready_at": due,
            "attempt": 1,
            "worker": "w",
            "claimed_at": due,
            "settled_at": due + timedelta(seconds=1),
            "reason": "Discord's answer",
            "message_id": 5_000,
        } | changes
        made = connection.scalar(sa.insert(deliveries).values(values).returning(deliveries.c.id))
        return int(made or 0)

    def add_attempt(self, attempt: int, worker: str, at: datetime) -> None:
        """An attempt at the member's delivery that Discord accepted."""
        self.change(
            "INSERT INTO attempts (delivery_id, attempt, worker, claimed_at, ended_at, outcome)"
            " VALUES (:delivery, :attempt, :worker, :at, :at, 'accepted: Discord''s answer')",
            delivery=self.delivery,
            attempt=attempt,
            worker=worker,
            at=int(at.timestamp() * 1000),
        )

    async def examined(
        self, checks: Iterable[Check] | None = None, **changes: Any
    ) -> dict[str, Verdict]:
        """What the checks find, by name; all but Discord's, unless given."""
        chosen = tuple(checks or (one for one in CHECKS if one.theme != ON_DISCORD))

        def look() -> dict[str, Verdict]:
            with gathered(read(self.file), Clock()) as case:
                seen: Case = replace(case, **changes) if changes else case
                return {one.check.name: one.verdict for one in examine(seen, chosen)}

        return await asyncio.to_thread(look)

    def asking(self, intents: discord.Intents) -> Callable[[], DiscordSeen]:
        """Asks Discord as a bot would that wants these intents."""
        place = Place(self.guild.id, self.guild.channel("calls").id)
        settings = read(self.file).settings
        return cache(lambda: asyncio.run(probe(settings, Clock(), [place], intents)))


def all_commands() -> list[Any]:
    """The commands as they are handed to Discord."""
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    add_commands(tree)
    return [command.to_dict(tree) for command in tree.get_commands()]


async def register_commands(
    sandbox: Sandbox, application: Application, commands: list[Any]
) -> None:
    """Register these commands as the bot does when it starts."""
    async with (
        aiohttp.ClientSession() as session,
        session.put(
            f"{sandbox.api_url}/applications/{application.id}/commands",
            json=commands,
            headers={"Authorization": f"Bot {application.token}"},
        ) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def make_world(sandbox: Sandbox, folder: Path, intents: Iterable[str] = ()) -> World:
    """A world of its own, in a server of its own."""
    application = await sandbox.make_application("Tocsin", intents=intents)
    owner = await sandbox.make_user(f"owner{application.id}")
    guild = await sandbox.make_guild(
        "Kingdom 98", owner=owner, channels=["calls"], bots=[application]
    )
    await register_commands(sandbox, application, all_commands())
    told: dict[str, Any] = {
        "worker": "w",
        "in_flight": 0,
        "sent": 1,
        "stopped": None,
        "loops": [{"name": "dispatch", "running": True, "failures": 0, "last_error": None}],
    }
    status = StatusServer("127.0.0.1", 0, lambda: told, unmeasured)
    port = await status.start()
    store = fresh_store(folder)
    lock = InstanceLock(folder / "tocsin.db")
    lock.take(Clock().now())
    world = World(folder, sandbox, application, guild, store, lock, status, port, told)
    world.write_settings()
    world.fill()
    return world


async def unmeasured() -> bytes:
    """No metrics: nobody asks for them here."""
    return b""


def not_well(found: dict[str, Verdict]) -> dict[str, Level]:
    """The checks that did not answer OK."""
    return {name: one.level for name, one in found.items() if one.level is not Level.OK}
