"""The composition root: the only place that names concrete classes and puts them together."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.clock import Clock, follow, read_offset, worker_name
from tocsin.discord_bot.asking_time import ask_while_doubted
from tocsin.discord_bot.client import TocsinClient
from tocsin.discord_bot.connecting import TokenRefused, closed, log_in
from tocsin.discord_bot.messenger import DiscordMessenger
from tocsin.discord_bot.services import Services
from tocsin.discord_bot.shards import Shards
from tocsin.discord_bot.take_over import TakeOver
from tocsin.dispatch.dispatcher import REFUSALS_KEPT_AS, Dispatcher
from tocsin.dispatch.housekeeping import Housekeeper
from tocsin.dispatch.messenger import Message, Messenger, Search, Sighting
from tocsin.dispatch.opening import OpeningGate
from tocsin.dispatch.outcome import Outcome
from tocsin.dispatch.pacing import Pacer
from tocsin.dispatch.planner import Planner
from tocsin.dispatch.recovery import Recovery
from tocsin.dispatch.refusals import Refusals
from tocsin.dispatch.repairs import DmOpener, PostRemover
from tocsin.dispatch.supervise import Supervisor
from tocsin.errors import TocsinError, UsageError
from tocsin.legacy.files import Names
from tocsin.legacy.mirror import Mirror
from tocsin.settings import Settings
from tocsin.store import migrate
from tocsin.store.claims import backlog
from tocsin.store.engine import DatabaseUnavailable, Store
from tocsin.store.facts import get_fact, instance_of
from tocsin.store.failures import HELD_UP, explained
from tocsin.store.home import move_in
from tocsin.store.lock import InstanceLock
from tocsin.store.rehearsal import drop_tests
from tocsin.telemetry.logs import get_logger
from tocsin.telemetry.metrics import Exposition, Scrape
from tocsin.telemetry.status import StatusServer

UNLIMITED = 10_000.0
"""From this many requests a second on, nothing is paced at all."""
PATIENCE_AT_THE_END = 8.0
KEEPING_AT_THE_END = 0.5
"""Both are seconds; closing the database may take another, and the whole end ten."""
BACKLOG_SECONDS = 2.0
"""What a scrape waits for the database: whoever scrapes waits ten."""

log = get_logger("tocsin.bot")


class TokenMissing(UsageError):
    """No token is set: put the bot's token into TOCSIN_DISCORD__TOKEN, or under [discord] in tocsin.toml."""


class StatusUnavailable(TocsinError):
    """The status address cannot be listened on."""


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


def keep_start_out_of_collection() -> None:
    """Spare what was imported and built at the start from every later collection.

    A full collection looks at all of it, half a million objects that never go, and stops the event loop meanwhile:
    it took 40 to 170 ms under load, and takes a few afterwards.
    """
    gc.collect()
    gc.freeze()


class _Later:
    """The messenger, which needs the client, which needs the dispatcher, which needs the messenger."""

    def __init__(self) -> None:
        self.messenger: Messenger | None = None

    def _it(self) -> Messenger:
        assert self.messenger is not None, "the loops start only after the client has logged in"
        return self.messenger

    async def send(self, message: Message) -> Outcome:
        return await self._it().send(message)

    async def open_dm(self, member_id: int) -> int | Outcome:
        return await self._it().open_dm(member_id)

    async def find(self, search: Search) -> int | Sighting:
        return await self._it().find(search)

    async def delete(self, channel_id: int, message_id: int) -> Outcome:
        return await self._it().delete(channel_id, message_id)


@asynccontextmanager
async def assembled(
    settings: Settings, messenger: Messenger, build: EngineBuilder = build_engine
) -> AsyncIterator[Engine]:
    """An engine on the database of these settings, which it has for itself. Nothing runs yet.

    Raises ClockUnreachable, InstanceRunning and DatabaseUnavailable.
    """
    with ExitStack() as stack:
        clock = Clock()
        if settings.clock.url:
            clock.shift(await read_offset(settings.clock.url))
        store = Store(settings.database.url.get_secret_value())
        stack.callback(store.close)
        if store.path is not None:
            # Before the schema is touched: another bot may be at work on it.
            lock = InstanceLock(store.path)
            lock.take(clock.now())
            stack.callback(lock.release)
        migrate.upgrade(store)
        refusals = Refusals()
        with explained(store, HELD_UP):
            refusals.restore(await store.read(get_fact, REFUSALS_KEPT_AS))
            instance = await store.read(instance_of)
            if store.path is not None:
                _tell_if_moved(await store.write(move_in, store.path))
        pacer = build_pacer(settings, clock, refusals)
        yield build(settings, store, clock, pacer, messenger, instance, refusals)


def _tell_if_moved(last: str | None) -> None:
    if last is not None:
        log.warning(
            "database was used elsewhere", last=last, help="Make sure that no bot runs there."
        )


async def run_bot(settings: Settings, build: EngineBuilder = build_engine) -> None:
    """Run the bot until SIGTERM or SIGINT. By `build` the fault harness takes one safeguard out.

    Raises TokenMissing, TokenRefused, IntentRefused, ClockUnreachable, InstanceRunning and DatabaseUnavailable.
    """
    token = settings.discord.token
    if token is None:
        raise TokenMissing
    if any(sign.isspace() for sign in token.get_secret_value()):
        raise TokenRefused
    async with AsyncExitStack() as stack:
        later = _Later()
        engine = await stack.enter_async_context(assembled(settings, later, build))
        store, clock = engine.store, engine.clock
        stopping = _stop_signals()
        client = TocsinClient(
            Services(
                store,
                clock,
                settings,
                engine.dispatcher,
                engine.pacer,
                engine.dispatcher.skew,
                engine.gate,
                log,
            )
        )
        later.messenger = DiscordMessenger(client, clock)
        engine.gateway = client.gateway
        stack.push_async_callback(client.close)
        if not await log_in(client, token.get_secret_value(), stopping):
            return
        if settings.clock.url:
            engine.supervisor.watch("clock", lambda: _follow(clock, str(settings.clock.url)))
        engine.supervisor.watch(
            "ask the time", lambda: ask_while_doubted(client, engine.dispatcher.skew, clock)
        )
        mirror = build_mirror(settings, store, clock)
        if mirror is not None:
            stack.push_async_callback(mirror.refresh)  # once more, when nothing changes any more
            engine.supervisor.watch("mirror", mirror.run)
        engine.supervisor.watch("take over", TakeOver(client, store, clock).run)
        keep_start_out_of_collection()
        stack.push_async_callback(engine.stop)
        if not await _started(engine, stopping):
            return
        if settings.status.port is not None:
            address = settings.status.host, settings.status.port
            status = StatusServer(*address, engine.report, engine.metrics)
            stack.push_async_callback(status.stop)
            log.info("status", host=settings.status.host, port=await _listen(status, settings))
        gateway = asyncio.create_task(client.connect(), name="gateway")
        log.info("running", worker=engine.dispatcher.worker)
        await _until(stopping, gateway)
        log.info("stopping")


async def _listen(status: StatusServer, settings: Settings) -> int:
    try:
        return await status.start()
    except OSError as error:
        raise StatusUnavailable(
            f"The status address {settings.status.host}:{settings.status.port} cannot be used: {error.strerror}. "
            "Choose another port under [status] in the settings, or leave it out."
        ) from error


async def _follow(clock: Clock, url: str) -> None:
    await follow(clock, url, lambda error: log.warning("clock not reached", error=str(error)))


def _stop_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _started(engine: Engine, stopping: asyncio.Event) -> bool:
    """Start it; False if the bot is told to stop before the database has let it."""
    start, stop = asyncio.create_task(engine.start()), asyncio.create_task(stopping.wait())
    await asyncio.wait([start, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if start.done():
        start.result()
        return True
    start.cancel()
    await asyncio.gather(start, return_exceptions=True)
    return False


async def _until(stopping: asyncio.Event, gateway: asyncio.Task[None]) -> None:
    """Wait for a signal, or for the gateway to end for good, whose error is then raised."""
    wait = asyncio.create_task(stopping.wait())
    await asyncio.wait([wait, gateway], return_when=asyncio.FIRST_COMPLETED)
    wait.cancel()
    if gateway.done():
        closed(gateway)
