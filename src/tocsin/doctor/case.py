"""What the checks look at: gathered once, and then only read."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from shutil import disk_usage
from typing import Any, Concatenate, ParamSpec, TypeVar

from tocsin.clock import Clock
from tocsin.discord_bot.probe import DiscordSeen, Place, probe
from tocsin.errors import TocsinError, UsageError
from tocsin.settings import Loaded, Settings
from tocsin.store.engine import (
    Connection,
    DatabaseUnavailable,
    Onlooker,
    sqlite_path,
    sqlite_version,
)
from tocsin.store.lock import InstanceLock
from tocsin.store.migrate import HEAD, revision_of
from tocsin.store.servers import Server, all_servers
from tocsin.telemetry.status import ask

P = ParamSpec("P")
R = TypeVar("R")
MOST_PLACES = 50
"""Servers of which Discord is asked in one examination: three requests each."""


class NoDatabase(TocsinError):
    """There is no database that could be read."""


@dataclass(frozen=True, slots=True)
class Case:
    """An installation as it was found at `now`.

    `database` is None where there is none to be read, and `no_database` says why. `live` is what
    the running bot says of itself, or `silence` why it does not. `servers` are those asked for.
    `ask_discord` asks once, when a check needs it first.
    """

    loaded: Loaded
    now: datetime
    path: Path
    database: Onlooker | None
    no_database: str
    revision: str | None
    servers: tuple[Server, ...]
    running: bool
    holder: str | None
    live: dict[str, Any] | None
    silence: str | None
    ask_discord: Callable[[], DiscordSeen]
    sqlite: tuple[int, ...] = field(default_factory=sqlite_version)
    free_bytes: int = 0

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.loaded.settings

    def read(
        self, unit: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a unit of work that only reads. Raises NoDatabase and DatabaseUnavailable."""
        if self.database is None or self.revision != HEAD:
            raise NoDatabase(self.no_database or "the database is at another revision")
        return self.database.read(unit, *args, **kwargs)


@contextmanager
def gathered(loaded: Loaded, clock: Clock, server_id: int | None = None) -> Iterator[Case]:
    """Look at everything once, for as long as the block lasts. Changes nothing anywhere.

    Raises UsageError for a database that is no SQLite file.
    """
    settings = loaded.settings
    path = sqlite_path(settings.database.url.get_secret_value())
    if path is None:
        raise UsageError("Only a database in a SQLite file can be examined: see database.url.")
    lock = InstanceLock(path)
    running = lock.held_by_another()
    database, no_database = _onlooker(path, in_use=running)
    try:
        revision, servers, no_database = _first_look(database, no_database)
        chosen = tuple(one for one in servers if _is_meant(one, server_id))
        places = [Place(one.id, one.channel_id) for one in chosen if one.left_at is None]
        live, silence = ask(settings.status.host, settings.status.port)
        yield Case(
            loaded=loaded,
            now=clock.now(),
            path=path,
            database=database,
            no_database=no_database,
            revision=revision,
            servers=chosen,
            running=running,
            holder=lock.holder() if running else None,
            live=live,
            silence=silence,
            ask_discord=cache(lambda: asyncio.run(probe(settings, clock, places[:MOST_PLACES]))),
            free_bytes=_free(path),
        )
    finally:
        if database is not None:
            database.close()


def _is_meant(server: Server, server_id: int | None) -> bool:
    """Whether it is the one asked for; where none is, whether the bot is in it."""
    return server.left_at is None if server_id is None else server.id == server_id


def _onlooker(path: Path, *, in_use: bool) -> tuple[Onlooker | None, str]:
    try:
        return Onlooker(path, in_use=in_use), ""
    except DatabaseUnavailable as error:
        return None, str(error)


def _first_look(database: Onlooker | None, why_not: str) -> tuple[str | None, list[Server], str]:
    if database is None:
        return None, [], why_not
    try:
        revision = database.read(revision_of)
        servers = database.read(all_servers) if revision == HEAD else []
    except DatabaseUnavailable as error:
        return None, [], str(error)
    return revision, servers, "" if revision == HEAD else f"the database is at revision {revision}"


def _free(path: Path) -> int:
    folder = path.absolute().parent
    while not folder.is_dir():
        folder = folder.parent
    return disk_usage(folder).free
