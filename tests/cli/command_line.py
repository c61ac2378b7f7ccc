"""Running `tocsin` as a person does, in a folder of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main

SERVER = "4242"


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        """The answer to `--json`."""
        return json.loads(self.out)


class CommandLine:
    """`tocsin` in one folder: through its own entry point, in this process or in one of its own."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        captured: pytest.CaptureFixture[str],
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._captured = captured

    def __call__(self, *arguments: str | Path) -> Ran:
        """Run the command in this process."""
        self._monkeypatch.setattr(sys, "argv", ["tocsin", *map(str, arguments)])
        self._captured.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._captured.readouterr()
        assert "Traceback" not in err
        return Ran(int(ended.value.code or 0), out, err)

    def process(self, *arguments: str | Path) -> Ran:
        """Run the command as a process."""
        return self.script("-m", "tocsin", *arguments)

    def script(self, *arguments: str | Path) -> Ran:
        """Run Python as a process."""
        command = [sys.executable, *map(str, arguments)]
        ran = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, timeout=120, check=False
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def file(self, name: str, *lines: str) -> Path:
        """A file with these lines."""
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
