"""Commands where nothing can be written: they say what is in the way."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.command_line import SERVER, CommandLine

COMMANDS = (
    ("events", "list", "--server", SERVER),
    ("events", "import", "plan.csv", "--server", SERVER),
    ("events", "add", "--server", SERVER, "--title", "x", "--start", "2030-01-01"),
    ("subscriptions", "list"),
    ("deliveries", "list"),
    ("status",),
    ("db", "check"),
    ("db", "upgrade"),
    ("db", "backup", "copy.db"),
)


@pytest.fixture
def read_only(tocsin: CommandLine) -> Iterator[CommandLine]:
    """Its folder is a file system that cannot be written."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a file system has to be mounted: needs root and mount")
    aside = shutil.copy(tocsin.folder / "tocsin.db", tocsin.folder.parent / "aside.db")
    _mount("-t", "tmpfs", "none", tocsin.folder)
    try:
        shutil.copy(aside, tocsin.folder / "tocsin.db")
        tocsin.file("plan.csv", "start,title", "2030-01-01,A")
        os.chdir(tocsin.folder)
        _mount("-o", "remount,ro", tocsin.folder)
        yield tocsin
    finally:
        os.chdir("/")
        subprocess.run(["umount", tocsin.folder], check=True)


def _mount(*arguments: str | Path) -> None:
    made = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"nothing can be mounted here: {made.stderr.decode(errors='replace').strip()}")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_to_do_is_said(read_only: CommandLine, command: tuple[str, ...]) -> None:
    """In one line: what cannot be written, and who has to be able to."""
    ran = read_only(*command)
    assert (ran.code, ran.out) == (1, "")
    (line,) = ran.err.splitlines()
    assert "tocsin.db cannot be written" in line
    assert "on a file system that is not read-only" in line
