"""Opening the database, and running units of work in threads of their own."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from tocsin.clock import Clock
from tocsin.errors import TocsinError

P = ParamSpec("P")
R = TypeVar("R")
Connection = sa.Connection
"""What a unit of work is given; named here so that nobody else imports SQLAlchemy for it."""
Unit = Callable[Concatenate[sa.Connection, P], R]

READERS = 3
BUSY_SECONDS = 30.0
BUSY_AT_THE_END = 1.0
"""Seconds that are still waited for a lock once the store is being closed."""
_BUSY_SLICE = 0.1
"""SQLite's own wait for a lock cannot be ended from outside, so it is made of short ones."""


class DatabaseUnavailable(TocsinError):
    """The database cannot be used."""


def sqlite_module() -> Any:
    """The current SQLite where a build of it is installed, else the one that Python carries."""
    try:
        from pysqlite3 import dbapi2 as module
    except ImportError:
        import sqlite3 as module
    return module


class _Patience:
    """For how long a lock is waited for."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end: float | None = None

    def until(self, since: float) -> float:
        """When a wait ends that began then, in seconds of the monotonic clock."""
        own = since + self._seconds
        return own if self._end is None else min(own, self._end)

    def close(self) -> None:
        """All waits, also those under way, end soon."""
        self._end = Clock.monotonic() + min(self._seconds, BUSY_AT_THE_END)


def _begin_by_hand(engine: sa.Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def _begin_with_the_lock(engine: sa.Engine, patience: _Patience) -> None:
    """One that will write takes its place in the queue at once, rather than fail half-way."""

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        since = Clock.monotonic()
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except sa.exc.OperationalError as error:
                if "locked" not in str(error.orig) or Clock.monotonic() >= patience.until(since):
                    raise


def _prepare_sqlite(engine: sa.Engine, patience: _Patience, *, read_only: bool) -> None:
    if read_only:
        _begin_by_hand(engine)
    else:
        _begin_with_the_lock(engine, patience)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # The transaction is begun by hand below: Python's module would begin it late, and not IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000:.0f}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "cache_size = -32000",
            f"query_only = {'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        if not read_only:
            # Once it has begun it has the lock.
            cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SLICE * 1000:.0f}")
        (level,) = cursor.execute("PRAGMA synchronous").fetchone()
        if level != 2:
            raise DatabaseUnavailable(
                "SQLite did not accept synchronous=FULL, without which a power cut could repeat reminders."
            )
        cursor.close()


def _create(url: sa.URL, patience: _Patience, *, read_only: bool) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_size=READERS if read_only else 2, pool_pre_ping=True)
    engine = sa.create_engine(
        url,
        module=sqlite_module(),
        poolclass=QueuePool,
        pool_size=READERS if read_only else 1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    _prepare_sqlite(engine, patience, read_only=read_only)
    return engine


def _carry_out(engine: sa.Engine, unit: Unit[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    with engine.connect() as connection:
        try:
            with connection.begin():
                return unit(connection, *args, **kwargs)
        except sa.exc.DatabaseError as error:
            if not isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError):
                # Its cache may hold what is not in the file, and the file may be replaced: the next opens it anew.
                connection.invalidate()
            raise


class Store:
    """One database: `write` and `read` run a unit of work and return what it returns.

    A unit of work is called with a connection inside a transaction, which is committed when it returns and
    rolled back when it raises. The asynchronous forms run it in a worker thread; cancelling the awaiting task
    leaves the thread to finish.
    """

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        """`busy_seconds` is how long a unit of work waits for another program to let go of the database."""
        self.url = sa.make_url(url)
        self._patience = _Patience(busy_seconds)
        self._writer = _create(self.url, self._patience, read_only=False)
        self._reader = _create(self.url, self._patience, read_only=True)
        # SQLite has one writer: a single thread keeps the order, and nobody waits inside the database.
        self._write_threads = ThreadPoolExecutor(1 if self.is_sqlite else 2, "store-write")
        self._read_threads = ThreadPoolExecutor(READERS, "store-read")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None."""
        return sqlite_path(self.url)

    def write_now(self, unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a unit of work that may write, in this thread."""
        return _carry_out(self._writer, unit, *args, **kwargs)

    def read_now(self, unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a unit of work that only reads, in this thread."""
        return _carry_out(self._reader, unit, *args, **kwargs)

    async def write(self, unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a unit of work that may write."""
        return await asyncio.get_running_loop().run_in_executor(
            self._write_threads, lambda: self.write_now(unit, *args, **kwargs)
        )

    async def read(self, unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a unit of work that only reads."""
        return await asyncio.get_running_loop().run_in_executor(
            self._read_threads, lambda: self.read_now(unit, *args, **kwargs)
        )

    def connect(self) -> sa.Connection:
        """A connection for maintenance: migrations, backups, checks."""
        return self._writer.connect()

    def close(self) -> None:
        """Wait for running units, but hardly longer for a lock, then close every connection."""
        self._patience.close()
        self._write_threads.shutdown(wait=True)
        self._read_threads.shutdown(wait=True)
        self._reader.dispose()
        self._writer.dispose()


class ChangeWatch:
    """Notices that another process has committed to the SQLite file, without reading a table.

    `PRAGMA data_version` on one connection changes when any other connection commits; this process's own
    commits are announced by whoever makes them. In PostgreSQL nothing is watched here and `changed` says no.
    """

    def __init__(self, store: Store) -> None:
        self._connection: Any = None
        if store.path is not None:
            self._connection = sqlite_module().connect(
                read_only_uri(store.path), uri=True, check_same_thread=False
            )
        self._version = self._read()

    def _read(self) -> int:
        if self._connection is None:
            return 0
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def changed(self) -> bool:
        """Whether anything was committed since the last call. Takes microseconds."""
        version = self._read()
        changed, self._version = version != self._version, version
        return changed

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()


class Onlooker:
    """A SQLite file as it lies there, to be looked at: nothing is written, not even beside it.

    With `in_use`, a bot has it open. Raises DatabaseUnavailable for what is no file.
    """

    def __init__(self, path: Path, *, in_use: bool) -> None:
        if not path.is_file():
            raise DatabaseUnavailable(f"There is no database {path}.")
        self.path = path
        module = sqlite_module()
        address = f"file:{quote(str(path.absolute()))}?{_untouched(path, in_use=in_use)}"
        self._engine = sa.create_engine(
            "sqlite://",
            module=module,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            creator=lambda: module.connect(address, uri=True, isolation_level=None),
        )
        _begin_by_hand(self._engine)

    def read(self, unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a unit of work that only reads. Raises DatabaseUnavailable, with the driver's words."""
        try:
            with self._engine.begin() as connection:
                return unit(connection, *args, **kwargs)
        except sa.exc.DBAPIError as error:
            raise DatabaseUnavailable(f"{self.path} cannot be read: {error.orig}.") from error

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()


def _untouched(path: Path, *, in_use: bool) -> str:
    """How SQLite is to open the file so that it makes and changes none."""
    if in_use:
        return "mode=ro"
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        # What a killed process left is read with the file; its index is made anew in memory.
        return "mode=ro&readonly_shm=1"
    # A file that nobody has open: SQLite would make an empty log beside it, and leave it there.
    return "mode=ro&immutable=1"


def sqlite_path(url: str | sa.URL) -> Path | None:
    """The SQLite file of an address, or None where it is none."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path.absolute()}"


def read_only_uri(path: Path) -> str:
    """The address by which SQLite itself opens a file only to read it, whatever its name is made of."""
    return f"{path.absolute().as_uri()}?mode=ro"


def sqlite_version() -> tuple[int, ...]:
    """The version of SQLite in use."""
    return tuple(int(part) for part in sqlite_module().sqlite_version.split("."))


def driver_note() -> str:
    """A word on the SQLite in use, for `tocsin status`."""
    module = sqlite_module()
    origin = (
        "pysqlite3" if module.__name__.startswith("pysqlite3") else f"Python {sys.version_info[0]}"
    )
    return f"SQLite {module.sqlite_version} ({origin})"
