"""What is installed is what constraints.txt says, and everything that is needed is installed."""

import re
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).parents[2]
# `python -m venv` brings this along on old Pythons; `make setup` does not.
NOT_OURS = {"tocsin", "setuptools"}


def pins() -> dict[NormalizedName, Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in found}


@cache
def installed() -> dict[NormalizedName, metadata.Distribution]:
    found = {canonicalize_name(each.name): each for each in metadata.distributions()}
    return {name: each for name, each in found.items() if name not in NOT_OURS}


def test_every_version_is_pinned_exactly() -> None:
    """Each line names one version and nothing looser."""
    for pin in pins().values():
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin


@pytest.mark.parametrize("name", sorted(installed()))
def test_what_is_installed_is_pinned_in_that_version(name: NormalizedName) -> None:
    """Nothing gets into the environment past constraints.txt."""
    assert name in pins(), f"{name} is not in constraints.txt: make lock"
    assert pins()[name].specifier.contains(installed()[name].version, prereleases=True)


@pytest.mark.parametrize("name", sorted(installed()))
def test_all_that_a_package_needs_is_installed(name: NormalizedName) -> None:
    """Installing without resolving leaves no gap."""
    present = installed()
    for text in present[name].requires or []:
        need = Requirement(text)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            other = present.get(canonicalize_name(need.name))
            assert other is not None, f"{name} needs {need}: make lock"
            assert need.specifier.contains(other.version, prereleases=True), f"{name} needs {need}"


CLIENTS = ROOT / "tests" / "clients"
PINNED = [
    *("constraints.txt", "pyproject.toml", "Makefile", ".ci/run", "tools/environment.py"),
    *(str(path.relative_to(ROOT)) for path in sorted(CLIENTS.glob("requirements/*.txt"))),
    "tests/clients/discordjs/package-lock.json",
]


@pytest.mark.parametrize("file", PINNED)
def test_no_package_index_is_named(file: str) -> None:
    """Where packages come from is for the machine to say; a lock file of npm would tell it by `resolved`."""
    text = (ROOT / file).read_text()
    assert not re.search(r"index-url|find-links|trusted-host|/simple\b|\"resolved\"", text)


def test_constraints_hold_no_address() -> None:
    """Pins are names and versions alone."""
    assert "://" not in (ROOT / "constraints.txt").read_text()
