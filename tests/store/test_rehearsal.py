"""Tests of reminders leave no mark on the reminders themselves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import NOW, SERVER, add_occurrence, add_server, fresh_store

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.subscription import Subscription
from tocsin.store import listing, tables
from tocsin.store.calendar_view import between, upcoming
from tocsin.store.engine import Connection, Store
from tocsin.store.rehearsal import (
    LASTS,
    LEADS,
    STARTS_IN,
    NobodyToTell,
    RehearsalUnderWay,
    drop_tests,
    over_tests,
    owe_test,
    rehearse,
    remove_tests,
)
from tocsin.store.subscriptions import save_subscription
from tocsin.store.tables import deliveries, occurrence_keys

OVER = NOW + STARTS_IN + LASTS
MEMBER = 11


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(lambda connection: add_server(connection))
    yield store
    store.close()


def kinds(connection: Connection) -> list[tuple[Kind, State]]:
    """The kind and state of every delivery."""
    rows = connection.execute(sa.select(deliveries.c.kind, deliveries.c.state))
    return [(row.kind, row.state) for row in rows]


def test_a_test_is_owed_to_the_channel_and_one_member_and_shows_nowhere(store: Store) -> None:
    """At 60, 30, 10 s and at the start; no list, count or next reminder tells of it."""
    planned = store.write_now(rehearse, SERVER, MEMBER, NOW, "test")
    rows = store.read_now(lambda c: c.execute(sa.select(deliveries)).all())
    assert {(row.recipient_kind, row.recipient_id) for row in rows} == {
        (RecipientKind.CHANNEL, SERVER + 1),
        (RecipientKind.MEMBER, MEMBER),
    }
    assert sorted((planned.starts_at - row.due_at).total_seconds() for row in rows) == sorted(
        2 * LEADS
    )
    (standing,) = store.read_now(listing.standings, NOW)
    assert (standing.counts, standing.occurrences_ahead, standing.next_due) == ({}, 0, None)
    later = NOW + timedelta(days=1)
    assert store.read_now(upcoming, SERVER, NOW, later, 10) == []
    assert store.read_now(between, SERVER, NOW, later) == []


def test_one_test_at_a_time_and_somebody_to_tell(store: Store) -> None:
    """A second one waits until the first is over; without a channel a member has to be named."""
    store.write_now(rehearse, SERVER, None, NOW, "test")
    with pytest.raises(RehearsalUnderWay):
        store.write_now(rehearse, SERVER, MEMBER, OVER - timedelta(seconds=1), "test")
    store.write_now(rehearse, SERVER, MEMBER, OVER, "test")
    store.write_now(lambda c: c.execute(sa.update(tables.servers).values(channel_id=None)))
    with pytest.raises(NobodyToTell):
        store.write_now(rehearse, SERVER, None, OVER + timedelta(hours=1), "test")


def test_a_test_is_removed_once_nothing_of_it_is_open(store: Store) -> None:
    """And nothing else with it."""
    kept = store.write_now(lambda c: add_occurrence(c, NOW - timedelta(hours=5)))
    planned = store.write_now(rehearse, SERVER, MEMBER, NOW, "test")
    assert store.read_now(over_tests, OVER) == []
    assert store.write_now(drop_tests, OVER) == len(planned.deliveries)
    assert store.read_now(over_tests, OVER - timedelta(seconds=1)) == []
    over = store.read_now(over_tests, OVER)
    assert over == [planned.occurrence_id]
    assert store.write_now(remove_tests, over) == 1
    assert store.read_now(kinds) == []
    left = store.read_now(lambda c: list(c.scalars(sa.select(tables.occurrences.c.id))))
    assert left == [kept]
    assert len(store.read_now(lambda c: c.execute(sa.select(tables.events)).all())) == 1


def test_a_restart_drops_tests_and_no_reminder(store: Store) -> None:
    """What members asked for is made good; what was tried out is not."""

    def both(connection: Connection) -> None:
        start = NOW + timedelta(minutes=30)
        made = add_occurrence(connection, start)
        owe_test(connection, made, SERVER, start, RecipientKind.MEMBER, MEMBER, 3600, due=NOW)
        connection.execute(
            sa.insert(deliveries).from_select(
                [column.name for column in deliveries.columns],
                sa.select(
                    *(
                        {"id": sa.literal(99), "kind": sa.literal(0)}.get(column.name, column)
                        for column in deliveries.columns
                    )
                ),
            )
        )

    store.write_now(both)
    assert store.write_now(drop_tests, NOW) == 1
    assert store.read_now(kinds) == [
        (Kind.TEST, State.CANCELLED),
        (Kind.REMINDER, State.PENDING),
    ]


def test_who_was_sent_a_test_has_not_been_told(store: Store) -> None:
    """Subscribing half an hour before the start still makes up for the lead that is past."""

    def unit(connection: Connection) -> None:
        start = NOW + timedelta(minutes=30)
        made = add_occurrence(connection, start)
        connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="ruins"))
        owe_test(connection, made, SERVER, start, RecipientKind.MEMBER, MEMBER, 3600, due=NOW)
        asked = Subscription(SERVER, MEMBER, frozenset({"ruins"}), (3600,))
        save_subscription(connection, asked, NOW)

    store.write_now(unit)
    assert (Kind.REMINDER, State.PENDING) in store.read_now(kinds)
