"""The bot and the sandbox as processes of their own, exactly as they are started by hand."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 90.0
BIN = Path(sys.executable).parent


class Process:
    """A process whose lines of output are read as they come."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.lines: list[str] = []
        self._process = process
        self._changed = asyncio.Condition()
        streams = (process.stdout, process.stderr)
        self._readers = [asyncio.create_task(self._read(each)) for each in streams if each]

    @classmethod
    async def start(
        cls, name: str, *arguments: str, env: dict[str, str] | None = None
    ) -> "Process":
        """Start a console script of this environment; TOCSIN_ variables of the caller are left out."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        process = await asyncio.create_subprocess_exec(
            BIN / name,
            *arguments,
            env={**inherited, **(env or {}), "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return cls(name, process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            async with self._changed:
                self.lines.append(line.decode(errors="replace").rstrip())
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    async def until(self, fits: Callable[[str], Any], since: int = 0) -> Any:
        """What `fits` makes of the first line, from the number `since`, of which it makes something."""
        try:
            async with self._changed, asyncio.timeout(PATIENCE):
                at = since
                while True:
                    for line in self.lines[at:]:
                        if found := fits(line):
                            return found
                    at = len(self.lines)
                    assert self._process.returncode is None, self.output()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} did not say it:\n{self.output()}") from None

    async def event(self, name: str, since: int = 0) -> dict[str, Any]:
        """The fields of the first logged event with that name, from the line `since`."""
        found: dict[str, Any] = await self.until(lambda line: _event(line, name), since)
        return found

    def output(self) -> str:
        """Everything it said."""
        return "\n".join(self.lines)

    async def wait(self) -> int:
        """Wait for it to end by itself; returns the exit code."""
        code = await asyncio.wait_for(self._process.wait(), PATIENCE)
        await asyncio.gather(*self._readers)
        return code

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, return the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.wait()


def _event(line: str, name: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) and fields.get("event") == name else None


def address_in(line: str) -> str | None:
    """The web address in a line, without a trailing slash."""
    found = re.search(r"http://[\d.a-z]+:\d+", line)
    return found.group() if found else None
