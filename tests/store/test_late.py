"""Late is what nothing ran for. What waits for its turn, or for its rows to be written, is not."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.crowd import GRACE, add_crowd, calls, fires, stage_all
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_occurrence,
    fresh_store,
)

from tocsin.reminders.delivery import Kind, State
from tocsin.reminders.plan import GAP
from tocsin.store import firings
from tocsin.store.change_notices import notify_move
from tocsin.store.engine import Store
from tocsin.store.restaging import fold_late
from tocsin.store.snoozes import snooze
from tocsin.store.staging import stage
from tocsin.store.tables import deliveries, occurrences

HOUR, MINUTE = 3_600, 60
CROWD = range(1000, 7000)
"""At full rate they take two minutes."""
drops = pytest.mark.parametrize("drop", [False, True], ids=["makes up", "drops"])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    yield store
    store.close()


def states(connection: sa.Connection) -> Counter[tuple[int, State]]:
    """How many deliveries there are, by lead and state."""
    found = connection.execute(sa.select(deliveries.c.lead, deliveries.c.state))
    return Counter((row.lead, row.state) for row in found)


def drop_late(connection: sa.Connection, *, drop: bool) -> None:
    connection.execute(sa.text("UPDATE servers SET drop_late = :drop"), {"drop": drop})


def send_first(connection: sa.Connection, count: int) -> None:
    """Discord accepts these, in the order in which they are claimed."""
    connection.execute(
        sa.text(
            f"UPDATE deliveries SET state = {State.SENT.value}, message_id = 1, reason = 'answer' WHERE id IN"
            f" (SELECT id FROM deliveries WHERE state = {State.PENDING.value} ORDER BY order_at LIMIT :n)"
        ),
        {"n": count},
    )


@drops
def test_what_is_written_while_its_burst_is_under_way_is_not_late(store: Store, drop: bool) -> None:
    """Begun in time, it takes minutes until the last have their rows: they are owed like the first."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1000, 1050), HOUR)
        drop_late(connection, drop=drop)
        fires(connection, SERVER, HOUR, NOW)
        stage(connection, NOW - timedelta(minutes=2), grace=GRACE, chunk=20)
        stage(connection, NOW + timedelta(minutes=5), grace=GRACE, chunk=20)
        stage_all(connection, NOW + timedelta(minutes=6))
        assert states(connection) == {(HOUR, State.PENDING): 50}

    store.write_now(unit)


@drops
def test_an_edit_amid_a_burst_makes_nobody_late(store: Store, drop: bool) -> None:
    """Its title changes, so it is staged anew, from the beginning: that beginning was in time."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1000, 1050), HOUR)
        drop_late(connection, drop=drop)
        made = fires(connection, SERVER, HOUR, NOW)
        stage(connection, NOW, grace=GRACE, chunk=20)
        edited = NOW + timedelta(minutes=5)
        start = NOW + timedelta(seconds=HOUR)
        firings.stage_again(connection, made, SERVER, start, edited)
        stage_all(connection, edited)
        assert states(connection) == {(HOUR, State.PENDING): 50}

    store.write_now(unit)


@drops
def test_a_restart_amid_a_burst_folds_nobody_whose_turn_is_to_come(
    store: Store, drop: bool
) -> None:
    """Ninety seconds into it: who has not had a turn yet waits for it, and is not late."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, CROWD, HOUR)
        drop_late(connection, drop=drop)
        fires(connection, SERVER, HOUR, NOW)
        stage_all(connection, NOW)
        now = NOW + timedelta(seconds=90)
        sent = int(timedelta(seconds=85) / GAP)
        send_first(connection, sent)
        stage_all(connection, now, hungry=True)
        assert not fold_late(connection, now, GRACE).total()
        waiting = len(CROWD) - sent
        assert states(connection) == {(HOUR, State.SENT): sent, (HOUR, State.PENDING): waiting}

    store.write_now(unit)


def test_a_restart_amid_a_burst_leaves_both_leads(store: Store) -> None:
    """A nearer lead fell due while the farther one's burst still waits: neither is late, both go out."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1000, 21_000), HOUR, HOUR - 5 * MINUTE)
        start = NOW + timedelta(seconds=HOUR)
        calls(connection, SERVER, add_occurrence(connection, start), start)
        stage_all(connection, NOW)
        send_first(connection, int(timedelta(minutes=5) / GAP))
        now = NOW + timedelta(minutes=5)
        stage_all(connection, now, hungry=True)
        assert not fold_late(connection, now + timedelta(seconds=2), GRACE).total()
        assert not {state for _, state in states(connection)} - {State.SENT, State.PENDING}

    store.write_now(unit)


@drops
def test_what_was_staged_before_nothing_ran_is_late(store: Store, drop: bool) -> None:
    """Down for hours with rows written: their turn passed meanwhile, and only the nearest goes out, or none."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1000, 1050), 4 * HOUR, HOUR)
        drop_late(connection, drop=drop)
        start = NOW + timedelta(hours=4)
        calls(connection, SERVER, add_occurrence(connection, start), start)
        stage(connection, NOW, grace=GRACE, chunk=20)
        back = NOW + timedelta(hours=3, minutes=10)
        stage_all(connection, back, hungry=True)
        fold_late(connection, back, GRACE)
        expected = State.MISSED if drop else State.SUPERSEDED
        nearest = State.MISSED if drop else State.PENDING
        assert states(connection) == {(4 * HOUR, expected): 50, (HOUR, nearest): 50}

    store.write_now(unit)


def test_of_a_burst_that_was_cut_short_those_are_late_whose_turn_passed(store: Store) -> None:
    """The bot goes after a minute and is back after an hour and a half: all turns passed; the nearer lead goes out."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, CROWD, 2 * HOUR, HOUR)
        start = NOW + timedelta(hours=2)
        calls(connection, SERVER, add_occurrence(connection, start), start)
        stage_all(connection, NOW)
        sent = int(timedelta(minutes=1) / GAP)
        send_first(connection, sent)
        back = NOW + timedelta(hours=1, minutes=30)
        stage_all(connection, back, hungry=True)
        fold_late(connection, back, GRACE)
        assert states(connection) == {
            (2 * HOUR, State.SENT): sent,
            (2 * HOUR, State.SUPERSEDED): len(CROWD) - sent,
            (HOUR, State.PENDING): len(CROWD),
        }

    store.write_now(unit)


def told_and_moved(connection: sa.Connection, to: timedelta) -> None:
    """Of two who asked for one hour, one was told four hours before; then it is moved to that long from now."""
    add_crowd(connection, SERVER, range(1, 3), HOUR)
    start = NOW + timedelta(hours=4)
    made = add_occurrence(connection, start)
    calls(connection, SERVER, made, start)
    add_delivery(connection, made, 1, state=State.SENT, lead=4 * HOUR, at=NOW)
    new = NOW + to
    values = {"starts_at": new, "ends_at": new + timedelta(hours=1), "revision": 1}
    connection.execute(sa.update(occurrences).values(values))
    firings.move_occurrence(connection, made, SERVER, new, NOW)
    notify_move(connection, made, SERVER, 1, new, new + timedelta(hours=1), NOW)


def waiting(connection: sa.Connection) -> set[tuple[int, Kind]]:
    """Who waits for what."""
    rows = connection.execute(sa.select(deliveries).where(deliveries.c.state == State.PENDING))
    return {(row.recipient_id, row.kind) for row in rows}


@pytest.mark.parametrize("to", [timedelta(minutes=30), timedelta(minutes=59, seconds=50)])
def test_a_move_to_within_the_hour_is_told_once(store: Store, to: timedelta) -> None:
    """By the change notice to whom it concerns, by the lead that is made up for to whoever knows nothing yet."""

    def unit(connection: sa.Connection) -> None:
        told_and_moved(connection, to)
        stage_all(connection, NOW, hungry=True)
        fold_late(connection, NOW, GRACE)
        assert waiting(connection) == {(1, Kind.CHANGE), (2, Kind.REMINDER)}

    store.write_now(unit)


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN, State.SENT])
def test_a_change_notice_under_way_counts_as_told(store: Store, state: State) -> None:
    """It may have arrived: the lead that passed before the move is not told as well."""

    def unit(connection: sa.Connection) -> None:
        told_and_moved(connection, timedelta(minutes=30))
        values = {
            "state": state,
            "worker": "w",
            "claimed_at": NOW,
            "message_id": 1,
            "reason": "answer",
        }
        notices = sa.update(deliveries).where(deliveries.c.kind == Kind.CHANGE)
        connection.execute(notices.values(**values, settled_at=NOW))
        stage_all(connection, NOW)
        assert waiting(connection) == {(2, Kind.REMINDER)}

    store.write_now(unit)


def test_a_change_told_long_before_replaces_no_reminder(store: Store) -> None:
    """Moved hours before its lead, it is told; when nothing ran at the lead, that is made up for all the same."""

    def unit(connection: sa.Connection) -> None:
        told_and_moved(connection, timedelta(hours=3))
        notices = sa.update(deliveries).where(deliveries.c.kind == Kind.CHANGE)
        connection.execute(
            notices.values(state=State.SENT, message_id=1, reason="answer", settled_at=NOW)
        )
        back = NOW + timedelta(hours=2, minutes=20)
        stage_all(connection, back, hungry=True)
        fold_late(connection, back, GRACE)
        assert waiting(connection) == {(1, Kind.REMINDER), (2, Kind.REMINDER)}

    store.write_now(unit)


def test_a_snooze_that_is_nearer_replaces_a_late_reminder(store: Store) -> None:
    """Both were due while nothing ran: the one that is nearer to the start goes out."""

    def unit(connection: sa.Connection) -> None:
        add_crowd(connection, SERVER, range(1, 3), HOUR)
        start = NOW + timedelta(hours=2)
        made = add_occurrence(connection, start)
        calls(connection, SERVER, made, start)
        snooze(connection, SERVER, made, 1, 80 * MINUTE, NOW)
        back = NOW + timedelta(minutes=90)
        stage_all(connection, back, hungry=True)
        fold_late(connection, back, GRACE)
        assert waiting(connection) == {(1, Kind.SNOOZE), (2, Kind.REMINDER)}

    store.write_now(unit)
