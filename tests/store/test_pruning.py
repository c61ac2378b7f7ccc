"""What is long over goes whole; what is not stays."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_occurrence,
    add_server,
    fresh_store,
    subscribe,
)

from tocsin.store import tables
from tocsin.store.engine import Store
from tocsin.store.pruning import prune

RETENTION = timedelta(days=30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


def rows(connection: sa.Connection, table: sa.Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def prune_all(store: Store) -> int:
    calls = 1
    while store.write_now(prune, NOW, RETENTION).more:
        calls += 1
    return calls


def test_an_occurrence_goes_thirty_days_after_its_end_with_all_its_rows(store: Store) -> None:
    """Deliveries, attempts and firings go with it; a younger occurrence keeps its own."""
    with store.connect() as connection, connection.begin():
        for days in (32, 29):
            occurrence = add_occurrence(connection, NOW - timedelta(days=days))
            delivery = add_delivery(connection, occurrence, 1)
            connection.execute(
                sa.insert(tables.attempts).values(
                    delivery_id=delivery,
                    attempt=1,
                    worker="w",
                    claimed_at=NOW,
                    ended_at=NOW,
                    outcome="accepted",
                )
            )
            connection.execute(
                sa.insert(tables.firings).values(
                    occurrence_id=occurrence, lead=0, server_id=SERVER, due_at=NOW
                )
            )
            connection.execute(
                sa.insert(tables.occurrence_keys).values(occurrence_id=occurrence, key="all")
            )
    assert prune_all(store) == 2
    with store.connect() as connection, connection.begin():
        for table in (
            tables.occurrences,
            tables.deliveries,
            tables.attempts,
            tables.firings,
            tables.occurrence_keys,
        ):
            assert rows(connection, table) == 1, table.name


def test_a_post_that_still_stands_keeps_its_occurrence(store: Store) -> None:
    """The post is removed from the channel first: without its row nobody would know of it."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, NOW - timedelta(days=40))
        connection.execute(
            sa.insert(tables.channel_messages).values(
                message_id=1,
                server_id=SERVER,
                channel_id=2,
                occurrence_id=occurrence,
                posted_at=NOW,
                remove_at=NOW,
            )
        )
    prune_all(store)
    assert store.read_now(rows, tables.occurrences) == 1
    store.write_now(lambda c: c.execute(sa.update(tables.channel_messages).values(removed_at=NOW)))
    prune_all(store)
    assert store.read_now(rows, tables.occurrences) == 0
    assert store.read_now(rows, tables.channel_messages) == 0


def test_a_server_left_long_ago_goes_with_everything(store: Store) -> None:
    """Its neighbour keeps all, and a member of both keeps the DM channel."""
    with store.connect() as connection, connection.begin():
        add_server(connection, 99)
        for server in (SERVER, 99):
            occurrence = add_occurrence(connection, NOW + timedelta(days=1), server)
            add_delivery(connection, occurrence, 1)
            subscribe(connection, 1, server)
        subscribe(connection, 2)
        for member in (1, 2):
            connection.execute(
                sa.insert(tables.dm_channels).values(
                    member_id=member, channel_id=member, updated_at=NOW
                )
            )
        connection.execute(
            sa.update(tables.servers)
            .where(tables.servers.c.id == SERVER)
            .values(left_at=NOW - timedelta(days=31))
        )
    prune_all(store)
    with store.connect() as connection, connection.begin():
        assert list(connection.scalars(sa.select(tables.servers.c.id))) == [99]
        for table in tables.metadata.sorted_tables:
            if "server_id" in table.c:
                found = set(connection.scalars(sa.select(table.c.server_id)))
                assert found <= {99}, table.name
        assert list(connection.scalars(sa.select(tables.dm_channels.c.member_id))) == [1]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
