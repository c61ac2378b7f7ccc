"""A sandbox as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from discord_sandbox.testing.control import Json

_READY = "discord-sandbox: listening on "
_STOP_TIMEOUT_S = 5.0


class NotStarted(RuntimeError):
    """The sandbox's process ended instead of listening; the text is what it said."""


class SandboxProcess:
    """A sandbox that ends when it is stopped, or when this process does."""

    def __init__(
        self, *, port: int = 0, seed: Json | None = None, options: Sequence[str] = ()
    ) -> None:
        self._arguments = ["serve", "--port", str(port), "--end-with-stdin", *options]
        self._seed = seed
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> str:
        """Run it until it listens; answers its base URL. Raises NotStarted."""
        self._folder = tempfile.TemporaryDirectory(prefix="discord-sandbox-")
        folder = Path(self._folder.name)
        arguments = list(self._arguments)
        if self._seed is not None:
            (folder / "seed.json").write_text(json.dumps(self._seed), "utf-8")
            arguments += ["--seed", str(folder / "seed.json")]
        with (folder / "errors").open("w") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, our own options
                [sys.executable, "-m", "discord_sandbox", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line.startswith(_READY):
            said = self.errors().strip() or line
            self.stop()
            raise NotStarted(said or "The sandbox ended before it listened.")
        return line.removeprefix(_READY)

    def errors(self) -> str:
        """What the sandbox has written to its error output."""
        return "" if self._folder is None else (Path(self._folder.name) / "errors").read_text()

    def stop(self) -> None:
        """End it, and wait until it has."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.communicate(timeout=_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
