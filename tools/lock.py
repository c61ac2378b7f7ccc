"""Pin every version, and check the pins for the Pythons that are not at hand.

`python tools/lock.py write` resolves the project anew and writes constraints.txt.
`python tools/lock.py check 3.12 3.13 3.14` asks, for each of these: is there a wheel of every pinned
version, does it allow that Python, and is everything that it needs there pinned and suitable?

pip can fetch for another Python (`--python-version`) but evaluates conditions like
`python_version >= "3.13"` for the one that runs it. So pip is only asked for what each package is,
and the conditions are evaluated here.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OTHER_PYTHONS = ("3.12", "3.13", "3.14")
HEADINGS = {
    "run": "# [run] what the program and its installation need",
    "dev": "# [dev] what its tests and checks need besides",
}

Metadata = dict[str, Any]
ByName = dict[NormalizedName, Metadata]


def asked_for(kind: str) -> list[Requirement]:
    """Return what the project itself names for a kind of environment."""
    names = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], "pip"]
    if kind == "dev":
        names += PROJECT["project"]["optional-dependencies"]["dev"]
    return [Requirement(name) for name in names]


def pins() -> dict[NormalizedName, Requirement]:
    """Return the requirements of constraints.txt by their canonical names."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    found = (Requirement(line) for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(pin.name): pin for pin in found}


def holds(requirement: Requirement, python: str, extras: Iterable[str] = ("",)) -> bool:
    """Whether a requirement's condition is met on a Python like this one but for its version."""
    here: dict[str, Any] = dict(default_environment())
    here |= {"python_version": python, "python_full_version": f"{python}.0"}
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**here, "extra": extra}) for extra in extras)


def describe(requirements: Iterable[Requirement], python: str | None = None) -> list[Metadata]:
    """Return the metadata of what pip would install for the requirements; nothing is installed.

    With `python` exactly the requirements are looked up, as wheels for that Python; without it,
    all that they need is resolved for the Python that runs this.
    """
    for_other = ["--no-deps", "--only-binary=:all:", "--python-version", str(python)]
    names = [f"{each.name}{_extras(each)}{each.specifier}" for each in requirements]
    with tempfile.TemporaryDirectory() as nowhere:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
        command += ["--quiet", "--report", f"{nowhere}/report.json", "--target", nowhere]
        subprocess.run([*command, *(for_other if python else []), *names], check=True)
        report = json.loads(Path(nowhere, "report.json").read_text(encoding="utf-8"))
    return [each["metadata"] for each in report["install"]]


def faults(python: str) -> list[str]:
    """Return what is wrong with the pins on another Python, a line each; none means all is well."""
    metadata = _pinned_metadata(python)
    found = [
        f"{name} {each['version']} does not allow Python {python}"
        for name, each in metadata.items()
        if not SpecifierSet(each.get("requires_python", "")).contains(f"{python}.0")
    ]
    for owner, requirement in _needs(metadata, python):
        name = canonicalize_name(requirement.name)
        if name not in metadata:
            found.append(f"{owner} needs {requirement} on Python {python}: not pinned")
        elif not requirement.specifier.contains(metadata[name]["version"], prereleases=True):
            found.append(f"{owner} needs {requirement}, pinned is {metadata[name]['version']}")
    return found


def write() -> None:
    """Resolve the project for the Python that runs this, then add what others need besides."""
    chosen: dict[str, dict[str, str]] = {"run": {}, "dev": {}}
    for kind in chosen:
        for each in describe(each for each in asked_for(kind) if holds(each, _this_python())):
            if not any(each["name"] in lines for lines in chosen.values()):
                chosen[kind][each["name"]] = f"{each['name']}=={each['version']}{_condition(each)}"
    _save(chosen)
    for python in OTHER_PYTHONS:
        while missing := _unpinned(python):
            for requirement in missing:
                (each,) = describe([requirement], python)
                condition = f'python_version >= "{python}"'
                chosen["run"][each["name"]] = f"{each['name']}=={each['version']}; {condition}"
            _save(chosen)


def _pinned_metadata(python: str) -> ByName:
    pinned = [pin for pin in pins().values() if holds(pin, python)]
    return {canonicalize_name(each["name"]): each for each in describe(pinned, python)}


def _unpinned(python: str) -> list[Requirement]:
    metadata = _pinned_metadata(python)
    needs = {canonicalize_name(need.name): need for _, need in _needs(metadata, python)}
    return [need for name, need in needs.items() if name not in metadata]


def _needs(metadata: ByName, python: str) -> list[tuple[str, Requirement]]:
    """Return who needs what on a Python: the project's own needs and those of every package."""
    needs: list[tuple[str, Requirement]]
    needs = [("tocsin", each) for each in asked_for("dev") if holds(each, python)]
    extras = {name: {""} for name in metadata}
    for _, need in needs:
        extras.setdefault(canonicalize_name(need.name), {""}).update(need.extras)
    for name, each in metadata.items():
        stated = (Requirement(text) for text in each.get("requires_dist", []))
        needs += [(name, need) for need in stated if holds(need, python, extras[name])]
    return needs


def _condition(metadata: Metadata) -> str:
    """Return the condition that the project itself puts on a package, as a suffix."""
    name = canonicalize_name(metadata["name"])
    own = {canonicalize_name(each.name): each.marker for each in asked_for("dev")}
    return f"; {own[name]}" if own.get(name) else ""


def _extras(requirement: Requirement) -> str:
    return f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""


def _this_python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _save(chosen: dict[str, dict[str, str]]) -> None:
    lines = [
        "# Every version that Tocsin is built and tested with; `make lock` writes this file anew."
    ]
    for kind, heading in HEADINGS.items():
        lines += [heading, *sorted(chosen[kind].values(), key=str.lower)]
    CONSTRAINTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Do what the first argument says; exit 1 if a check finds a fault."""
    match sys.argv[1:]:
        case ["write"]:
            write()
        case ["check", *pythons]:
            found = [fault for python in pythons for fault in _checked(python)]
            sys.exit("\n".join(found) if found else 0)
        case _:
            sys.exit(__doc__)


def _checked(python: str) -> list[str]:
    found = faults(python)
    if not found:
        print(
            f"Python {python}: every pinned version has a wheel, and all that they need is pinned"
        )
    return found


if __name__ == "__main__":
    main()
