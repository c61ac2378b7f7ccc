"""A community in a sandbox, and a database in which all of it has subscribed."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp

from discord_sandbox.testing import Application, Sandbox
from tocsin.calendar.event import Event
from tocsin.calendar.presets import KVK
from tocsin.reminders.subscription import Subscription
from tocsin.store import migrate
from tocsin.store.dm_channels import dm_worked
from tocsin.store.engine import Connection, Store, sqlite_url
from tocsin.store.event_edits import add_event, edit_event
from tocsin.store.setting_up import set_up
from tocsin.store.subscriptions import remove_subscription, save_subscription

RATE = 50
OPENS_PER_MINUTE = 600
NONCE_WINDOW = timedelta(seconds=180)
"""How long the sandbox remembers a nonce; Discord says "the past few minutes"."""
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Person:
    """A member, the DM channel with the bot, and the message that stood in it before anything was due.

    A stranger has neither: the bot has never opened a channel with them.
    """

    id: int
    channel_id: int | None = None
    anchor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One occurrence to which members are called: its event's number, what it is called, who asked for it."""

    event_id: int
    title: str
    starts_at: datetime
    lead: timedelta
    recipients: frozenset[int]


@dataclass
class World:
    """The sandbox, the people in it, and the file of the bot's database."""

    sandbox: Sandbox
    database: Path
    bot: Application
    server_id: int
    owner_id: int
    channel_id: int
    channel_anchor_id: int
    people: dict[int, Person]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead a bot here: its only difference from one on Discord."""
        return {
            "TOCSIN_DISCORD__TOKEN": self.bot.token,
            "TOCSIN_DISCORD__API_URL": self.sandbox.api_url,
            "TOCSIN_DISCORD__REQUESTS_PER_SECOND": str(RATE),
            "TOCSIN_DISCORD__DM_OPENS_PER_MINUTE": str(OPENS_PER_MINUTE),
            "TOCSIN_DATABASE__URL": sqlite_url(self.database),
            "TOCSIN_CLOCK__URL": f"{self.sandbox.url}/sandbox/clock",
            "TOCSIN_LOGS__FORMAT": "json",
        }

    @contextmanager
    def _store(self) -> Any:
        store = Store(sqlite_url(self.database))
        try:
            yield store
        finally:
            store.close()

    def write(self, unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a unit of work on the bot's database, as one of its commands would beside it."""
        with self._store() as store:
            return store.write_now(unit, *args, **kwargs)

    def fill(
        self, choices: dict[int, tuple[str, timedelta]], windows: Iterable[timedelta], now: datetime
    ) -> None:
        """Make the database: the server, its channel's `windows`, and each member's category and lead."""
        shutil.copyfile(_migrated(), self.database)
        with self._store() as store:
            store.write_now(_set_up, self, [_seconds(window) for window in windows], now)
            store.write_now(_subscribe_all, self, choices, now)

    def add(
        self, title: str, category: str, start: datetime, length: timedelta, now: datetime
    ) -> int:
        """Put an event on the server's calendar; returns its number."""
        event = Event.single(uid=title, title=title, category=category, start=start, end=length)
        added = self.write(add_event, self.server_id, event, now, actor="harness")
        return int(added.event_id)

    def move(self, event_id: int, start: datetime, now: datetime) -> None:
        """Let an event start at another time."""

        def moved(event: Event) -> Event:
            return event.with_change(start=start)

        self.write(edit_event, self.server_id, event_id, moved, now, actor="harness")

    def unsubscribe(self, member_id: int, now: datetime) -> None:
        """Forget a member's subscription."""
        self.write(remove_subscription, self.server_id, member_id, now)


@cache
def _migrated() -> Path:
    """An empty database at the newest schema, made once."""
    path = Path(tempfile.mkdtemp(prefix="tocsin-faults-")) / "empty.db"
    store = Store(sqlite_url(path))
    migrate.upgrade(store)
    store.close()
    return path


def _seconds(lead: timedelta) -> int:
    return int(lead.total_seconds())


def _set_up(connection: Connection, world: World, windows: list[int], now: datetime) -> None:
    set_up(
        connection,
        world.server_id,
        now,
        name="Kingdom 98",
        channel_id=world.channel_id,
        anchor_id=world.channel_anchor_id,
        preset=KVK,
        windows=windows,
        zone="UTC",
        actor="harness",
    )


def _subscribe_all(
    connection: Connection, world: World, choices: dict[int, tuple[str, timedelta]], now: datetime
) -> None:
    for member_id, (category, lead) in choices.items():
        person = world.people[member_id]
        if person.channel_id is not None:
            dm_worked(connection, member_id, person.channel_id, person.anchor_id, now)
        subscription = Subscription(
            world.server_id, member_id, frozenset({category}), (_seconds(lead),)
        )
        save_subscription(connection, subscription, now)


@asynccontextmanager
async def world(
    sandbox: Sandbox, folder: Path, members: int, strangers: int = 0
) -> AsyncIterator[World]:
    """A server of so many members, each with an open DM channel that holds one message; but for the strangers."""
    await sandbox.limits(global_per_second=None, buckets=False, dm_opens_per_10m=None)
    bot = await sandbox.make_application("Tocsin")
    owner = await sandbox.make_user("owner")
    made = [await sandbox.make_user(f"member{number}") for number in range(members)]
    guild = await sandbox.make_guild(
        "Kingdom 98", owner=owner, channels=["calls"], members=made, bots=[bot]
    )
    unknown = {member.id: Person(member.id) for member in made[:strangers]}
    people = unknown | await _people(sandbox, bot, [member.id for member in made[strangers:]])
    await sandbox.limits(
        global_per_second=RATE, buckets=True, nonce_window_s=int(NONCE_WINDOW.total_seconds())
    )
    channel = guild.channel("calls")
    anchor = await owner.write(channel, "Calls go here.")
    yield World(
        sandbox, folder / "tocsin.db", bot, guild.id, owner.id, channel.id, anchor.id, people
    )
    await sandbox.clear_faults()


async def _people(sandbox: Sandbox, bot: Application, ids: list[int]) -> dict[int, Person]:
    room = asyncio.Semaphore(_AT_ONCE)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {bot.token}"}) as session:

        async def post(path: str, body: dict[str, Any]) -> int:
            async with session.post(f"{sandbox.api_url}{path}", json=body) as answer:
                answer.raise_for_status()
                return int((await answer.json())["id"])

        async def welcome(member_id: int) -> Person:
            async with room:
                channel = await post("/users/@me/channels", {"recipient_id": str(member_id)})
                anchor = await post(f"/channels/{channel}/messages", {"content": "Welcome!"})
            return Person(member_id, channel, anchor)

        return {one.id: one for one in await asyncio.gather(*map(welcome, ids))}
