"""What a database driver raises reaches a person as a reason and a way out."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import add_server, fresh_store

from tocsin.store.engine import DatabaseUnavailable, Store
from tocsin.store.failures import explained


def _impatient(store: Store) -> None:
    with store.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")


def test_a_database_that_another_holds_is_said_to_be_locked(tmp_path: Path) -> None:
    """After the wait, nothing was changed and the message says so."""
    holder, store = fresh_store(tmp_path), Store(f"sqlite:///{tmp_path / 'tocsin.db'}")
    _impatient(store)
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
