"""No server waits for another, second by second: staged as the planner stages, claimed in the order of claims."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.crowd import GRACE, add_crowd, fires, stage_all
from tests.store.stored_calendar import NOW, SERVER, fresh_store

from tocsin.reminders.delivery import State
from tocsin.store.columns import to_ms
from tocsin.store.engine import Store
from tocsin.store.restaging import fold_late

HOUR, NEIGHBOUR = 3_600, 77
RATE = 49
"""What is sent in a second: of Discord's fifty one is kept back."""
BURST = range(1_000, 61_000)
TEN = range(1, 11)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BEFORE = NOW - 2 * MINUTE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    yield store
    store.close()


def until_told(
    connection: sa.Connection,
    occurrence: int,
    start: datetime,
    *,
    sending: Callable[[datetime], bool] = lambda _: True,
) -> datetime:
    """Let the seconds pass, in each of which is staged and sent what can be, until all ten are told; returns when."""
    now, flowing = start, False
    while True:
        stage_all(connection, now, flowing=flowing)
        flowing = sending(now) and send(connection, now)
        told = connection.execute(
            sa.text(
                f"SELECT sum(state = {State.SENT.value}), sum(state = {State.PENDING.value})"
                " FROM deliveries WHERE occurrence_id = :it"
            ),
            {"it": occurrence},
        ).one()
        if tuple(told) == (len(TEN), 0):
            return now
        now += SECOND


def send(connection: sa.Connection, now: datetime) -> bool:
    """What the dispatcher claims in one second arrives. Returns whether there was anything."""
    sent = connection.execute(
        sa.text(
            f"UPDATE deliveries SET state = {State.SENT.value}, message_id = 1, reason = 'answer' WHERE id IN"
            f" (SELECT id FROM deliveries WHERE state = {State.PENDING.value} AND ready_at <= :now"
            f" ORDER BY order_at LIMIT {RATE})"
        ),
        {"now": to_ms(now)},
    )
    return sent.rowcount > 0


@pytest.mark.parametrize("after", [0, 300, 1_000])
def test_one_burst_delays_nobody(store: Store, after: int) -> None:
    """Sixty thousand in one server, which take twenty minutes: whenever ten fall due meanwhile, they are told."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, BURST, HOUR)
        add_crowd(connection, NEIGHBOUR, TEN, HOUR)
        due = NOW + timedelta(seconds=after)
        fires(connection, SERVER, HOUR, NOW)
        ten = fires(connection, NEIGHBOUR, HOUR, due)
        assert until_told(connection, ten, BEFORE) - due <= 2 * SECOND

    store.write_now(unit)


@pytest.mark.parametrize("after", [0, 60])
def test_many_firings_of_one_server_are_one_burst(store: Store, after: int) -> None:
    """A hundred events at the same time, of two hundred members each, are no more to a neighbour than one."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1_000, 1_200), HOUR)
        add_crowd(connection, NEIGHBOUR, TEN, HOUR)
        due = NOW + timedelta(seconds=after)
        for number in range(100):
            fires(connection, SERVER, HOUR, NOW, f"Event {number}")
        ten = fires(connection, NEIGHBOUR, HOUR, due)
        assert until_told(connection, ten, BEFORE) - due <= 2 * SECOND

    store.write_now(unit)


@pytest.mark.parametrize("due_after", [timedelta(0), MINUTE, 3 * MINUTE])
def test_what_could_not_be_sent_for_long_is_put_in_line_anew(
    store: Store, due_after: timedelta
) -> None:
    """For twenty minutes Discord takes nothing: what has waited since is no older than what falls due then."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, BURST, HOUR)
        add_crowd(connection, NEIGHBOUR, TEN, HOUR)
        again = NOW + 20 * MINUTE
        due = again + due_after
        fires(connection, SERVER, HOUR, NOW)
        ten = fires(connection, NEIGHBOUR, HOUR, due)
        told = until_told(
            connection, ten, BEFORE, sending=lambda now: not NOW - MINUTE <= now < again
        )
        assert told - due <= 2 * SECOND

    store.write_now(unit)


def test_what_is_made_up_for_lets_the_neighbours_in(store: Store) -> None:
    """Back after twenty minutes in which nothing ran: ten are not behind the thousands of another server."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, BURST, HOUR)
        add_crowd(connection, NEIGHBOUR, TEN, HOUR)
        add_crowd(connection, NEIGHBOUR + 1, TEN, HOUR)
        back = NOW + 20 * MINUTE
        fires(connection, SERVER, HOUR, NOW)
        late = fires(connection, NEIGHBOUR, HOUR, NOW + 10 * MINUTE)
        ten = fires(connection, NEIGHBOUR + 1, HOUR, back + 10 * SECOND)
        stage_all(connection, back, hungry=True)
        fold_late(connection, back, GRACE)
        assert until_told(connection, late, back) - back <= 2 * SECOND
        assert until_told(connection, ten, back) - back <= 12 * SECOND

    store.write_now(unit)


def test_several_bursts_at_once_leave_others_a_bounded_wait(store: Store) -> None:
    """More falls due than can be sent: nobody is in time then, but ten wait for seconds and not until all are told."""

    def unit(connection: sa.Connection) -> None:
        for server in (SERVER, SERVER + 1, SERVER + 2):
            add_crowd(connection, server, range(1_000, 21_000), HOUR)
            fires(connection, server, HOUR, NOW)
        add_crowd(connection, NEIGHBOUR, TEN, HOUR)
        due = NOW + timedelta(seconds=300)
        ten = fires(connection, NEIGHBOUR, HOUR, due)
        assert until_told(connection, ten, BEFORE) - due <= 60 * SECOND

    store.write_now(unit)


def test_putting_in_line_anew_leaves_nobody_behind(store: Store) -> None:
    """Sixty servers of a hundred at once: however often they are put in line anew, all come forward alike."""

    def unit(connection: sa.Connection) -> None:
        for server in range(10_000, 10_060):
            add_crowd(connection, server, range(1_000, 1_100), HOUR)
            fires(connection, server, HOUR, NOW)
        stage_all(connection, NOW)
        for second in range(60):
            now = NOW + second * SECOND
            stage_all(connection, now, flowing=True)
            send(connection, now)
            told = connection.scalars(
                sa.text(
                    f"SELECT sum(state = {State.SENT.value}) FROM deliveries GROUP BY server_id"
                )
            ).all()
            assert sum(told) == (second + 1) * RATE
            assert max(told) - min(told) <= 2

    store.write_now(unit)
