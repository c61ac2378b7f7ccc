"""Bringing a database to the schema of this program, checking it, and copying it while it is in use."""

from pathlib import Path

import sqlalchemy as sa

from tocsin.clock import instance_name
from tocsin.store.engine import DatabaseUnavailable, Store, read_only_uri, sqlite_module
from tocsin.store.failures import told

HEAD = "0005"
"""The newest revision in `migrations/versions`; a test holds it against the folder."""
_ADVISORY_KEY = 0x70C51
_FOLDER = Path(__file__).with_name("migrations")


class DatabaseTooNew(DatabaseUnavailable):
    """The database was written by a newer Tocsin."""


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def upgrade(store: Store) -> bool:
    """Bring the database to HEAD, under a lock. Returns whether anything was done.

    Raises DatabaseTooNew for a database that a newer program has written, which is not touched, and
    DatabaseUnavailable where the file cannot be opened.
    """
    if store.path is not None:
        _look_before_opening(store.path)
    try:
        return _upgrade(store)
    except sa.exc.DBAPIError as error:
        raise DatabaseUnavailable(
            f"The database {store.url.render_as_string(hide_password=True)} cannot be used: {error.orig}. "
            "Check that the path exists, that this user may write there, and that the disk is not full."
        ) from error


def _upgrade(store: Store) -> bool:
    with store.connect() as connection, connection.begin():
        if not store.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_KEY)))
        current = revision_of(connection)
        if current == HEAD:
            return False
        if current is not None and current not in known_revisions():
            raise DatabaseTooNew(_too_new(current))
        _run_alembic(connection)
        connection.execute(
            sa.text(
                "INSERT INTO facts (name, value) VALUES ('instance', :it) ON CONFLICT DO NOTHING"
            ),
            {"it": instance_name()},
        )
    return True


def _too_new(revision: str) -> str:
    return (
        f"The database is at revision {revision}, which this Tocsin (up to {HEAD}) does not know: a newer version "
        "has written it. Nothing was touched. Start that newer version, or restore a backup from before."
    )


def _look_before_opening(path: Path) -> None:
    """Refuse a newer database before a connection is opened that could change its journal mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(
            f"The folder {path.parent} cannot be made: {error.strerror}."
        ) from error
    if not path.exists() or path.stat().st_size == 0:
        return
    module = sqlite_module()
    try:
        connection = module.connect(read_only_uri(path), uri=True)
        try:
            (revision,) = connection.execute(
                "SELECT version_num FROM alembic_version"
            ).fetchone() or (None,)
        finally:
            connection.close()
    except module.OperationalError as error:
        if "no such table" in str(error):
            return
        raise DatabaseUnavailable(told(str(path), path, str(error))) from error
    except module.DatabaseError as error:
        raise DatabaseUnavailable(
            f"{path} is no database, or a damaged one ({error}). Move it away and restore the latest backup."
        ) from error
    if revision not in known_revisions():
        raise DatabaseTooNew(_too_new(str(revision)))


def known_revisions() -> frozenset[str]:
    """The revisions that this program has, read off the names of their files."""
    return frozenset(file.name[:4] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def _run_alembic(connection: sa.Connection) -> None:
    # Imported here: a start that finds the database current does without it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check(store: Store) -> list[str]:
    """What is wrong with the database, a line each; nothing for a sound one at HEAD.

    Raises DatabaseTooNew, and DatabaseUnavailable for a file that is no database.
    """
    if store.path is not None:
        _look_before_opening(store.path)
    problems: list[str] = []
    with store.connect() as connection, connection.begin():
        current = revision_of(connection)
        if current is not None and current not in known_revisions():
            raise DatabaseTooNew(_too_new(current))
        if current != HEAD:
            problems.append(
                f"the schema is at revision {current}, this program's is {HEAD}: run `tocsin db upgrade`"
            )
        if store.is_sqlite:
            problems += damage(connection)
    return problems


def damage(connection: sa.Connection) -> list[str]:
    """What is damaged in a SQLite file, a line each."""
    found = [
        f"integrity: {row[0]}"
        for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")
        if row[0] != "ok"
    ]
    return found + [
        f"a row of {row[0]} refers to a missing row of {row[2]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]


def backup(store: Store, target: Path) -> None:
    """Copy the database to `target` while it may be in use; a half-written copy is never left under that name.

    Raises DatabaseUnavailable where the target exists or cannot be written, or for PostgreSQL.
    """
    if store.path is None:
        raise DatabaseUnavailable("This is a PostgreSQL database: use pg_dump to back it up.")
    if target.exists():
        raise DatabaseUnavailable(
            f"{target} exists; a backup never overwrites. Choose another name."
        )
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with store.connect() as connection:
            # VACUUM INTO reads one consistent snapshot, syncs, and needs no lock on the writer's side.
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("VACUUM INTO ?", (str(part),))
        part.rename(target)
    except (OSError, sqlite_module().Error) as error:
        part.unlink(missing_ok=True)
        raise DatabaseUnavailable(
            f"The backup could not be written to {target}: {error}."
        ) from error
