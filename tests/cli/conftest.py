"""A command line in a folder of its own."""

import os
from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.store.stored_calendar import fresh_store


@pytest.fixture
def tocsin(bare: CommandLine) -> CommandLine:
    """With an empty database, so that no test waits for its making."""
    fresh_store(bare.folder).close()
    return bare


@pytest.fixture
def bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """Without a database."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    return CommandLine(tmp_path, monkeypatch, capsys)
