"""The same, as the database does it: staged and claimed beside a burst of a hundred thousand."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.stored_calendar import NOW, SERVER, add_occurrence, add_server, fresh_store

from tocsin.reminders.delivery import State
from tocsin.reminders.plan import GAP, order_base, place, rotation
from tocsin.reminders.subscription import Subscription
from tocsin.store import firings
from tocsin.store.claims import claim
from tocsin.store.columns import to_ms
from tocsin.store.engine import Store
from tocsin.store.staging import CHUNK, stage
from tocsin.store.subscriptions import save_subscription
from tocsin.store.tables import deliveries, occurrence_keys

BURST, TEN, NEIGHBOUR = 100_000, 10, 77
HOUR, DAY = 3_600, 86_400
GRACE = timedelta(seconds=60)
RATE = 50


class Undone(Exception):
    """Ends a unit of work without a trace."""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A hundred thousand who want one hour, and day-ahead, reminders; a neighbour with ten members."""
    store = fresh_store(tmp_path_factory.mktemp("crowd"))

    def unit(connection: sa.Connection) -> None:
        for server in (SERVER, NEIGHBOUR):
            add_server(connection, server)
            for member in range(1, TEN + 1):
                asked = Subscription(server, member, frozenset({"ruins"}), (HOUR, 0, DAY))
                save_subscription(connection, asked, NOW - timedelta(days=9))
        connection.execute(sa.text("UPDATE servers SET channel_id = NULL"))
        numbers = (
            "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < 999 + {BURST - TEN}) "
        )
        connection.exec_driver_sql(
            "INSERT INTO subscriptions (server_id, member_id, choices, leads, extra, created_at, updated_at)"
            f" {numbers} SELECT {SERVER}, i, '[]', '[]', '{{}}', 0, 0 FROM n"
        )
        for lead in (HOUR, DAY):
            connection.exec_driver_sql(
                "INSERT INTO subscription_pairs (server_id, choice, lead, member_id)"
                f" {numbers} SELECT {SERVER}, 'ruins', {lead}, i FROM n"
            )
        connection.exec_driver_sql(
            f"INSERT INTO dm_channels (member_id, channel_id, last_message_id, updated_at) {numbers}"
            f" SELECT i, i + 1000000, 1, 0 FROM n UNION ALL SELECT value, value + 1000000, 1, 0"
            f" FROM json_each('{list(range(1, TEN + 1))}')"
        )

    store.write_now(unit)
    yield store
    store.close()


def fires(connection: sa.Connection, server: int, lead: int, due: datetime) -> int:
    """An occurrence whose reminder `lead` before falls due at `due`, and no other."""
    start = due + timedelta(seconds=lead)
    made = add_occurrence(connection, start, server, title=f"{server}")
    connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="ruins"))
    firings.plan_occurrences(connection, server, [(made, start)], due)
    connection.execute(
        sa.text("DELETE FROM firings WHERE occurrence_id = :made AND lead <> :lead"),
        {"made": made, "lead": lead},
    )
    return made


def stage_all(connection: sa.Connection, now: datetime) -> int:
    """Stage as the planner does at that instant. Returns how many chunks it took."""
    chunks = 0
    while stage(connection, now, grace=GRACE).more:
        chunks += 1
    return chunks


def undone(store: Store, unit: Callable[[sa.Connection], None]) -> None:
    """Run a unit of work of which nothing remains."""

    def and_raise(connection: sa.Connection) -> None:
        unit(connection)
        raise Undone

    with pytest.raises(Undone):
        store.write_now(and_raise)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1_900))
def test_ten_leave_within_two_seconds_amid_a_burst(crowded: Store, after: int) -> None:
    """Whenever they fall due while the hundred thousand drain, a hundred turns are enough for them."""

    def unit(connection: sa.Connection) -> None:
        due = NOW + timedelta(seconds=after)
        burst = fires(connection, SERVER, HOUR, NOW)
        ten = fires(connection, NEIGHBOUR, HOUR, due)
        stage_all(connection, due)
        connection.execute(
            sa.text(
                f"UPDATE deliveries SET state = {State.SENT.value}, reason = 'answer', message_id = 5 WHERE id IN"
                " (SELECT id FROM deliveries WHERE occurrence_id = :burst ORDER BY order_at LIMIT :gone)"
            ),
            {"burst": burst, "gone": after * RATE},
        )
        turns = [one.occurrence_id for one in claim(connection, due, "w", 2 * RATE).taken]
        assert turns.count(ten) == TEN

    undone(crowded, unit)


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
        # Twelve minutes of turns, less the three by which an hour ahead gives way.
        assert 27_000 <= (connection.scalar(count) or 0) - TEN < 27_000 + CHUNK

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


def test_the_database_gives_the_places_that_the_plan_names(tmp_path: Path) -> None:
    """Chunk by chunk, each member has the key that the pure order gives, turned from one occurrence to the next."""
    store = fresh_store(tmp_path)

    def unit(connection: sa.Connection) -> None:
        add_server(connection)
        members = range(1, 24)
        for member in members:
            asked = Subscription(SERVER, member, frozenset({"ruins"}), (HOUR,))
            save_subscription(connection, asked, NOW - timedelta(days=9))
        firsts = set()
        for number in range(12):
            made = fires(connection, SERVER, HOUR, NOW + timedelta(seconds=number))
            while stage(connection, NOW + timedelta(seconds=number), grace=GRACE, chunk=5).more:
                pass
            rows = connection.execute(
                sa.select(deliveries.c.recipient_id, deliveries.c.order_at)
                .where(deliveries.c.occurrence_id == made, deliveries.c.recipient_kind == 0)
                .order_by(deliveries.c.order_at)
            ).all()
            start = NOW + timedelta(seconds=number + HOUR)
            turned = rotation(made, len(members))
            assert {row.recipient_id: to_ms(row.order_at) for row in rows} == {
                member: to_ms(order_base(start, HOUR) + GAP * place(rank, turned, len(members)))
                for rank, member in enumerate(members)
            }
            firsts.add(rows[0].recipient_id)
        assert len(firsts) > 6

    store.write_now(unit)
    store.close()
