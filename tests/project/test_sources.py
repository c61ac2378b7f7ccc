"""What holds for the sources as a whole."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "tools", "benchmarks")
MODULES = sorted(
    path for folder in FOLDERS for kind in ("*.py", "*.js") for path in (ROOT / folder).rglob(kind)
)
LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_every_folder_of_sources_is_checked_for_types() -> None:
    """A new folder with Python in it does not get past mypy."""
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
    assert set(checked) == {folder for folder in FOLDERS if any((ROOT / folder).rglob("*.py"))}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_is_read_in_one_sitting(module: Path) -> None:
    """No module is longer than 400 lines, and none has a name that says nothing."""
    if "vendor" not in module.parts:
        assert len(module.read_text().splitlines()) <= LONGEST
    assert module.stem.strip("_") not in VAGUE


@pytest.mark.parametrize(
    "module", [path for path in MODULES if path.name.startswith("test_")], ids=name_of
)
def test_a_tests_docstring_states_a_behaviour(module: Path) -> None:
    """Every test says in words what holds."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            assert ast.get_docstring(node), f"{node.name} has no docstring"
