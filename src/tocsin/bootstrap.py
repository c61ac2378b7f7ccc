"""The running bot: the engine, Discord and the status address, from the token to the end."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

from tocsin.clock import Clock, follow, read_offset
from tocsin.discord_bot.asking_time import ask_while_doubted
from tocsin.discord_bot.client import TocsinClient
from tocsin.discord_bot.connecting import TokenRefused, closed, log_in
from tocsin.discord_bot.messenger import DiscordMessenger
from tocsin.discord_bot.services import Services
from tocsin.discord_bot.take_over import TakeOver
from tocsin.dispatch.dispatcher import REFUSALS_KEPT_AS
from tocsin.dispatch.messenger import Message, Messenger, Search, Sighting
from tocsin.dispatch.outcome import Outcome
from tocsin.dispatch.refusals import Refusals
from tocsin.engine import Engine, EngineBuilder, build_engine, build_mirror, build_pacer
from tocsin.errors import TocsinError, UsageError
from tocsin.settings import Settings
from tocsin.store import migrate
from tocsin.store.engine import Store
from tocsin.store.facts import get_fact, instance_of
from tocsin.store.failures import HELD_UP, explained
from tocsin.store.home import move_in
from tocsin.store.lock import InstanceLock
from tocsin.telemetry.logs import get_logger
from tocsin.telemetry.status import StatusServer

log = get_logger("tocsin.bot")


class TokenMissing(UsageError):
    """No token is set: put the bot's token into TOCSIN_DISCORD__TOKEN, or under [discord] in tocsin.toml."""


class StatusUnavailable(TocsinError):
    """The status address cannot be listened on."""


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
