"""What a database driver raises reaches a person as a reason and a way out."""

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import add_server, fresh_store

from tocsin.store.engine import READERS, ChangeWatch, DatabaseUnavailable, Store
from tocsin.store.failures import HELD_UP, explained


def test_a_database_that_another_holds_is_said_to_be_locked(tmp_path: Path) -> None:
    """After the wait, nothing was changed and the message says so."""
    holder = fresh_store(tmp_path)
    store = Store(str(holder.url), busy_seconds=0.05)
    held, release = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        held.set()
        release.wait(30)

    thread = threading.Thread(target=holder.write_now, args=(hold,))
    thread.start()
    held.wait(30)
    try:
        with (
            pytest.raises(DatabaseUnavailable, match="locked by another program"),
            explained(store),
        ):
            store.write_now(add_server)
    finally:
        release.set()
        thread.join()
        store.close()
        holder.close()


def test_a_refused_change_points_to_the_check(tmp_path: Path) -> None:
    """A constraint that a command would break is a line, and not a traceback."""
    store = fresh_store(tmp_path)
    with pytest.raises(DatabaseUnavailable, match="tocsin db check"), explained(store):
        store.write_now(lambda c: c.execute(sa.text("INSERT INTO leads_in_use VALUES (1, NULL)")))
    store.close()


def _fill(connection: sa.Connection) -> None:
    (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    connection.execute(sa.text("INSERT INTO facts VALUES ('big', zeroblob(1000000))"))


def test_a_full_database_says_to_make_room(tmp_path: Path) -> None:
    """What it means for a bot that runs on is said in place of what it means for a command."""
    store = fresh_store(tmp_path)
    with pytest.raises(DatabaseUnavailable, match=r"is full.*goes on by itself.*Make room"):  # noqa: SIM117
        with explained(store, HELD_UP):
            store.write_now(_fill)
    store.write_now(add_server)  # on a connection of its own, without that bound
    store.close()


def test_a_database_that_may_not_be_written_says_who_has_to_write(tmp_path: Path) -> None:
    """As on a file system that is read-only."""
    store = fresh_store(tmp_path)
    with (
        pytest.raises(DatabaseUnavailable, match=r"cannot be written.*read-only"),
        explained(store),
    ):
        store.read_now(add_server)
    store.close()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    """Also by those who look past SQLAlchemy."""
    store = fresh_store(tmp_path)
    (tmp_path / "tocsin.db").write_bytes(b"not a database" * 1_000)
    with pytest.raises(DatabaseUnavailable, match="no database, or a damaged one"):  # noqa: SIM117
        with explained(store):
            ChangeWatch(store).changed()
    with pytest.raises(DatabaseUnavailable, match="restore the latest backup"), explained(store):
        store.read_now(lambda connection: connection.execute(sa.text("SELECT * FROM facts")))
    store.close()


def test_every_connection_syncs_what_it_commits(tmp_path: Path) -> None:
    """Whichever of the pool's it is, also one that was opened anew after an error."""
    store = fresh_store(tmp_path)

    def looked(connection: sa.Connection) -> tuple[int, str]:
        (level,) = connection.exec_driver_sql("PRAGMA synchronous").one()
        (journal,) = connection.exec_driver_sql("PRAGMA journal_mode").one()
        return level, journal

    with pytest.raises(sa.exc.OperationalError):
        store.write_now(_fill)
    with ExitStack() as stack:
        readers = [stack.enter_context(store._reader.connect()) for _ in range(READERS)]
        writer = stack.enter_context(store.connect())
        assert [looked(each) for each in (*readers, writer)] == [(2, "wal")] * (READERS + 1)
    store.close()
