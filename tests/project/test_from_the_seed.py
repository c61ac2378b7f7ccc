"""The table of what the seed document describes is whole, and each test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from tests.requirements import skip_unless

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "from-the-seed.md"
SEED = ROOT.parent / "shared" / "seed" / "events_and_dm_reminders.md"
TEXT = re.sub(r"<!--.*?-->", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| In the seed"))
]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0])[:50])
def test_a_row_says_where_it_lives_and_names_a_test_that_exists(row: list[str]) -> None:
    """Three cells, and in the last one tests that are there."""
    assert len(row) == 3
    assert all(row)
    named = NAMED.findall(row[2])
    assert named, row[2]
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert not name or name in names_in(path), f"{path} has no {name}"


def test_the_modules_that_a_row_names_exist() -> None:
    """What is said to live in a module has it."""
    for _, here, _ in ROWS:
        for module in re.findall(r"`([a-z_]+/[\w/]+(?:\.py)?)`", here):
            assert (ROOT / "src" / "tocsin" / module).exists(), module


def test_every_function_of_the_seed_has_its_row() -> None:
    """Each name in its quick navigation, and each of its files."""
    skip_unless(SEED.exists(), "the seed document is not beside the project")
    seed = SEED.read_text(encoding="utf-8")
    navigation = seed[seed.index("## Line-numbered") : seed.index("## Typical JSON")]
    names = set(
        re.findall(
            r"\b(?:load|save|log|rehydrate|send|get|set|cleanup|delayed|schedule)_\w+", navigation
        )
    )
    files = set(re.findall(r"\b[A-Z]+_[A-Z_]+(?:FILE|LOG)\b", seed))
    assert len(names) > 12
    assert {name for name in names | files if name not in TEXT} == set()
