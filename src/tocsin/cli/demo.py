"""`tocsin demo`: the bot and a Discord of its own on this machine, to try everything in the browser."""

import asyncio
import signal
import sys
import tempfile
import webbrowser
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli._demo_processes import Process, ProcessFailed
from tocsin.cli._demo_world import SERVER_ID, SERVER_NAME, Control, sample_calendar, seed
from tocsin.errors import TocsinError, UsageError

TOKEN = "demo.token.of-the-sandbox"  # noqa: S105 - it opens nothing but the sandbox that is started here
READY_SECONDS = 60

app = typer.Typer()

WHAT_TO_TRY = """\
Tocsin runs at  {address}

  You are alice. In #general type  /subscribe , choose, and press Save: the
  welcome comes as a direct message, and so does each reminder. In #events the
  channel is told.
  {calendar}
  Switch between the members at the bottom left; move the clock in the
  inspector.

Ctrl-C ends everything.
"""


class PortTaken(TocsinError):
    """The port of the page is in use."""


class BadInstant(UsageError):
    """--now must be an instant from 2015 to 2100 with its offset, like 2026-12-06T12:50:00Z."""


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The page's port; 0 takes any.")
    ] = 8700,
    events: Annotated[
        list[Path] | None,
        typer.Option(help="A calendar file (ICS or CSV) instead of the sample; may be repeated."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(help="What time it shall be at the start, like 2026-12-06T12:50:00Z."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Try everything in the browser: the bot, and a Discord of its own, on this machine."""
    start = _instant(now)
    for file in events or ():
        if not file.is_file():
            raise UsageError(f"There is no file {file}: give the path of an ICS or CSV file.")
    try:
        asyncio.run(_demo(port, events or [], start, open_page=not no_open))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print()


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInstant from None
    # Discord's ids hold the time since 2015, and no more than 139 years of it.
    if instant.tzinfo is None or not 2015 <= instant.year <= 2100:
        raise BadInstant
    return instant


async def _demo(port: int, files: list[Path], now: datetime | None, *, open_page: bool) -> None:
    _end_when_told()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-demo-")))
        sandbox = await _start_sandbox(stack, folder, port, now)
        address = await _address_of(sandbox, port)
        environment = {
            "TOCSIN_DISCORD__TOKEN": TOKEN,
            "TOCSIN_DISCORD__API_URL": f"{address}/api/v10",
            "TOCSIN_DATABASE__URL": f"sqlite:///{folder / 'tocsin.db'}",
            "TOCSIN_CLOCK__URL": f"{address}/sandbox/clock",
            "TOCSIN_LOGS__FORMAT": "json",
        }
        control = await stack.enter_async_context(Control(address))
        summary = await _fill_calendar(files, folder, environment, control)
        bot = await Process.start("the bot", [sys.executable, "-m", "tocsin", "run"], environment)
        stack.push_async_callback(bot.stop)
        for event in ("ready", "commands in place"):
            await bot.said(f'"event": ?"({event})"', READY_SECONDS)
        await control.set_up(preset="plain" if files else "kvk")
        await bot.said('"event": ?"(server set up)"', READY_SECONDS)
        print(
            WHAT_TO_TRY.format(address=f"{address}/?as={control.player}", calendar=summary),
            flush=True,
        )
        if open_page:
            await asyncio.to_thread(webbrowser.open, f"{address}/?as={control.player}")
        await _until_one_ends(bot, sandbox)


def _end_when_told() -> None:
    """End as by Ctrl-C when the terminal is closed, or when something else says so."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None

    def end() -> None:
        # A second signal must not interrupt the ending of the others.
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)


async def _start_sandbox(
    stack: AsyncExitStack, folder: Path, port: int, now: datetime | None
) -> Process:
    world = folder / "world.json"
    world.write_text(seed(TOKEN), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "discord_sandbox.cli",
        "serve",
        "--port",
        str(port),
        "--seed",
        str(world),
    ]
    if now is not None:
        command += ["--clock", now.isoformat()]
    sandbox = await Process.start("the sandbox", command, {})
    stack.push_async_callback(sandbox.stop)
    return sandbox


async def _address_of(sandbox: Process, port: int) -> str:
    try:
        return await sandbox.said(r"listening on (http://\S+)", READY_SECONDS)
    except ProcessFailed as failed:
        if f"port {port} is in use" not in str(failed):
            raise
        raise PortTaken(
            f"Port {port} is in use. Stop what listens there, or take another: --port 0 "
            "(make demo PORT=0) takes any that is free."
        ) from failed


async def _fill_calendar(
    files: list[Path], folder: Path, environment: dict[str, str], control: Control
) -> str:
    """Import the files, or the sample, by the same command that an admin uses; returns a line on what there is."""
    preset = "plain" if files else "kvk"
    if not files:
        sample = folder / "kingdom.ics"
        sample.write_text(sample_calendar(await control.now()), encoding="utf-8", newline="")
        files = [sample]
        summary = "The first event starts in three minutes; reminders come before and then."
    else:
        summary = f"The calendar is {', '.join(file.name for file in files)}: see /events."
    names = [file.name for file in files]
    for file in files:
        command = [sys.executable, "-m", "tocsin", "events", "import", str(file)]
        command += ["--server", str(SERVER_ID), "--preset", preset]
        if names.count(file.name) > 1:
            command += ["--source", str(file)]
        importing = await Process.start(f"the import of {file.name}", command, environment)
        code = await importing.ended()
        if code > 1:
            raise ProcessFailed(f"{file.name} could not be imported. {importing.output()}")
        print(importing.output())
    return summary


async def _until_one_ends(*processes: Process) -> None:
    waits = {asyncio.create_task(process.ended()): process for process in processes}
    done, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in others:
        wait.cancel()
    process = waits[done.pop()]
    raise ProcessFailed(f"{process.name} of {SERVER_NAME} ended by itself: {process.output()}")
