"""The disk fills, refuses, is read-only, locked or damaged: nothing is sent that was not recorded as claimed."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.faults.bot import Bot, Bots, Nursery
from tests.faults.campaign import LENGTH
from tests.faults.judge import Verdict
from tests.faults.power import NoCompiler, build_library
from tests.faults.run import Run
from tests.faults.world import Call, World
from tests.requirements import skip_unless

from tocsin.reminders.delivery import State
from tocsin.store.engine import Store, sqlite_module, sqlite_url

LEAD = timedelta(hours=1)
SOON = timedelta(seconds=30)
MEGABYTE = 1 << 20


class Disk:
    """Fails when it is told to, and keeps what had been synced when requests left. See trouble.c."""

    def __init__(self, database: Path, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self.environment = {"TROUBLE_FILES": str(database), "TROUBLE_FOLDER": str(folder)}

    @contextmanager
    def refusing(self, what: str) -> Iterator[None]:
        """Let every `sync` or `write` fail meanwhile."""
        orders = self._folder / "orders"
        orders.write_text(what)
        yield
        orders.unlink()

    def requests(self) -> list[tuple[int, int]]:
        """The requests for messages in their order: the channel, and how many syncs there had been."""
        lines = (self._folder / "requests").read_text().splitlines()
        return [(int(channel), int(syncs)) for channel, syncs in map(str.split, lines)]

    def log_after(self, syncs: int) -> Path:
        """The write-ahead log as it lay on the disk after so many syncs."""
        return self._folder / f"{syncs}-wal"


@pytest.fixture(scope="session")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Forks bots whose disk can be told to fail."""
    try:
        source = Path(__file__).with_name("trouble.c")
        library = build_library(tmp_path_factory.mktemp("library"), source)
    except NoCompiler:
        skip_unless(False, "a disk that fails needs a C compiler: apt install gcc libc6-dev")
        raise
    with Nursery.open(library) as nursery:
        yield nursery


@pytest.fixture
def disk(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Disk:
    """The disk of the world's database."""
    return Disk(small_world.database, tmp_path_factory.mktemp("disk") / "orders")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes, in which the database is going to be."""
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tmp_path)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if os.geteuid() != 0:
        pytest.skip("a small file system has to be mounted, which needs root")
    skip_unless(mounted.returncode == 0, "a small file system cannot be mounted: allow root to")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room in the file system."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        yield
    ballast.unlink()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Let another program hold the database."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


async def owed(world: World, bots: Bots) -> Run:
    """Everybody is called in half a minute."""
    run = Run(world, bots)
    now = await run.now()
    world.fill(dict.fromkeys(world.people, ("altars", LEAD)), [], now)
    start = now + SOON + LEAD
    event_id = world.add("Altar", "altars", start, LENGTH, now)
    run.owe([Call(event_id, "Altar", start, LEAD, frozenset(world.people))])
    return run


@asynccontextmanager
async def staged(nursery: Nursery, world: World, **more: str) -> AsyncIterator[tuple[Run, Bot]]:
    """A bot that has everything ready when the trouble begins."""
    async with Bots(nursery, world.environment | more) as bots:
        run = await owed(world, bots)
        bot = await bots.running()
        await bot.logged("staged")
        yield run, bot


async def messages(world: World) -> int:
    """How many messages the bot has asked Discord to create, whatever came of it."""
    rows: list[Any] = await world.sandbox.control.get("/requests", limit=1000)
    channels = {str(person.channel_id) for person in world.people.values()}
    return sum(row["method"] == "POST" and row["path"].split("/")[-2] in channels for row in rows)


async def held_up(run: Run, bot: Bot, *advice: str) -> None:
    """It is due, the bot says what is wrong and what to do about it, and nothing leaves."""
    before = await messages(run.world)
    await run.world.sandbox.clock.step(SOON)
    await bot.logged("loop failed", bot.counts["loop failed"] + 2)
    assert await messages(run.world) == before
    said = [line for line in bot.lines if '"loop failed"' in line]
    assert all(any(each in line for each in advice) for line in said), said
    assert all("goes on by itself" in line for line in said), said
    assert "Traceback" not in bot.told()


async def made_good(run: Run) -> Verdict:
    """When the trouble has ended the bot goes on by itself."""
    await run.settle()
    verdict = await run.verdict()
    assert (verdict.lost, verdict.repeated) == ({}, {})
    assert verdict.deliveries == len(run.world.people)
    return verdict


@pytest.mark.parametrize("what", ["sync", "write"])
async def test_a_disk_that_refuses_holds_everything_up(
    shaky: Nursery, small_world: World, disk: Disk, what: str
) -> None:
    """A failing fsync, and a file system that has become read-only; the status address tells, too."""
    status = {"TOCSIN_STATUS__PORT": "0", "TOCSIN_STATUS__HOST": "127.0.0.1"}
    async with staged(shaky, small_world, **disk.environment, **status) as (run, bot):
        with disk.refusing(what):
            await held_up(run, bot, "Look into the system's log")
            (line,) = [line for line in bot.lines if '"event": "status"' in line]
            port = int(line.split('"port": ')[1].split(",")[0])
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{port}/status") as answer,
            ):
                loops = {each["name"]: each for each in (await answer.json())["loops"]}
            assert loops["dispatch"]["failures"] > 0
            assert "refuses to read or write" in loops["dispatch"]["last_error"]
        await made_good(run)


async def test_a_full_disk_holds_everything_up(
    nursery: Nursery, small_disk: Path, small_world: World
) -> None:
    """Room is made, and it goes on."""
    async with staged(nursery, small_world) as (run, bot):
        with full(small_disk):
            await held_up(run, bot, "Make room")
        await made_good(run)


async def test_a_database_that_another_holds_is_waited_for(
    nursery: Nursery, small_world: World
) -> None:
    """Nothing leaves meanwhile, and everything after."""
    async with staged(nursery, small_world) as (run, bot):
        with locked(small_world.database):
            await small_world.sandbox.clock.step(SOON)
            # Until it has been quiet for twice as long as an unhindered bot needs to send them all.
            while await bot.change(2 * len(small_world.people) / 50):
                pass
            assert await messages(small_world) == len(small_world.people)
        await made_good(run)


async def test_a_damaged_database_sends_nothing(nursery: Nursery, small_world: World) -> None:
    """The pages with what waits are garbage: it is said, and once they are restored it goes on."""
    async with Bots(nursery, small_world.environment) as bots:
        run = await owed(small_world, bots)
        with garbled(small_world.database, "ix_deliveries_pending"):
            bot = await bots.running()
            await bot.logged("running")
            await held_up(run, bot, "tocsin db check")
        await made_good(run)


@contextmanager
def garbled(database: Path, name: str) -> Iterator[None]:
    """Overwrite the root page of a table or index of a database that nobody has open, and mend it again."""
    store = Store(sqlite_url(database))
    store.close()  # the last to close it moves everything into the one file
    connection = sqlite3.connect(database)
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)
    ).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with database.open("r+b", buffering=0) as file:
        file.seek((page - 1) * size)
        sound = file.read(size)
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
        yield
        file.seek((page - 1) * size)
        file.write(sound)


@pytest.mark.parametrize("trouble", ["full", "read-only"])
async def test_a_bot_that_cannot_record_does_not_start(
    nursery: Nursery, small_disk: Path, small_world: World, trouble: str
) -> None:
    """It ends with one sentence that says what to do, and whoever runs it starts it again."""
    async with Bots(nursery, small_world.environment) as bots:
        run = await owed(small_world, bots)
        before = await messages(small_world)
        await small_world.sandbox.clock.step(SOON)
        if trouble == "full":
            with full(small_disk):
                bot = await bots.running()
                await asyncio.wait_for(_ended(bot), 60)
        else:
            _remount(small_disk, "ro")
            bot = await bots.running()
            await asyncio.wait_for(_ended(bot), 60)
            _remount(small_disk, "rw")
        assert await messages(small_world) == before
        assert "Traceback" not in bot.told()
        assert "Let this user write there" in bot.told() or "Make room" in bot.told()
        await made_good(run)


async def _ended(bot: Bot) -> None:
    while bot.alive:
        await bot.change(1)


def _remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


async def test_each_claim_is_on_the_disk_before_its_request_leaves(
    shaky: Nursery, small_world: World, disk: Disk, tmp_path: Path
) -> None:
    """By a trace of syncs and sends: the log as last synced before each request holds that request's claim."""
    async with staged(shaky, small_world, **disk.environment) as (run, _):
        clean = small_world.database.read_bytes()
        await run.world.sandbox.clock.step(SOON)
        await made_good(run)
    requests = disk.requests()
    assert {channel for channel, _ in requests} == {
        person.channel_id for person in small_world.people.values()
    }
    for number, (channel, syncs) in enumerate(requests):
        copy = tmp_path / f"request{number}.db"
        copy.write_bytes(clean)
        copy.with_name(copy.name + "-wal").write_bytes(disk.log_after(syncs).read_bytes())
        connection = sqlite_module().connect(copy)
        found = connection.execute(
            "SELECT state FROM deliveries WHERE channel_id = ?", (channel,)
        ).fetchall()
        connection.close()
        assert found == [(State.SENDING.value,)], f"request {number} left after {syncs} syncs"
