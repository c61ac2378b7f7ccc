"""The files by their names: read from a folder, and written so that each is whole at every instant."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tocsin.errors import TocsinError, UsageError
from tocsin.settings import Legacy


class FolderUnusable(TocsinError):
    """The folder for the files cannot be used."""


class NoFiles(UsageError):
    """None of the files is in that folder."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the files are called; a name, and no path."""

    subscriptions: str = "subscription_tracker.json"
    scheduled: str = "dm_scheduled_tracker.json"
    sent: str = "dm_sent_tracker.json"
    failed: str = "failed_dm_log.json"
    reminders: str = "active_reminders.json"
    event_cache: str = "event_cache.json"

    @classmethod
    def of(cls, settings: Legacy) -> "Names":
        """The names that the settings give."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})

    def all(self) -> tuple[str, ...]:
        """Every name, the five first."""
        return tuple(getattr(self, each.name) for each in fields(self))


def read_folder(folder: Path, names: Names) -> dict[str, bytes]:
    """The bytes of those files that are there, by name. Raises NoFiles and FolderUnusable."""
    found = {}
    for name in names.all():
        path = folder / name
        try:
            if path.is_file():
                found[name] = path.read_bytes()
        except OSError as error:
            raise FolderUnusable(
                f"{path} cannot be read: {error.strerror}. Nothing was changed."
            ) from error
    if not found:
        raise NoFiles(
            f"In {folder} there is none of the files {', '.join(names.all())}. Name the folder that "
            "holds them; other names can be set under [legacy] in the settings."
        )
    return found


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Write each text under its name: to a temporary file, synced, then renamed into place.

    Raises FolderUnusable; the files that were there stay whole.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _replace(folder / name, text)
        _sync(folder)
    except OSError as error:
        raise FolderUnusable(f"{folder} cannot be written to: {error.strerror}.") from error


def _replace(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o640
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
