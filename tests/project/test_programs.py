"""The programs that are installed start, quickly, and end as they should."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HEAVY = {"aiohttp", "discord", "pydantic", "rich", "sqlalchemy", "icalendar", "structlog"}


def run(*command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.mark.parametrize("program", sorted(PROJECT["scripts"]))
def test_every_program_starts(program: str) -> None:
    """Each console script is installed and explains itself."""
    ran = run(str(BIN / program), "--help")
    assert ran.returncode == 0, ran.stderr
    assert "Usage" in ran.stdout


def test_the_version_is_told() -> None:
    """`tocsin --version` and `python -m tocsin --version` name the same version."""
    first = run(str(BIN / "tocsin"), "--version")
    second = run(sys.executable, "-m", "tocsin", "--version")
    assert first.stdout == second.stdout
    assert first.stdout.startswith("tocsin 0.")


def test_telling_the_version_loads_nothing_heavy() -> None:
    """The command line starts quickly: what a command needs is imported when it is called."""
    code = (
        "import json, sys, tocsin.cli\n"
        "sys.argv[1:] = ['--version']\n"
        "try:\n    tocsin.cli.main()\n"
        "finally:\n    print(json.dumps(sorted(sys.modules)))\n"
    )
    loaded = json.loads(run(sys.executable, "-c", code).stdout.splitlines()[-1])
    assert not HEAVY & set(loaded)


def test_an_unknown_command_is_wrong_use() -> None:
    """A mistyped command exits 2 and says so on standard error."""
    ran = run(str(BIN / "tocsin"), "evnts")
    assert ran.returncode == 2
    assert "evnts" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_error_is_a_line_and_not_a_traceback(tmp_path: Path) -> None:
    """Wrong settings exit 2 with what is wrong and where."""
    (tmp_path / "tocsin.toml").write_text('[logs]\nlevel = "loud"\n')
    ran = run(str(BIN / "tocsin"), "settings", "show", cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert line.startswith("tocsin: the settings cannot be used: tocsin.toml:2: logs.level must be")
