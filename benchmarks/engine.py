"""The engine as `bootstrap` puts it together, with a messenger that answers at once, and how evenly its loop turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from tocsin.bootstrap import assembled, keep_start_out_of_collection
from tocsin.dispatch.messenger import Message, Search, Sighting
from tocsin.dispatch.outcome import Accepted, Outcome
from tocsin.dispatch.pacing import errand
from tocsin.engine import UNLIMITED, Engine
from tocsin.settings import Settings
from tocsin.store.engine import sqlite_url

_TURN = 0.005


class InstantMessenger:
    """Accepts every message at once, each with an id of its own."""

    def __init__(self) -> None:
        self._last = 1_000

    async def send(self, message: Message) -> Outcome:
        """Accept it."""
        going = errand.get()
        assert going is not None
        going.departures += 1
        self._last += 1
        return Accepted(self._last, message.channel_id)

    async def open_dm(self, member_id: int) -> int | Outcome:
        """Every channel is open already here."""
        raise AssertionError(f"the channel with member {member_id} is open already")

    async def find(self, search: Search) -> int | Sighting:
        """Nothing is ever in doubt here."""
        raise AssertionError(f"this was never in doubt: {search}")

    async def delete(self, channel_id: int, message_id: int) -> Outcome:
        """Accept it."""
        return Accepted(message_id, channel_id)


@asynccontextmanager
async def engine_on(file: Path) -> AsyncIterator[Engine]:
    """An engine on the database, without a limit on requests. Nothing runs yet."""
    settings = Settings.model_validate(
        {"database": {"url": sqlite_url(file)}, "discord": {"requests_per_second": UNLIMITED}}
    )
    async with assembled(settings, InstantMessenger()) as engine:
        yield engine


@dataclass
class Turns:
    """How late the event loop comes round, in seconds, looked at every 5 ms."""

    late: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        """Look, for ever."""
        while True:
            before = perf_counter()
            await asyncio.sleep(_TURN)
            self.late.append(perf_counter() - before - _TURN)

    def quantile(self, share: float) -> float:
        """The lateness that this share of the turns does not exceed."""
        ordered = sorted(self.late)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def drain(engine: Engine, deliveries: int) -> tuple[float, Turns]:
    """Start every loop and let so many be sent. Returns how many a second were, and how the loop turned."""
    turns = Turns()
    watching = asyncio.create_task(turns.watch())
    keep_start_out_of_collection()
    start = perf_counter()
    await engine.start()
    while engine.dispatcher.sent < deliveries:  # noqa: ASYNC110 - a look costs less than an event for each
        await asyncio.sleep(_TURN)
    sent, seconds = engine.dispatcher.sent, perf_counter() - start
    watching.cancel()
    await engine.stop()
    return sent / seconds, turns
