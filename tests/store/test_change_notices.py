"""Whoever was called to an occurrence hears that it moved, once, and nobody else does."""

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

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.plan import GAP
from tocsin.store.change_notices import notify_cancellation, notify_move
from tocsin.store.engine import Store
from tocsin.store.tables import deliveries

HOUR = timedelta(hours=1)
START = NOW + 5 * HOUR


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


def notices(connection: sa.Connection, kind: Kind = Kind.CHANGE) -> list[tuple[int, int, State]]:
    rows = connection.execute(
        sa.select(deliveries.c.recipient_id, deliveries.c.sequence, deliveries.c.state)
        .where(deliveries.c.kind == kind)
        .order_by(deliveries.c.order_at, deliveries.c.id)
    )
    return [tuple(row) for row in rows]


def test_those_who_were_told_and_the_channel_hear_of_a_move(store: Store) -> None:
    """A sent reminder, and one that may have arrived, each bring one notice; the channel is first."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, START)
        for member in (1, 2, 3, 4, 5):
            subscribe(connection, member)
        add_delivery(connection, occurrence, 1)
        add_delivery(connection, occurrence, 1, lead=7200)
        add_delivery(connection, occurrence, 2, state=State.UNKNOWN)
        add_delivery(connection, occurrence, 3, state=State.FAILED)
        add_delivery(connection, occurrence, 4, state=State.PENDING)
        add_delivery(connection, occurrence, SERVER + 1, recipient_kind=RecipientKind.CHANNEL)

        told = notify_move(connection, occurrence, SERVER, 1, START + HOUR, START + 2 * HOUR, NOW)

        assert told == 3
        assert [recipient for recipient, _, _ in notices(connection)] == [SERVER + 1, 1, 2]
        row = connection.execute(
            sa.select(deliveries).where(
                deliveries.c.kind == Kind.CHANGE, deliveries.c.recipient_id == 1
            )
        ).one()
        assert row.due_at == row.ready_at == NOW
        assert row.starts_at == START + HOUR
        assert row.expires_at == START + HOUR + timedelta(minutes=15)
        assert row.owed
        assert row.order_at - NOW == GAP


def test_who_unsubscribed_and_a_replaced_channel_hear_nothing(store: Store) -> None:
    """Once unsubscribed, nothing more is written to a member, even about what they were told of."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, START)
        add_delivery(connection, occurrence, 1)
        add_delivery(connection, occurrence, 77, recipient_kind=RecipientKind.CHANNEL)
        assert not notify_move(
            connection, occurrence, SERVER, 1, START + HOUR, START + 2 * HOUR, NOW
        )


def test_a_second_move_supersedes_a_notice_that_waits(store: Store) -> None:
    """Of two moves in a row only the last is told; moved back, nobody who heard nothing hears a word."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, START)
        subscribe(connection, 1)
        add_delivery(connection, occurrence, 1)
        notify_move(connection, occurrence, SERVER, 1, START + HOUR, START + 2 * HOUR, NOW)
        notify_move(connection, occurrence, SERVER, 2, START + 3 * HOUR, START + 4 * HOUR, NOW)
        assert notices(connection) == [(1, 1, State.SUPERSEDED), (1, 2, State.PENDING)]
        notify_move(connection, occurrence, SERVER, 3, START, START + HOUR, NOW)
        assert notices(connection) == [(1, 1, State.SUPERSEDED), (1, 2, State.SUPERSEDED)]


def test_moved_back_after_the_notice_was_sent_is_told_again(store: Store) -> None:
    """The last word counts: who heard of the move hears that it is undone."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, START)
        subscribe(connection, 1)
        add_delivery(connection, occurrence, 1, at=NOW - HOUR)
        notify_move(connection, occurrence, SERVER, 1, START + HOUR, START + 2 * HOUR, NOW)
        connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.kind == Kind.CHANGE)
            .values(state=State.SENT, message_id=5, reason="answer", settled_at=NOW, claimed_at=NOW)
        )
        assert notify_move(connection, occurrence, SERVER, 2, START, START + HOUR, NOW + HOUR) == 1


def test_a_cancellation_is_told_once_and_taken_back_by_a_change(store: Store) -> None:
    """Cancelled twice is told once; taking place after all is a change."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, START)
        subscribe(connection, 1)
        add_delivery(connection, occurrence, 1, at=NOW - HOUR)
        assert notify_cancellation(connection, occurrence, SERVER, 1, START, START + HOUR, NOW) == 1
        connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.kind == Kind.CANCELLATION)
            .values(state=State.SENT, message_id=5, reason="answer", settled_at=NOW, claimed_at=NOW)
        )
        assert notify_cancellation(connection, occurrence, SERVER, 2, START, START + HOUR, NOW) == 0
        assert notify_move(connection, occurrence, SERVER, 3, START, START + HOUR, NOW) == 1


def test_nobody_is_told_of_what_is_over(store: Store) -> None:
    """A change to a past occurrence is nobody's concern."""
    with store.connect() as connection, connection.begin():
        occurrence = add_occurrence(connection, NOW - 5 * HOUR)
        subscribe(connection, 1)
        add_delivery(connection, occurrence, 1)
        start, end = NOW - 4 * HOUR, NOW - 3 * HOUR
        assert notify_move(connection, occurrence, SERVER, 1, start, end, NOW) == 0
        assert notify_cancellation(connection, occurrence, SERVER, 1, start, end, NOW) == 0
