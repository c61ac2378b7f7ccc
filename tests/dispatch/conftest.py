"""The loops around a real SQLite file, with a stand-in for Discord that records what it is handed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import SERVER, add_occurrence, add_server, fresh_store

from tocsin.bootstrap import Engine, build_engine
from tocsin.clock import Clock
from tocsin.dispatch.messenger import Message, Search, Sighting
from tocsin.dispatch.outcome import Accepted, Outcome
from tocsin.dispatch.pacing import Pacer, errand
from tocsin.dispatch.refusals import Refusals
from tocsin.reminders.delivery import State
from tocsin.reminders.subscription import Subscription
from tocsin.settings import Settings
from tocsin.store import firings
from tocsin.store.claims import next_ready
from tocsin.store.dm_channels import dm_worked
from tocsin.store.engine import Store
from tocsin.store.facts import instance_of
from tocsin.store.subscriptions import save_subscription
from tocsin.store.tables import deliveries, occurrence_keys, servers

Answer = Callable[[Message], Outcome]


def accepted(message: Message) -> Outcome:
    """Discord has it."""
    return Accepted(10_000 + message.delivery_id, message.channel_id)


@dataclass
class RecordingMessenger:
    """Discord as far as a dispatcher sees it: answers in turn, then accepts; what it was handed is kept."""

    answers: list[Answer] = field(default_factory=list)
    sightings: list[int | Sighting] = field(default_factory=list)
    channels: list[int | Outcome] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    looked: list[Search] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answering.set()

    async def send(self, message: Message) -> Outcome:
        going = errand.get()
        assert going is not None
        going.departures += 1
        self.sent.append(message)
        self.happened.set()
        await self.answering.wait()
        return (self.answers.pop(0) if self.answers else accepted)(message)

    async def open_dm(self, member_id: int) -> int | Outcome:
        self.opened.append(member_id)
        self.happened.set()
        return self.channels.pop(0) if self.channels else 70 + member_id

    async def find(self, search: Search) -> int | Sighting:
        self.looked.append(search)
        self.happened.set()
        return self.sightings.pop(0) if self.sightings else Sighting.LATER

    async def delete(self, channel_id: int, message_id: int) -> Outcome:
        return Accepted(message_id, channel_id)


@dataclass
class Bench:
    """A store with a server, a clock that can be moved, and whoever plays Discord."""

    store: Store
    clock: Clock
    messenger: RecordingMessenger
    settings: Settings = field(default_factory=Settings)

    def event(self, starts_in: timedelta) -> int:
        """An occurrence that matches `ruins`, with its firings. Returns its id."""

        def unit(connection: sa.Connection) -> int:
            now = self.clock.now()
            start = now + starts_in
            made = add_occurrence(connection, start)
            connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="ruins"))
            firings.plan_occurrences(connection, SERVER, [(made, start)], now)
            return made

        return self.store.write_now(unit)

    def member(self, member_id: int, *leads: int, channel: bool = True) -> None:
        """A member who asks for `ruins` at these leads."""

        def unit(connection: sa.Connection) -> None:
            asked = Subscription(SERVER, member_id, frozenset({"ruins"}), leads)
            save_subscription(connection, asked, self.clock.now())
            if channel:
                dm_worked(connection, member_id, 70 + member_id, 1, self.clock.now())

        self.store.write_now(unit)

    def states(self) -> dict[tuple[int, int], State]:
        """The state of each delivery, by member and lead."""

        def unit(connection: sa.Connection) -> dict[tuple[int, int], State]:
            found = connection.execute(
                sa.select(deliveries).where(deliveries.c.recipient_kind == 0)
            )
            return {(row.recipient_id, row.lead): row.state for row in found}

        return self.store.read_now(unit)

    def ready(self) -> bool:
        """Whether anything could be claimed now."""
        ready = self.store.read_now(next_ready)
        return ready is not None and ready <= self.clock.now()

    async def engine(self, rate: float | None = None) -> Engine:
        """An engine that does not run yet, with so many claims a second."""
        return build_engine(
            self.settings,
            self.store,
            self.clock,
            Pacer(rate, self.clock.monotonic),
            self.messenger,
            await self.store.read(instance_of),
            Refusals(),
        )

    @asynccontextmanager
    async def running(self, rate: float | None = None) -> AsyncIterator[Engine]:
        """The engine with all its loops."""
        engine = await self.engine(rate)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds, looked at after each thing that happens and every 20 ms; 30 s at most."""
        async with asyncio.timeout(30):
            while not holds():
                self.messenger.happened.clear()
                await self.clock.wait(None, self.messenger.happened, at_most=0.02)


def quiet_server(connection: sa.Connection) -> None:
    """A server whose channel is not told anything: what is sent are direct messages alone."""
    add_server(connection)
    connection.execute(sa.update(servers).values(windows=[]))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = fresh_store(tmp_path)
    store.write_now(quiet_server)
    yield Bench(store, Clock(), RecordingMessenger())
    store.close()
