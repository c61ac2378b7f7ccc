"""How every command reaches the database: settings, the store at our schema, and the time."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from tocsin.clock import Clock, read_offset
from tocsin.settings import Settings, load
from tocsin.store import migrate
from tocsin.store.engine import Store, sqlite_url
from tocsin.store.failures import explained


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with. `missing` is the database that is not there, for which an empty one stands in."""

    settings: Settings
    store: Store
    clock: Clock
    now: datetime
    missing: Path | None = None


def settings_of(context: typer.Context) -> Settings:
    """The settings from the file that the command line names, or the usual places."""
    config = context.find_root().obj.config
    return load(config)


@contextmanager
def open_desk(
    context: typer.Context, *, upgrade: bool = True, scratch: bool = False
) -> Iterator[Desk]:
    """The settings, the open store and the present instant, closed again at the end.

    The schema is brought up to date first. A bot may run beside it: nothing here takes its lock.
    With `scratch`, a database that does not exist is not made: an empty one stands in for it.
    Raises SettingsError, DatabaseUnavailable and ClockUnreachable.
    """
    settings = settings_of(context)
    clock = clock_of(settings)
    with ExitStack() as stack:
        store = Store(settings.database.url.get_secret_value())
        stack.callback(store.close)
        missing = None
        if scratch and store.path is not None and _can_be_made(store.path):
            missing = store.path
            folder = stack.enter_context(TemporaryDirectory(prefix="tocsin-"))
            store = Store(sqlite_url(Path(folder) / "scratch.db"))
            stack.callback(store.close)
        if upgrade:
            migrate.upgrade(store)
        stack.enter_context(explained(store))
        yield Desk(settings, store, clock, clock.now(), missing)


def _can_be_made(path: Path) -> bool:
    """Whether nothing is there yet, and nothing is in the way of it."""
    return not path.exists() and all(one.is_dir() for one in path.parents if one.exists())


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings name. Raises ClockUnreachable."""
    clock = Clock()
    if settings.clock.url is not None:
        clock.shift(asyncio.run(read_offset(settings.clock.url)))
    return clock
