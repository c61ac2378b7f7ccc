"""A bot under test, as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import aiohttp

from discord_sandbox.testing.control import SandboxError
from discord_sandbox.testing.places import Application
from discord_sandbox.testing.stream import Frame, Stream, WaitedInVain

if TYPE_CHECKING:
    from discord_sandbox.testing.sandbox import Sandbox

_END_TIMEOUT_S = 5.0
_MOST_LINES = 40
_MOST_REFUSED = 5
_REFUSED = 400
_TELLING = frozenset({"COMMANDS_CHANGED", "BOT_CONNECTED", "ENDPOINT_CHANGED"})


class BotEnded(RuntimeError):
    """The bot ended before it was ready; the text is what it said."""


class BotProcess:
    """A bot that runs. `output` is what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.output = ""
        self._process = process
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while text := await self._process.stdout.read(65_536):
            self.output += text.decode(errors="replace")

    async def ended(self) -> None:
        """Raise BotEnded once the process is gone."""
        await self._process.wait()
        await self._reader
        raise BotEnded(self.output.strip() or "The bot ended without a word.")

    async def stop(self) -> None:
        """End it, and wait until it has."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _END_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader


@contextlib.asynccontextmanager
async def running(
    sandbox: Sandbox,
    command: tuple[str, ...],
    application: Application,
    *,
    commands: bool,
    env: Mapping[str, str],
    timeout: float,
) -> AsyncIterator[BotProcess]:
    """What `Sandbox.running` does."""
    stream = await sandbox.events()
    process = await asyncio.create_subprocess_exec(
        *command,
        env={
            **os.environ,
            "DISCORD_TOKEN": application.token,
            "DISCORD_APPLICATION_ID": str(application.id),
            "DISCORD_PUBLIC_KEY": application.verify_key,
            "DISCORD_API_URL": sandbox.api_url,
            "DISCORD_GATEWAY_URL": sandbox.gateway_url,
            "DISCORD_CDN_URL": sandbox.cdn_url,
            **env,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    bot = BotProcess(process)
    try:
        ready = asyncio.ensure_future(_ready(sandbox, stream, application, commands, timeout))
        ended = asyncio.ensure_future(bot.ended())
        done, _ = await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        for future in {ready, ended} - done:
            future.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await future
        for future in done:
            _result(future, bot)
        yield bot
    except Exception as problem:
        await _tell_more(problem, bot, sandbox)
        raise
    finally:
        await bot.stop()


async def _tell_more(problem: Exception, bot: BotProcess, sandbox: Sandbox) -> None:
    """Add what the bot said, and what it was refused: why a test failed is mostly there."""
    said = "\n".join(bot.output.strip().splitlines()[-_MOST_LINES:])
    if said:
        problem.add_note(f"The bot said:\n{said}")
    with contextlib.suppress(SandboxError, OSError, aiohttp.ClientError):
        refused = [row for row in await sandbox.requests() if row["status"] >= _REFUSED]
        lines = [
            f"{row['method']} {row['path']}: {row['status']} {row.get('problem', '')}"
            for row in refused[-_MOST_REFUSED:]
        ]
        if lines:
            problem.add_note("\n".join(["The sandbox refused:", *lines]))


def _result(future: asyncio.Future[None], bot: BotProcess) -> None:
    try:
        future.result()
    except WaitedInVain as problem:
        raise WaitedInVain(f"{problem}\nThe bot said:\n{bot.output.strip()}") from None


async def _ready(
    sandbox: Sandbox, stream: Stream, application: Application, commands: bool, timeout: float
) -> None:
    """Wait until the bot is connected or has an endpoint and, where asked for, registered commands."""
    what = f"{application.name} to connect" + (" and to register its commands" if commands else "")
    async with asyncio.timeout(timeout + 5):
        while True:
            seen = stream.position
            world = await sandbox.world()
            (found,) = (one for one in world["applications"] if one["id"] == str(application.id))
            reached = found["connected"] or found["interactions_endpoint_url"]
            if reached and (found["commands"] or not commands):
                return
            await stream.wait_for(_told, since=seen, timeout=timeout, what=what)


def _told(frame: Frame) -> bool | None:
    return True if frame.type in _TELLING else None
