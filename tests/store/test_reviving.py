"""What was ended before it arrived comes back when it is asked for again; what may have arrived does not."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import NOW, SERVER, add_occurrence, add_server, fresh_store

from tocsin.reminders.delivery import Move, State
from tocsin.reminders.subscription import Subscription
from tocsin.store import firings
from tocsin.store.claims import claim
from tocsin.store.dm_channels import dm_worked
from tocsin.store.engine import Store
from tocsin.store.outcomes import Setback, record_setbacks
from tocsin.store.staging import stage
from tocsin.store.subscriptions import remove_subscription, save_subscription
from tocsin.store.tables import deliveries, occurrence_keys, occurrences

HOUR = 3_600
GRACE = timedelta(seconds=60)
START = NOW + timedelta(hours=1)
BACK_OFF = timedelta(seconds=40)
ASKED = Subscription(SERVER, 1, frozenset({"ruins"}), (HOUR,))

Undoing = Callable[[sa.Connection, int], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)

    def unit(connection: sa.Connection) -> None:
        add_server(connection)
        connection.execute(sa.text("UPDATE servers SET channel_id = NULL"))
        save_subscription(connection, ASKED, NOW - timedelta(days=1))
        dm_worked(connection, 1, 70, 700, NOW)

    store.write_now(unit)
    yield store
    store.close()


def called(connection: sa.Connection) -> int:
    """An event whose reminder falls due now."""
    made = add_occurrence(connection, START)
    connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="ruins"))
    firings.plan_occurrences(connection, SERVER, [(made, START)], NOW)
    stage_all(connection, NOW)
    return made


def stage_all(connection: sa.Connection, now: datetime) -> None:
    while stage(connection, now, grace=GRACE).more:
        pass


def starts(connection: sa.Connection, occurrence: int, start: datetime) -> None:
    values = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
    connection.execute(sa.update(occurrences).values(values))
    firings.move_occurrence(connection, occurrence, SERVER, start, NOW)
    stage_all(connection, NOW)


def moved_and_back(connection: sa.Connection, occurrence: int) -> None:
    """The event is moved by a day, and the move is undone."""
    starts(connection, occurrence, START + timedelta(days=1))
    starts(connection, occurrence, START)


def left_and_back(connection: sa.Connection, _occurrence: int) -> None:
    """The member unsubscribes, and subscribes again."""
    remove_subscription(connection, SERVER, 1, NOW)
    save_subscription(connection, ASKED, NOW)
    stage_all(connection, NOW)


undoings = pytest.mark.parametrize("undone", [moved_and_back, left_and_back])


@undoings
@pytest.mark.parametrize("move", [Move.TRANSIENT, Move.RELEASE])
def test_what_did_not_arrive_comes_back(store: Store, undone: Undoing, move: Move) -> None:
    """Refused for the moment, or never let go: it is tried again, after the pause that Discord asked for."""

    def unit(connection: sa.Connection) -> None:
        occurrence = called(connection)
        (one,) = claim(connection, NOW, "w", 10).taken
        setback = Setback(one, move, "retry", "rate limited", 429, ready_at=NOW + BACK_OFF)
        record_setbacks(connection, [setback], "w", NOW)
        undone(connection, occurrence)
        assert not claim(connection, NOW, "w", 10).taken
        (again,) = claim(connection, NOW + BACK_OFF, "w", 10).taken
        assert (again.id, again.revision) == (one.id, one.revision)
        assert again.attempt == one.attempt + (move is Move.TRANSIENT)

    store.write_now(unit)


@undoings
@pytest.mark.parametrize("end", [Move.CANCEL, Move.SUPERSEDE])
def test_what_may_have_arrived_stays_ended(store: Store, undone: Undoing, end: Move) -> None:
    """Ended while a request for it was on its way: nobody is told twice."""

    def unit(connection: sa.Connection) -> None:
        occurrence = called(connection)
        (one,) = claim(connection, NOW, "w", 10).taken
        record_setbacks(connection, [Setback(one, end, "ended", "the second look")], "w", NOW)
        undone(connection, occurrence)
        assert not claim(connection, NOW + BACK_OFF, "w", 10).taken

    store.write_now(unit)


def test_what_is_of_no_more_use_stays_as_it_ended(store: Store) -> None:
    """Cancelled is cancelled: it does not become missed because somebody asks again when it is too late."""

    def unit(connection: sa.Connection) -> None:
        occurrence = called(connection)
        remove_subscription(connection, SERVER, 1, NOW)
        other = Subscription(SERVER, 1, frozenset({"altars"}), (HOUR,))
        save_subscription(connection, other, NOW)
        connection.execute(
            sa.insert(occurrence_keys).values(occurrence_id=occurrence, key="altars")
        )
        firings.stage_again(connection, occurrence, SERVER, START, NOW)
        stage_all(connection, NOW + timedelta(hours=3))
        assert connection.scalars(sa.select(deliveries.c.state)).all() == [State.CANCELLED]

    store.write_now(unit)
