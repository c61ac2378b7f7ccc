"""What nobody thought of: a person gets one line, and whoever mends it the trace."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer
from tests.cli.command_line import CommandLine

TOKEN = "MQ.token-that-nobody-shall-see"
MISTAKEN = """\
import sys
from types import ModuleType

from tocsin.cli import main


async def run_bot(settings):
    raise OverflowError("too far")


bootstrap = ModuleType("tocsin.bootstrap")
bootstrap.run_bot = run_bot
sys.modules["tocsin.bootstrap"] = bootstrap
main()
"""
"""`tocsin` with a bot that has a mistake in it."""


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch, bare: CommandLine) -> CommandLine:
    """A command line whose `status` is a command that has a mistake in it."""
    module = ModuleType("tocsin.cli.status")
    app = typer.Typer()

    @app.command()
    def status() -> None:
        raise OverflowError(f"too far,\nwith {TOKEN}")

    module.app = app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tocsin.cli.status", module)
    monkeypatch.setenv("TOCSIN_DISCORD__TOKEN", TOKEN)
    # The folder for temporary files is found once and then kept.
    monkeypatch.setattr("tempfile.tempdir", str(bare.folder))
    return bare


def test_it_is_one_line_that_leads_to_the_trace(trouble: CommandLine) -> None:
    """What happened, where the trace is, what to do; no secret in either."""
    ran = trouble("status")
    assert (ran.code, ran.out) == (1, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("tocsin: ")
    assert "OverflowError: too far, with ***" in line
    assert "please report" in line
    found = re.search(r"The trace is in (\S+\.trace);", line)
    assert found is not None
    file = Path(found[1])
    trace = file.read_text(encoding="utf-8")
    assert "Traceback" in trace
    assert "in status" in trace
    assert TOKEN not in trace
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("asked", ["--debug", "the settings"])
def test_the_trace_is_shown_to_whoever_wants_it(
    trouble: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: str,
) -> None:
    """With --debug, or where the log is at `debug`; then there is no file."""
    if asked == "the settings":
        monkeypatch.setenv("TOCSIN_LOGS__LEVEL", "debug")
    arguments = ["tocsin", *([asked] if asked.startswith("-") else []), "status"]
    monkeypatch.setattr(sys, "argv", arguments)
    from tocsin.cli import main

    with pytest.raises(SystemExit):
        main()
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "The trace is above" in err.splitlines()[-1]
    assert TOKEN not in err
    assert list(trouble.folder.glob("*.trace")) == []


def test_the_bot_writes_the_trace_into_its_log(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is where whoever runs it looks; the line at the end says so."""
    monkeypatch.setenv("TOCSIN_DISCORD__TOKEN", "MQ.token")
    ran = bare.script(bare.file("mistaken.py", MISTAKEN), "run")
    assert ran.code == 1
    logged, last = ran.err.splitlines()
    assert "OverflowError: too far" in json.loads(logged)["exception"]
    assert last.startswith("tocsin: ")
    assert "report" in last
