"""The engine: every loop that plans, sends and repairs, put together from the settings."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.clock import Clock, worker_name
from tocsin.discord_bot.shards import Shards
from tocsin.dispatch.dispatcher import Dispatcher
from tocsin.dispatch.housekeeping import Housekeeper
from tocsin.dispatch.messenger import Messenger
from tocsin.dispatch.opening import OpeningGate
from tocsin.dispatch.pacing import Pacer
from tocsin.dispatch.planner import Planner
from tocsin.dispatch.recovery import Recovery
from tocsin.dispatch.refusals import Refusals
from tocsin.dispatch.repairs import DmOpener, PostRemover
from tocsin.dispatch.supervise import Supervisor
from tocsin.legacy.files import Names
from tocsin.legacy.mirror import Mirror
from tocsin.settings import Settings
from tocsin.store.claims import backlog
from tocsin.store.engine import DatabaseUnavailable, Store
from tocsin.store.failures import HELD_UP, explained
from tocsin.store.rehearsal import drop_tests
from tocsin.telemetry.logs import get_logger
from tocsin.telemetry.metrics import Exposition, Scrape

UNLIMITED = 10_000.0
"""From this many requests a second on, nothing is paced at all."""
PATIENCE_AT_THE_END = 8.0
KEEPING_AT_THE_END = 0.5
"""Both are seconds; closing the database may take another, and the whole end ten."""
BACKLOG_SECONDS = 2.0
"""What a scrape waits for the database: whoever scrapes waits ten."""

log = get_logger("tocsin.bot")


@dataclass(slots=True)
class Engine:
    """Everything that turns a calendar into requests, put together around a store and a messenger."""

    store: Store
    clock: Clock
    pacer: Pacer
    dispatcher: Dispatcher
    planner: Planner
    recovery: Recovery
    gate: OpeningGate
    opener: DmOpener
    remover: PostRemover
    housekeeper: Housekeeper
    supervisor: Supervisor
    exposition: Exposition
    gateway: Callable[[], Shards] = Shards

    async def start(self) -> None:
        """Take over what an earlier process left, and start every loop."""
        with explained(self.store, HELD_UP):
            await self.store.write(drop_tests, self.clock.now())
            await self.recovery.adopt()
        for name, loop in (
            ("dispatch", self.dispatcher.run),
            ("record", self.dispatcher.record),
            ("plan", self.planner.run),
            ("recovery", self.recovery.run),
            ("sweep", self.dispatcher.sweep),
            ("dm opener", self.opener.run),
            ("post remover", self.remover.run),
            ("housekeeping", self.housekeeper.run),
        ):
            self.supervisor.watch(name, partial(self._explain, loop))

    async def _explain(self, loop: Callable[[], Awaitable[None]]) -> None:
        with explained(self.store, HELD_UP):
            await loop()

    def report(self) -> dict[str, Any]:
        """What only the running bot knows: its loops, its budget, what is under way."""
        loops = [
            {
                "name": health.name,
                "running": health.running,
                "failures": health.failures,
                "failures_total": health.failures_total,
                "last_error": health.last_error,
                "failed_at": health.failed_at.isoformat() if health.failed_at else None,
            }
            for health in self.supervisor.health.values()
        ]
        now, shards = self.clock.now(), self.gateway()
        return {
            "version": __version__,
            "worker": self.dispatcher.worker,
            "shards": shards.wanted,
            "shards_connected": shards.connected,
            "in_flight": len(self.dispatcher.in_flight),
            "sent": self.dispatcher.sent,
            "requests": self.pacer.requests,
            "answers": {str(status): n for status, n in sorted(self.pacer.answers.items())},
            "refusals_in_10_minutes": self.dispatcher.refusals.count(now),
            "stopped": self.pacer.stopped,
            "held": self.dispatcher.held(),
            "dms_held": self.dispatcher.breaker.room(now, 0) == 0,
            "clock_ahead_of_discord_s": round(self.dispatcher.skew.measured.total_seconds(), 1),
            "loops": loops,
        }

    async def metrics(self) -> bytes:
        """The same for Prometheus, with what was counted, and what waits in the database if it can be read."""
        now, waiting = self.clock.now(), {}
        with suppress(DatabaseUnavailable, TimeoutError), explained(self.store, HELD_UP):
            async with asyncio.timeout(BACKLOG_SECONDS):
                found = await self.store.read(backlog, now)
            behind = max((now - (found.first_turn or now)).total_seconds(), 0.0)
            waiting = {"pending": found.pending, "ready": found.ready, "behind_s": behind}
        scrape = Scrape(self.report() | waiting, self.dispatcher.journal.tally)
        return self.exposition.text(scrape)

    async def stop(self) -> None:
        """Let what is in flight end within 8 s, keep the count of refusals, then end the loops."""
        left = await self.dispatcher.finish(PATIENCE_AT_THE_END)
        if left:
            log.warning(
                "left in flight", deliveries=left, help="The next start looks what came of them."
            )
        await self._keep_refusals()
        await self.supervisor.stop()

    async def _keep_refusals(self) -> None:
        try:
            with explained(self.store):
                await asyncio.wait_for(self.dispatcher.keep_refusals(), KEEPING_AT_THE_END)
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("refusals not kept", reason=str(error) or "the database is busy")


def build_engine(
    settings: Settings,
    store: Store,
    clock: Clock,
    pacer: Pacer,
    messenger: Messenger,
    instance: str,
    refusals: Refusals,
) -> Engine:
    """Put the loops together. Nothing runs yet."""
    dispatcher = Dispatcher(store, clock, pacer, messenger, worker_name(), instance, refusals)
    gate = OpeningGate(store, clock)
    return Engine(
        store=store,
        clock=clock,
        pacer=pacer,
        dispatcher=dispatcher,
        planner=Planner(
            store, clock, dispatcher, timedelta(seconds=settings.reminders.grace_seconds)
        ),
        recovery=Recovery(store, clock, messenger, dispatcher),
        gate=gate,
        opener=DmOpener(
            store, clock, messenger, dispatcher, gate, settings.discord.dm_opens_per_minute
        ),
        remover=PostRemover(store, clock, messenger),
        housekeeper=Housekeeper(
            store,
            clock,
            dispatcher.skew,
            horizon=timedelta(days=settings.reminders.horizon_days),
            all_day_at=settings.reminders.all_day_at,
            retention=timedelta(days=settings.reminders.retention_days),
        ),
        supervisor=Supervisor(clock),
        exposition=Exposition(),
    )


EngineBuilder = Callable[[Settings, Store, Clock, Pacer, Messenger, str, Refusals], Engine]
"""How an engine is put together; `build_engine` is the only one outside the tests."""


def build_pacer(settings: Settings, clock: Clock, refusals: Refusals) -> Pacer:
    """The budget of these settings."""
    rate = settings.discord.requests_per_second
    return Pacer(
        None if rate >= UNLIMITED else rate,
        clock.monotonic,
        lambda status, scope: refusals.note(status, scope, clock.now()),
        lambda: refusals.caution(clock.now()),
    )


def build_mirror(settings: Settings, store: Store, clock: Clock) -> Mirror | None:
    """The mirror of the old files, if the settings ask for one."""
    legacy = settings.legacy
    if legacy.mirror is None or legacy.server is None:
        return None
    return Mirror(store, clock, legacy.server, Path(legacy.mirror), Names.of(legacy))
