"""Make `.venv`: `python3 tools/environment.py run|dev`, with the standard library alone.

`run` is what the program needs, `dev` also what its tests need. Every version is pinned in
constraints.txt, so nothing is resolved: two pips install half of the list each, which takes a
third of the time that one `pip install` of the project takes.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be able to read this far
    sys.exit(
        "Tocsin needs Python 3.11 or newer, and this one is {}.{}: install a newer one and say "
        "`make PYTHON=python3.12 setup`".format(*sys.version_info[:2])
    )

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import venv
from importlib import util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "setup.log"
CONSTRAINTS = ROOT / "constraints.txt"
# In the order of constraints.txt; each kind of environment takes the sections up to its own.
KINDS = ("run", "dev")
PROCESSES = 2
NOT_COMPILED = (
    r"/(pip|pygments|hatchling|mypy|hypothesis|playwright|trove_classifiers|tests?)/"
    r"|/sqlalchemy/dialects/(?!sqlite)|/\.venv/lib/.*/(testing|ext/mypy)/"
)


class SetupError(Exception):
    """Why the environment could not be made, in one line that says what to do."""


def pinned(kind: str) -> list[str]:
    """Return the requirements of a kind of environment, from the sections of constraints.txt."""
    wanted: list[str] = []
    section = ""
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"# \[(\w+)\]", line)
        if heading:
            section = heading[1]
        elif line and not line.startswith("#") and KINDS.index(section) <= KINDS.index(kind):
            wanted.append(line)
    return wanted


def fingerprint(kind: str) -> str:
    """Return what an environment depends on: the versions, the project's file, this file."""
    parts = [*pinned(kind), (ROOT / "pyproject.toml").read_text(encoding="utf-8"), str(ROOT)]
    parts.append(Path(__file__).read_text(encoding="utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_ready(kind: str) -> bool:
    """Whether the environment is there and as the files say; dev also serves for run."""
    return any(
        _stamp(each).is_file() and _stamp(each).read_text() == fingerprint(each)
        for each in KINDS[KINDS.index(kind) :]
    )


def make(kind: str) -> None:
    """Bring the environment to what the files say; raises SetupError."""
    _make_venv()
    for each in KINDS:
        _stamp(each).unlink(missing_ok=True)
    LOG.write_text("")
    wanted = pinned(kind)
    pip = next(line for line in wanted if line.startswith("pip=="))
    wanted.remove(pip)
    _install_pip(pip)
    halves = [wanted[part::PROCESSES] for part in range(PROCESSES)]
    _finish([_start_pip(["install", "--no-deps", *half]) for half in halves])
    project = ["install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    compiling = _start_compiling()
    _finish([_start_pip(project)])
    compiling.wait()  # a file that does not compile is no reason to fail
    _stamp(kind).write_text(fingerprint(kind))


def _stamp(kind: str) -> Path:
    return VENV / f"{kind}.ready"


def _install_pip(pinned_pip: str) -> None:
    """Install the pip of constraints.txt: the bundled one is often old, and then slow."""
    note = VENV / "pip.ready"
    if note.is_file() and note.read_text() == pinned_pip:
        return
    _finish([_start_pip(["install", "--no-deps", pinned_pip], bundled=True)])
    note.write_text(pinned_pip)


def _make_venv() -> None:
    """Make `.venv` without pip, or anew where it belongs to another Python or was moved."""
    if util.find_spec("ensurepip") is None:
        raise SetupError(
            "this Python has no ensurepip: `apt install python3-venv` (Debian, Ubuntu), then again"
        )
    if VENV.exists() and not _fits():
        shutil.rmtree(VENV)
    if not VENV.exists():
        venv.create(VENV, with_pip=False, symlinks=True)


def _fits() -> bool:
    """Whether `.venv` is of this version of Python, and was made where it now stands."""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    of_this_version = re.search(rf"^version = {re.escape(_version())}\.", text, re.MULTILINE)
    return PYTHON.exists() and bool(of_this_version) and f"{VENV}\n" in text


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _bundled_pip() -> Path:
    """Return the wheel of pip that comes with Python."""
    import ensurepip

    configured = sysconfig.get_config_var("WHEEL_PKG_DIR")
    places = [
        Path(ensurepip.__file__).parent / "_bundled",
        *([Path(configured)] if configured else []),
    ]
    for place in places:
        for wheel in sorted(place.glob("pip-*.whl"), reverse=True):
            return wheel
    raise SetupError(
        "this Python has no pip: `apt install python3-venv` (Debian, Ubuntu), then again"
    )


def _start_pip(arguments: list[str], *, bundled: bool = False) -> subprocess.Popen[bytes]:
    path = str(_bundled_pip()) if bundled else ""
    return _start(["pip", *arguments, "--no-compile", "--no-input", "--quiet"], PYTHONPATH=path)


def _start_compiling() -> subprocess.Popen[bytes]:
    """Compile what the program imports, so that its first start is quick; the rest compiles later."""
    (packages,) = VENV.glob("lib/python*/site-packages")
    return _start(
        ["compileall", "-q", "-j", str(PROCESSES), "-x", NOT_COMPILED, str(packages), "src"]
    )


def _start(module: list[str], **variables: str) -> subprocess.Popen[bytes]:
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", **variables)
    # Each pip would compile itself anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with LOG.open("ab") as log:
        return subprocess.Popen(
            [str(PYTHON), "-m", *module],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
        )


def _finish(running: list[subprocess.Popen[bytes]]) -> None:
    codes = [process.wait() for process in running]
    if any(codes):
        said = [line for line in LOG.read_text(errors="replace").splitlines() if "ERROR" in line]
        ended = f"pip ended with code {next(filter(None, codes))}"
        reason = said[0].removeprefix("ERROR: ") if said else ended
        raise SetupError(
            f"the packages could not be installed: {reason[:200]} "
            f"(is there a network? then again; all that pip said is in {LOG.relative_to(ROOT)})"
        )


def main() -> None:
    """Make the environment unless it is ready."""
    kind = sys.argv[1]
    if is_ready(kind) and _fits():
        return
    print(f"Setting up .venv with Python {_version()}; the first time takes about half a minute")
    try:
        make(kind)
    except SetupError as failure:
        sys.exit(f"Tocsin: {failure}")


if __name__ == "__main__":
    main()
