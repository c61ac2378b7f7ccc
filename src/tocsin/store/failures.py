"""Turning what a database driver raises into what a person can act upon."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tocsin.store.engine import DatabaseUnavailable, Store, sqlite_module

UNCHANGED = "Nothing was changed."
HELD_UP = "Nothing is sent that cannot be recorded; sending goes on by itself once this is mended."
"""What it means for a bot that runs on."""

# SQLite's words, what they mean, what to do about it.
_MEANINGS = (
    ("disk is full", "The disk of {name} is full.", "Make room on it."),
    (
        "locked",
        "The database {name} stayed locked by another program for half a minute.",
        "Try again; if it stays so, see which program has it open.",
    ),
    (
        "readonly",
        "The database {name} cannot be written.",
        "Let this user write to the file and its folder, on a file system that is not read-only.",
    ),
    (
        "unable to open",
        "The database {name} cannot be opened.",
        "Check that its folder exists, that this user may write there, and that the file system is "
        "not read-only.",
    ),
    (
        "disk I/O error",
        "The disk of {name} refuses to read or write.",
        "Look into the system's log for what is wrong with it.",
    ),
    (
        "malformed",
        "The database {name} is damaged.",
        "Stop the bot, run `tocsin db check`, and restore the latest backup.",
    ),
    (
        "not a database",
        "{name} is no database, or a damaged one.",
        "Stop the bot, move it away, and restore the latest backup.",
    ),
)


@contextmanager
def explained(store: Store, consequence: str = UNCHANGED) -> Iterator[None]:
    """Raise DatabaseUnavailable, with the reason, its `consequence` and a way out, for what the driver raises."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        raise DatabaseUnavailable(_told(store, str(error.orig), consequence)) from error
    except sqlite_module().Error as error:
        raise DatabaseUnavailable(_told(store, str(error), consequence)) from error


def told(database: str, path: Path | None, said: str, consequence: str = UNCHANGED) -> str:
    """What a driver `said` of a database, in words that a person can act upon; `path` is its file."""
    if "unable to open" in said and path is not None and path.exists() and not _writable(path):
        # SQLite needs files beside it even to read, and does not say what is in the way.
        said = "readonly"
    for words, meaning, advice in _MEANINGS:
        if words in said:
            return f"{meaning.format(name=database)} {consequence} {advice}"
    return (
        f"The database {database} refused: {said}. {consequence} "
        "`tocsin db check` says whether the file is damaged."
    )


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _told(store: Store, said: str, consequence: str) -> str:
    return told(store.url.render_as_string(hide_password=True), store.path, said, consequence)
