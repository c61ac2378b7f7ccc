"""What the documents promise is there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.page.pictures import NAMES
from tools import (
    command_reference,
    doctor_page,
    draw_lifecycle,
    metrics_page,
    testing_reference,
)

from tocsin.cli import app
from tocsin.telemetry.metrics import MEASURES

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def shell_lines(document: Path) -> list[str]:
    """Return the lines of a document's console blocks, without comments."""
    blocks = re.findall(r"```(?:console|sh|bash)\n(.*?)```", document.read_text(), re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line]


def test_the_reference_is_what_the_commands_say() -> None:
    """docs/commands.md is written from the program."""
    page = ROOT / "docs" / "commands.md"
    assert page.read_text() == command_reference.render(), (
        "write it anew: .venv/bin/python tools/command_reference.py"
    )


def test_the_page_on_the_doctor_is_what_the_checks_say() -> None:
    """docs/doctor.md is written from the registry, so that every check and symptom stands there."""
    assert doctor_page.PAGE.read_text() == doctor_page.render(), (
        "write it anew: .venv/bin/python tools/doctor_page.py"
    )


def test_the_reference_of_the_sandboxs_helpers_is_what_they_say() -> None:
    """docs/sandbox-testing.md is written from their docstrings."""
    assert testing_reference.PAGE.read_text() == testing_reference.render(), (
        "write it anew: .venv/bin/python tools/testing_reference.py"
    )


def test_the_page_on_the_metrics_is_what_the_bot_tells() -> None:
    """docs/metrics.md is written from the metrics, and what it suggests to look at and to be woken by is there."""
    page = metrics_page.PAGE.read_text()
    assert page == metrics_page.render(), "write it anew: .venv/bin/python tools/metrics_page.py"
    known = {measure.name for measure in MEASURES}
    named = re.findall(r"\btocsin_[a-z0-9_]+", page)
    assert {re.sub(r"_bucket$", "", name) for name in named} == known


def test_the_lifecycle_is_drawn_from_the_moves() -> None:
    """docs/lifecycle.md shows the states and moves that the program allows, and no others."""
    assert draw_lifecycle.TARGET.read_text() == draw_lifecycle.drawing(), (
        "draw it anew: .venv/bin/python tools/draw_lifecycle.py"
    )


def test_every_command_explains_itself_and_its_options() -> None:
    """No command, option or argument is without a text."""
    for name, command in command_reference.commands(typer.main.get_command(app), "tocsin"):
        assert command.help, name
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name}"


def test_make_help_lists_what_can_be_asked_for() -> None:
    """`make` alone shows every target that says what it is for, on a terminal of 80 columns."""
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True
    )
    lines = shown.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    # What takes two lines has its variables on the second.
    listed = {line.split()[0] for line in lines[1:] if not line.startswith(" " * 12)}
    explained = re.findall(r"^([a-z-]+):.*?## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert listed == set(explained)
    assert listed >= {"help", "demo", "setup", "test", "format", "build", "resolve", "lock"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_the_commands_in_a_document_exist(document: Path) -> None:
    """Every `make …` and `tocsin …` that a reader is told to type is there, with its options."""
    for line in shell_lines(document):
        words = line.replace("sudo -u tocsin ", "").split()
        program = Path(words[0]).name
        if program == "make":
            asked = [word for word in words[1:] if "=" not in word]
            assert set(asked) <= TARGETS, line
        if program == "tocsin":
            _check_command(words[1:], line)


def _check_command(words: list[str], line: str) -> None:
    command: Any = typer.main.get_command(app)
    known = {option for each in command.params for option in each.opts} | {"--help", "-h"}
    for word in words:
        below = getattr(command, "commands", {})
        if word in below:
            command = below[word]
            known |= {option for each in command.params for option in each.opts}
        elif word.startswith("--"):
            assert word.split("=")[0] in known, line
        else:
            assert not below or word.startswith((">", "|")), f"{word} is no command: {line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_the_links_in_a_document_lead_somewhere(document: Path) -> None:
    """Every file that a document links to is in the project."""
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), f"{target} is not there"


def test_the_pictures_are_those_that_the_tests_take() -> None:
    """None is left over, none was taken by hand, and every one is shown somewhere."""
    there = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    shown = {
        Path(target).name
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)]+\.png)\)", document.read_text())
    }
    assert there == NAMES == shown, "take them anew: make pictures"


def test_the_readme_begins_with_what_it_is_and_how_to_try_it() -> None:
    """The first screen shows a picture and the two commands."""
    first_screen = (ROOT / "README.md").read_text().splitlines()[:30]
    assert any(line.startswith("![") for line in first_screen)
    assert {"make demo", "make test"} <= set(first_screen)


def test_the_changelog_knows_this_version() -> None:
    """There is a section for what is coming, or for the version that the program tells."""
    version = subprocess.run(
        [sys.executable, "-m", "tocsin", "--version"], capture_output=True, text=True
    ).stdout.split()[-1]
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] in {"Unreleased", version}
