"""The bot as a process that is watched by its log, and killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0


class Bot:
    """One process. `counts` says how often it has logged each event; `pid` is its process id."""

    def __init__(self, pid: int, ended: "asyncio.Future[str]") -> None:
        self.pid = pid
        self.lines: list[str] = []
        self.counts: Counter[str] = Counter()
        self._ended = ended
        self._changed = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None
        ended.add_done_callback(lambda _: self._changed.set())

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not self._ended.done()

    async def read(self, pipe: int) -> None:
        """Take its output from the pipe from now on."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: _Lines(self._take), os.fdopen(pipe, "rb")
        )

    async def change(self, patience: float) -> bool:
        """Wait for its next line, or its end; False if neither came within `patience` seconds."""
        self._changed.clear()
        try:
            async with asyncio.timeout(patience):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def logged(self, event: str, times: int = 1) -> None:
        """Wait until it has logged `event` so often."""
        async with asyncio.timeout(PATIENCE):
            while self.counts[event] < times:
                assert self.alive, self.told()
                await self.change(PATIENCE)

    async def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal; returns the exit code once the process is gone, its sockets and locks with it."""
        if self.alive:
            os.kill(self.pid, number)
        async with asyncio.timeout(PATIENCE):
            code = int(await self._ended)
        if self._transport is not None:
            self._transport.close()
        return code

    def told(self, lines: int = 60) -> str:
        """Its last words."""
        return "\n".join(self.lines[-lines:])

    def _take(self, line: str) -> None:
        self.lines.append(line)
        event = _fields(line).get("event")
        if event is not None:
            self.counts[event] += 1
        self._changed.set()


class _Lines(asyncio.Protocol):
    def __init__(self, take: Any) -> None:
        self._take = take
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line.decode(errors="replace"))


def _fields(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class Nursery:
    """The process that has loaded the bot and forks one when asked: one at a time, as the bot's lock wants it."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._born = 0

    @classmethod
    @contextmanager
    def open(cls, preload: Path | None = None) -> Iterator["Nursery"]:
        """Start loading; whatever runs is killed when the block is left. `preload` is a library for the bots."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        # Loading takes three times as long where nothing compiled is kept.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if preload is not None:
            environment["LD_PRELOAD"] = str(preload)
        with tempfile.TemporaryDirectory(prefix="tocsin-bots-") as folder:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.launcher"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            with process:
                yield cls(process, Path(folder))
                assert process.stdin is not None
                process.stdin.close()

    async def bear(self, environment: dict[str, str], mutant: str | None = None) -> Bot:
        """A new bot with these settings in its environment. The one before must have ended."""
        self._born += 1
        output = self._folder / f"bot{self._born}"
        os.mkfifo(output)
        pipe = os.open(output, os.O_RDONLY | os.O_NONBLOCK)
        order = {"environment": environment, "mutant": mutant, "output": str(output)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        pid = int(await self._answer())
        bot = Bot(pid, asyncio.ensure_future(self._answer()))
        await bot.read(pipe)
        return bot

    def _answer(self) -> "asyncio.Future[str]":
        assert self._process.stdout is not None
        return asyncio.get_running_loop().run_in_executor(None, self._process.stdout.readline)


class Bots:
    """The bot that runs, and after it the next one, all with the same settings."""

    def __init__(
        self, nursery: Nursery, environment: dict[str, str], mutant: str | None = None
    ) -> None:
        self._nursery = nursery
        self._environment = environment
        self._mutant = mutant
        self._present: Bot | None = None

    @property
    def alive(self) -> bool:
        """Whether one runs."""
        return self._present is not None and self._present.alive

    async def running(self) -> Bot:
        """The bot that runs; the next one, if the last was killed."""
        if self._present is None or not self._present.alive:
            self._present = await self._nursery.bear(self._environment, self._mutant)
        return self._present

    async def __aenter__(self) -> "Bots":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._present is not None:
            await self._present.end()
