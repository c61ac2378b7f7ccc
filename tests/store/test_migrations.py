import re
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from tests.store.stored_calendar import fresh_store

from tocsin.store import migrate, tables
from tocsin.store.engine import Store, sqlite_url


def test_the_newest_revision_is_the_one_that_is_asked_for() -> None:
    """Each migration follows the one before, and HEAD names the last."""
    files = sorted((Path(migrate.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
    before = None
    for file in files:
        said = dict(re.findall(r"^(\w*revision) = (.*)$", file.read_text(), re.MULTILINE))
        assert said["revision"] == f'"{file.name[:4]}"'
        assert said["down_revision"] == (f'"{before}"' if before else "None")
        before = file.name[:4]
    assert before == migrate.HEAD


def test_the_migrations_make_the_tables(tmp_path: Path) -> None:
    """A migrated database has the tables, columns and indexes that the program speaks of, and no others."""
    store = fresh_store(tmp_path)
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, tables.metadata) == []
    store.close()


def test_a_database_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Back to the first schema and forward again: what was kept stays, and every new column is there."""
    store = Store(sqlite_url(tmp_path / "old.db"))
    migrate.upgrade(store)
    with store.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO servers (id, name, windows, created_at) VALUES (1, 'Kingdom', '[0]', 0)"
        )
    assert migrate.upgrade(store)
    with store.connect() as connection:
        row = connection.execute(sa.select(tables.servers)).one()
        assert (row.name, row.mention_channel_id, row.drop_late) == ("Kingdom", None, False)
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, tables.metadata) == []
    store.close()
