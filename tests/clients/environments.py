"""An environment of its own for each Discord library, kept beside ours from one run to the next."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
KEPT = Path(sys.prefix) / "clients"
PYTHONS = {"discord-py": "discord_py.py", "py-cord": "py_cord.py", "hikari": "hikari_bot.py"}
NODES = {"discordjs": "bot.mjs"}
NAMES = (*PYTHONS, *NODES)
PATIENCE_S = 300


class NotInstalled(Exception):
    """A library could not be installed here; the text says why."""


@dataclass(frozen=True)
class Client:
    """What starts a bot of this library: a program and its script."""

    program: str
    script: str


@functools.cache
def installing() -> dict[str, Future[Client]]:
    """Every environment, being made or found: all of them at once."""
    pool = ThreadPoolExecutor(len(NAMES))
    return {name: pool.submit(_made, name) for name in NAMES}


def client(name: str) -> Client:
    """The client of this name, once it is installed. Raises NotInstalled."""
    return installing()[name].result()


def _made(name: str) -> Client:
    folder = KEPT / name
    if name in PYTHONS:
        wanted = HERE / "requirements" / f"{name}.txt"
        _keep(folder, wanted, lambda: _install_python(folder, wanted))
        return Client(str(folder / "bin" / "python"), str(HERE / "bots" / PYTHONS[name]))
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotInstalled("no node with npm: install Node.js 20 or later")
    source = HERE / name
    _keep(folder, source / "package-lock.json", lambda: _install_node(npm, folder, source))
    # Beside its modules, because that is where node looks for them.
    shutil.copy(source / NODES[name], folder)
    return Client(node, str(folder / NODES[name]))


def _keep(folder: Path, wanted: Path, install: Callable[[], None]) -> None:
    """Install what a file names, unless it has been; one run at a time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp = folder.with_suffix(".installed")
    fingerprint = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == fingerprint:
            return
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        install()
        stamp.write_text(fingerprint)


def _install_python(folder: Path, wanted: Path) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    # Everything is pinned, so that nothing has to be resolved.
    _run(
        *(sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"),
        *("install", "--quiet", "--no-deps", "--only-binary", ":all:", "-r", str(wanted)),
    )


def _install_node(npm: str, folder: Path, source: Path) -> None:
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder)
    _run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)


def _run(*command: str, cwd: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            env={**os.environ, "PIP_NO_INPUT": "1"},
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"installing took longer than {PATIENCE_S} s: {command}") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise NotInstalled(f"not installed: {' / '.join(said)}")
