"""`tocsin demo` as a newcomer starts it: the page, the bot, real calendars, and a clean end."""

import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from tests.journeys.commands.community import Room, says
from tests.journeys.processes import Process, address_in
from tests.requirements import skip_unless

from discord_sandbox.testing import Sandbox

DATA = (Path(__file__).parents[2] / "../shared/data").resolve()
PROC = Path("/proc")
SETTINGS = "TOCSIN_"


@dataclass
class Demo:
    """A running demo, and the sandbox that it started."""

    process: Process
    sandbox: Sandbox

    @property
    def address(self) -> str:
        """The page's address."""
        return self.sandbox.url


@asynccontextmanager
async def demo(*options: str) -> AsyncIterator[Demo]:
    """The demo on a free port, once it has said what to try; ended by Ctrl-C's signal."""
    process = await Process.start("tocsin", "demo", "--no-open", "--port", "0", *options)
    try:
        address = await process.until(lambda line: address_in(line) if "runs at" in line else None)
        async with Sandbox.connect(address) as sandbox:
            yield Demo(process, sandbox)
    finally:
        await process.end(signal.SIGINT)


async def test_it_answers_on_its_page_and_ends_with_ctrl_c() -> None:
    """The page is there when its address is; Ctrl-C ends every process and leaves no file."""
    async with demo() as running, aiohttp.ClientSession() as session:
        async with session.get(running.address) as answer:
            assert answer.status == 200
            assert "<html" in await answer.text()
        children = children_of(running.process.pid)
        folder = folder_of(children)
        assert len(children) == 2
        assert folder.is_dir()
    assert await running.process.wait() == 0, running.process.output()
    assert [child for child in children if child.alive()] == []
    assert not folder.exists()
    assert "Traceback" not in running.process.output()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_it_ends_with_its_terminal(number: signal.Signals) -> None:
    """A terminal that is closed, or a `kill`, leaves no process and no file behind either."""
    async with demo() as running:
        children = children_of(running.process.pid)
        folder = folder_of(children)
        await running.process.end(number)
    assert [child for child in children if child.alive()] == []
    assert not folder.exists()
    assert "Traceback" not in running.process.output()


@dataclass
class Child:
    """A process that another one started, as Linux shows it."""

    pid: int

    def command(self) -> list[str]:
        """What it was started with."""
        return (PROC / str(self.pid) / "cmdline").read_text().split("\0")[:-1]

    def environment(self) -> dict[str, str]:
        """The variables that it was given."""
        pairs = (PROC / str(self.pid) / "environ").read_text().split("\0")[:-1]
        return dict(pair.split("=", 1) for pair in pairs)

    def alive(self) -> bool:
        """Whether it is still there."""
        return (PROC / str(self.pid)).exists()


def children_of(pid: int) -> list[Child]:
    """The processes that the process started."""
    skip_unless(PROC.is_dir(), "no /proc: other systems than Linux show processes otherwise")
    lists = (PROC / str(pid) / "task").glob("*/children")
    return [Child(int(each)) for found in lists for each in found.read_text().split()]


def bot_among(children: list[Child]) -> Child:
    """The child that is the bot."""
    (bot,) = [child for child in children if child.command()[-1] == "run"]
    return bot


def folder_of(children: list[Child]) -> Path:
    """Where the demo's database lies, by the bot's settings."""
    url = bot_among(children).environment()[f"{SETTINGS}DATABASE__URL"]
    return Path(url.removeprefix("sqlite:///")).parent


async def test_its_bot_is_the_one_that_runs_on_discord() -> None:
    """`tocsin run` in a process of its own, which differs from any other only in its settings."""
    async with demo() as running:
        children = children_of(running.process.pid)
        bot = bot_among(children)
        assert bot.command()[1:] == ["-m", "tocsin", "run"]
        own = {name: value for name, value in bot.environment().items() if name not in os.environ}
        settings = {name for name in own if name.startswith(SETTINGS)}
        assert own.keys() - settings <= {"PYTHONUNBUFFERED", "LC_CTYPE"}
        assert settings == {
            "TOCSIN_CLOCK__URL",
            "TOCSIN_DATABASE__URL",
            "TOCSIN_DISCORD__API_URL",
            "TOCSIN_DISCORD__TOKEN",
            "TOCSIN_LOGS__FORMAT",
        }


async def test_a_port_in_use_is_one_line() -> None:
    """It says which, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await Process.start("tocsin", "demo", "--no-open", "--port", port)
        assert await process.wait() == 1
    (line,) = process.lines
    assert port in line
    assert "--port 0 (make demo PORT=0)" in line
    assert "discord-sandbox:" not in line


async def test_a_file_that_is_no_calendar_is_one_line(tmp_path: Path) -> None:
    """The import's own words, without its name before them."""
    file = tmp_path / "nocal.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    process = await Process.start(
        "tocsin", "demo", "--no-open", "--port", "0", "--events", str(file)
    )
    assert await process.wait() == 1
    (line,) = process.lines
    assert "nocal.csv is no calendar" in line
    assert line.count("tocsin:") == 1


@pytest.mark.parametrize("now", ["9999-12-31T23:59:00Z", "1969-01-01T00:00:00Z", "soon"])
async def test_a_time_that_discord_cannot_have_is_one_line(now: str) -> None:
    """Nothing is started; it says what to give."""
    process = await Process.start("tocsin", "demo", "--no-open", "--now", now)
    assert await process.wait() == 2
    (line,) = process.lines
    assert "2015 to 2100" in line


async def test_reminders_arrive_while_one_watches() -> None:
    """The sample's first event is minutes away; who subscribes to it is told in the channel and directly."""
    async with demo() as running:
        alice = await running.sandbox.member("alice")
        await alice.stream()
        guild = await running.sandbox.guild("Kingdom of Bells")
        room = Room(guild.channel("general"))
        await room.subscribe(alice, "all")
        welcome = await alice.wait_for_dm(says("You are subscribed"))
        await running.sandbox.clock.step(180)
        await alice.wait_for_dm(says("Ruins", "Zone 5"), after=welcome)
        await alice.wait_for_message(guild.channel("events"), says("Ruins", "Zone 5"))


async def test_two_files_of_one_name_are_two_calendars(tmp_path: Path) -> None:
    """Neither takes the place of the other."""
    files = [tmp_path / folder / "plan.csv" for folder in ("a", "b")]
    for file in files:
        file.parent.mkdir()
        file.write_text(f"start,title\n2030-03-07 20:00,{file.parent.name}\n", encoding="utf-8")
    given = [part for file in files for part in ("--events", str(file))]
    async with demo(*given, "--now", "2030-03-07T12:00:00Z") as running:
        read = [line for line in running.process.lines if "read:" in line]
        assert ["1 new" in line for line in read] == [True, True]
        assert "cancelled" not in running.process.output()


@pytest.mark.parametrize(
    ("name", "now", "title"),
    [
        ("motorsport-2026.csv", "2026-12-06T12:59:30Z", "Abu Dhabi: gp"),
        ("fablab_cottbus.ics", "2019-03-02T12:59:30Z", ""),
        ("machbar_16_feb_2019.ics", "2019-03-06T12:59:30Z", ""),
    ],
)
async def test_a_real_calendar_leads_to_real_reminders(name: str, now: str, title: str) -> None:
    """With the clock started just before an event, its reminder is there when it starts."""
    file = DATA / name
    skip_unless(file.is_file(), f"no {name}: it lies in ../shared/data beside the project")
    async with demo("--events", str(file), "--now", now) as running:
        alice = await running.sandbox.member("alice")
        await alice.stream()
        guild = await running.sandbox.guild("Kingdom of Bells")
        room = Room(guild.channel("general"))
        await room.subscribe(alice, "all")
        welcome = await alice.wait_for_dm(says("You are subscribed"))
        await running.sandbox.clock.step(30)
        reminder = await alice.wait_for_dm(says("<t:", title), after=welcome)
        post = await alice.wait_for_message(guild.channel("events"), says("<t:", title))
        assert reminder.text.count("<t:") >= 2, reminder.text
        assert post.channel_id == guild.channel("events").id
