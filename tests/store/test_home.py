"""A copy of a database on which a bot runs is noticed, and so is another name for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.stored_calendar import NOW, fresh_store

from tocsin.store.engine import Store, sqlite_url
from tocsin.store.home import CopyRunning, move_in
from tocsin.store.lock import InstanceLock, InstanceRunning, TwoNames


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    yield store
    store.close()


def path_of(store: Store) -> Path:
    assert store.path is not None
    return store.path


def copied(store: Store, folder: Path) -> Store:
    """A copy of the database in another folder."""
    folder.mkdir()
    copy = folder / "copy.db"
    store.close()
    shutil.copy(path_of(store), copy)
    return Store(sqlite_url(copy))


def test_a_database_that_stays_where_it_is_writes_nothing(store: Store) -> None:
    """It is noted once."""
    assert store.write_now(move_in, path_of(store)) is None
    before = store.read_now(lambda c: c.exec_driver_sql("PRAGMA data_version").scalar())
    assert store.write_now(move_in, path_of(store)) is None
    assert store.read_now(lambda c: c.exec_driver_sql("PRAGMA data_version").scalar()) == before


def test_a_copy_beside_a_bot_that_runs_is_refused(store: Store, tmp_path: Path) -> None:
    """Both would send everything twice. Once the bot has ended the copy may be used, and it is said."""
    original = path_of(store)
    store.write_now(move_in, original)
    copy = copied(store, tmp_path / "elsewhere")
    lock = InstanceLock(original)
    lock.take(NOW)
    with pytest.raises(CopyRunning, match=str(original)):
        copy.write_now(move_in, path_of(copy))
    lock.release()
    last = copy.write_now(move_in, path_of(copy))
    assert last is not None
    assert str(original) in last
    assert copy.write_now(move_in, path_of(copy)) is None
    copy.close()


def test_a_link_to_the_database_is_no_other_database(store: Store, tmp_path: Path) -> None:
    """The lock is the file's, by whatever name it is reached."""
    link = tmp_path / "link.db"
    link.symlink_to(path_of(store))
    lock = InstanceLock(path_of(store))
    lock.take(NOW)
    with pytest.raises(InstanceRunning):
        InstanceLock(link).take(NOW)
    lock.release()


def test_a_file_with_two_names_is_refused(store: Store, tmp_path: Path) -> None:
    """Each name would have a lock and a log of its own."""
    link = tmp_path / "hard.db"
    link.hardlink_to(path_of(store))
    for name in (link, path_of(store)):
        with pytest.raises(TwoNames, match="hard link"):
            InstanceLock(name).take(NOW)
