"""`make setup`: quick the second time, and one line that says what to do where it cannot be done."""

import ast
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.requirements import skip_unless
from tools import environment

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "environment.py"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A copy of what set-up reads, without an environment."""
    (tmp_path / "tools").mkdir()
    shutil.copy(TOOL, tmp_path / "tools")
    for name in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def set_up(place: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the set-up of a copy, with a line of Python executed before it."""
    code = f"import runpy, sys; sys.argv[1:] = ['run']; {before}\n" + (
        "runpy.run_path('tools/environment.py', run_name='__main__')"
    )
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-c", code],
        cwd=place,
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_an_old_python_can_read_far_enough_to_be_told() -> None:
    """The file is valid for Pythons that are too old, so that they reach the message."""
    ast.parse(TOOL.read_text(), feature_version=(3, 7))


def test_a_python_that_is_too_old_is_told_what_to_do(bare: Path) -> None:
    """One line, which names the version and the way out."""
    ran = set_up(bare, "sys.version_info = (3, 9, 2, 'final', 0)")
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert "3.11 or newer, and this one is 3.9" in line
    assert "make PYTHON=" in line


def test_a_missing_venv_module_is_told_with_the_package_to_install(bare: Path) -> None:
    """Debian parts ensurepip from Python: the line names the package."""
    ran = set_up(bare, "sys.modules['ensurepip'] = None")
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert "apt install python3-venv" in line


def test_packages_that_cannot_be_had_are_told_in_a_line(bare: Path) -> None:
    """Without a network the line says so, and nothing counts as set up."""
    ran = set_up(bare)
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert "could not be installed" in line
    assert "network" in line
    assert not list((bare / ".venv").glob("*.ready"))


def test_a_python_that_is_not_there_is_told(bare: Path) -> None:
    """`make PYTHON=…` with a name that nothing has."""
    ran = subprocess.run(
        ["make", "PYTHON=python3.999", "setup"], cwd=bare, capture_output=True, text=True
    )
    assert ran.returncode != 0
    assert "There is no python3.999" in ran.stderr


def test_a_second_set_up_takes_less_than_a_second() -> None:
    """Where all is in place, nothing is done."""
    skip_unless(environment.is_ready("dev"), "this environment was not made by make setup")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["make", "setup"], cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Time on the processor: how long it waited for one is the machine's affair.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_each_kind_of_environment_takes_the_ones_before() -> None:
    """dev has everything that run has; both begin with pip and can build the project."""
    run, dev = environment.pinned("run"), environment.pinned("dev")
    assert dev[: len(run)] == run
    names = {line.split("==")[0].lower() for line in run}
    assert {"pip", "hatchling", "discord.py"} <= names
    assert "pytest" not in names
