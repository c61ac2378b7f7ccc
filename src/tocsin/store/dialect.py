"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy builds apart."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that has `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return (
        postgresql.insert(table)
        if connection.dialect.name == "postgresql"
        else sqlite.insert(table)
    )


def insert_new(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that leaves a row alone that is there already."""
    return insert_into(connection, table).on_conflict_do_nothing()


def run_many(
    connection: sa.Connection, statement: str, rows: Sequence[Mapping[str, int | str | None]]
) -> None:
    """Run a statement with `:name` parameters once for each row, by the driver's own loop.

    Values go to the driver as they are: instants as milliseconds, codes as numbers. For the few statements that run
    once for each delivery; SQLAlchemy takes as long to prepare a row's values as SQLite to write them.
    """
    if rows:
        connection.exec_driver_sql(_spelled(statement, connection.dialect.paramstyle), list(rows))


@cache
def _spelled(statement: str, paramstyle: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement) if paramstyle == "pyformat" else statement
