"""What the database knows of itself, by name."""

import sqlalchemy as sa

from tocsin.store.dialect import insert_into
from tocsin.store.tables import facts

INSTANCE = "instance"


def get_fact(connection: sa.Connection, name: str) -> str | None:
    """The fact's value, or None."""
    return connection.scalar(sa.select(facts.c.value).where(facts.c.name == name))


def set_fact(connection: sa.Connection, name: str, value: str) -> None:
    """Keep a fact."""
    connection.execute(
        insert_into(connection, facts)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def instance_of(connection: sa.Connection) -> str:
    """The database's own name, which salts nonces and control ids. It is written when the schema is made."""
    name = get_fact(connection, INSTANCE)
    assert name is not None, "the database was not made by migrate.upgrade"
    return name
