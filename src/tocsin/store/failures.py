"""Turning what a database driver raises into what a person can act upon."""

from collections.abc import Iterator
from contextlib import contextmanager

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
        "Check that its folder exists and that this user may write there.",
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


def _told(store: Store, said: str, consequence: str) -> str:
    name = store.url.render_as_string(hide_password=True)
    for words, meaning, advice in _MEANINGS:
        if words in said:
            return f"{meaning.format(name=name)} {consequence} {advice}"
    return (
        f"The database {name} refused: {said}. {consequence} "
        "`tocsin db check` says whether the file is damaged."
    )
