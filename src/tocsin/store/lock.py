"""One bot at a time on one SQLite file: a side file that is locked while the bot runs."""

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from tocsin.errors import TocsinError

TRIES = 5
PAUSE = 0.02
"""Seconds between two tries."""


class InstanceRunning(TocsinError):
    """Another bot holds this database."""


class LockUnwritable(TocsinError):
    """The lock beside the database cannot be written."""


class TwoNames(TocsinError):
    """The database's file has two names in the file system, under each of which a bot could run on it."""


class InstanceLock:
    """Holds `<database>.lock` with flock(2), which the kernel lets go of when the process ends, however it ends.

    The file says who holds it. Commands do not take it: they may write beside the bot.
    """

    def __init__(self, database: Path) -> None:
        # By whatever name the database is reached: a link to it leads to the same lock.
        database = database.resolve()
        self._database = database
        self.path = database.with_name(database.name + ".lock")
        self._file: IO[str] | None = None

    def take(self, now: datetime) -> None:
        """Take the lock. Raises InstanceRunning, naming the holder, TwoNames and LockUnwritable."""
        if self._database.exists() and self._database.stat().st_nlink > 1:
            raise TwoNames(
                f"{self._database} has another name besides (a hard link). SQLite would keep two logs of one file, and "
                "damage it. Replace one of them by a copy: tocsin db backup makes it."
            )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            _lock(file)
        except OSError:
            file.close()
            raise InstanceRunning(
                f"A bot already runs on this database: {self.holder() or 'it does not say who'}. "
                "Two would send everything twice, so this one stops. End the other first."
            ) from None
        file.seek(0)
        file.truncate()
        holder = {"process": os.getpid(), "host": socket.gethostname(), "since": now.isoformat()}
        try:
            file.write(json.dumps(holder))
            file.flush()
        except OSError as error:
            raise self._unwritable(error) from error
        self._file = file

    def _unwritable(self, error: OSError) -> LockUnwritable:
        return LockUnwritable(
            f"{self.path} cannot be written: {error.strerror}. Without it a second bot could send everything twice, so "
            "this one does not start. Let this user write there, on a disk that is not full, and start again."
        )

    def holder(self) -> str | None:
        """Who wrote the file last, as one phrase, or None."""
        with suppress(OSError, ValueError):
            holder = json.loads(self.path.read_text(encoding="utf-8"))
            return f"process {holder['process']} on {holder['host']} since {holder['since']}"
        return None

    def held_by_another(self) -> bool:
        """Whether some process holds the lock right now; takes nothing, and writes nothing."""
        if self._file is not None or not self.path.is_file():
            return False
        with self.path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
            fcntl.flock(file, fcntl.LOCK_UN)
        return False

    def release(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[str]) -> None:
    """Take the lock for this process alone. A command that only looks whether it is held has it for an instant."""
    for _ in range(TRIES - 1):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(PAUSE)
        else:
            return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
