"""The processes of the demo: started, listened to, and ended together."""

import asyncio
import os
import re
import signal
from contextlib import suppress

from tocsin.errors import TocsinError

KEEP_LINES = 40
STOP_SECONDS = 15


class ProcessFailed(TocsinError):
    """A part of the demo did not start, or ended."""


class Process:
    """A program whose output is read as it comes; only its last lines are kept."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process
        self._lines: list[str] = []
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, name: str, command: list[str], environment: dict[str, str]) -> "Process":
        """Start `command`; Ctrl-C on the terminal reaches only this process, which then ends the others."""
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")
        }
        process = await asyncio.create_subprocess_exec(
            *command,
            env=inherited | environment | {"PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(name, process)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._changed:
                self._lines.append(line.decode(errors="replace").rstrip())
                del self._lines[:-KEEP_LINES]
                self._changed.notify_all()
        await self._process.wait()
        async with self._changed:
            self._changed.notify_all()

    async def said(self, pattern: str, seconds: float) -> str:
        """The first group of the first line that matches. Raises ProcessFailed if it never comes."""

        def found() -> re.Match[str] | None:
            return next(filter(None, (re.search(pattern, line) for line in self._lines)), None)

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(
                    lambda: found() or self._process.returncode is not None
                )
        except TimeoutError:
            raise ProcessFailed(
                f"{self.name} did not get ready in {seconds:.0f} s. {self.output()}"
            ) from None
        match = found()
        if match is None:
            raise ProcessFailed(self.output() or f"{self.name} ended without a word.")
        return match[1]

    async def ended(self) -> int:
        """Wait until it has ended; returns its exit code."""
        await asyncio.shield(self._reading)
        return self._process.returncode or 0

    def output(self) -> str:
        """Its last lines, without the name that a program puts before what is wrong: there is another before it."""
        return "\n".join(re.sub(r"^(tocsin|discord-sandbox): ", "", line) for line in self._lines)

    async def stop(self) -> None:
        """Ask it to end, and wait; kill it only if it does not."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._reading), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._reading
