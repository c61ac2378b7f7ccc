"""What is written first, and what is claimed first, beside a burst of a hundred thousand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.crowd import GRACE, add_crowd, fires, stage_all
from tests.store.stored_calendar import NOW, SERVER, fresh_store

from tocsin.reminders.plan import GAP, order_base
from tocsin.store.claims import claim
from tocsin.store.engine import Store
from tocsin.store.staging import CHUNK, stage
from tocsin.store.tables import deliveries, occurrence_keys

BURST, TEN, NEIGHBOUR = 100_000, 10, 77
HOUR, DAY = 3_600, 86_400


class Undone(Exception):
    """Ends a unit of work without a trace."""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A hundred thousand who want one hour, and day-ahead, reminders; a neighbour with ten members."""
    store = fresh_store(tmp_path_factory.mktemp("crowd"))

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1, BURST + 1), HOUR, DAY)
        add_crowd(connection, NEIGHBOUR, range(1, TEN + 1), HOUR, 0)

    store.write_now(unit)
    yield store
    store.close()


def undone(store: Store, unit: Callable[[sa.Connection], None]) -> None:
    """Run a unit of work of which nothing remains."""

    def and_raise(connection: sa.Connection) -> None:
        unit(connection)
        raise Undone

    with pytest.raises(Undone):
        store.write_now(and_raise)


def test_the_neighbours_are_written_before_the_burst(crowded: Store) -> None:
    """Their turn comes first, so that they need not wait for a hundred thousand rows; which are not all written."""

    def unit(connection: sa.Connection) -> None:
        fires(connection, SERVER, HOUR, NOW)
        ten = fires(connection, NEIGHBOUR, HOUR, NOW)
        for _ in range(2):
            stage(connection, NOW, grace=GRACE)
        count = sa.select(sa.func.count()).select_from(deliveries)
        assert connection.scalar(count.where(deliveries.c.occurrence_id == ten)) == TEN
        stage_all(connection, NOW)
        # Five minutes of turns.
        assert 12_000 <= (connection.scalar(count) or 0) - TEN < 12_000 + CHUNK

    undone(crowded, unit)


def test_at_the_start_goes_before_a_day_ahead(crowded: Store) -> None:
    """All ten whose event starts now leave before anybody whose event is tomorrow, due at the same instant."""

    def unit(connection: sa.Connection) -> None:
        fires(connection, SERVER, DAY, NOW)
        ten = fires(connection, NEIGHBOUR, 0, NOW)
        stage_all(connection, NOW)
        turns = [one.occurrence_id for one in claim(connection, NOW, "w", 2 * TEN).taken]
        assert len(turns) == 2 * TEN
        assert set(turns[:TEN]) == {ten}

    undone(crowded, unit)


def test_whatever_is_written_comes_before_whatever_is_not(tmp_path: Path) -> None:
    """Chunk by chunk: turns at least a gap apart, each member once, beginning with another one each time."""
    store = fresh_store(tmp_path)

    def unit(connection: sa.Connection) -> None:
        members = range(1, 24)
        add_crowd(connection, SERVER, members, HOUR)
        # Some chose two things that the events match: their first turn counts.
        connection.exec_driver_sql(
            "INSERT INTO subscription_pairs (server_id, choice, lead, member_id)"
            " SELECT server_id, 'all', lead, member_id FROM subscription_pairs WHERE member_id % 3 = 0"
        )
        firsts = set()
        for number in range(12):
            due = NOW + timedelta(hours=number)
            made = fires(connection, SERVER, HOUR, due)
            connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="all"))
            told: list[int] = []
            while stage(connection, due, grace=GRACE, chunk=5).more:
                rows = connection.execute(
                    sa.select(deliveries.c.recipient_id, deliveries.c.order_at)
                    .where(deliveries.c.occurrence_id == made)
                    .order_by(deliveries.c.order_at)
                ).all()
                assert [row.recipient_id for row in rows][: len(told)] == told
                told = [row.recipient_id for row in rows]
            assert sorted(told) == list(members)
            turns = [row.order_at for row in rows]
            assert turns[0] == order_base(due + timedelta(hours=1), HOUR) + GAP
            assert all((later - turn) % GAP == timedelta(0) for turn, later in pairwise(turns))
            assert len(set(turns)) == len(members)
            firsts.add(told[0])
            claim(connection, due, "w", len(members))
        assert len(firsts) > 6

    store.write_now(unit)
    store.close()
