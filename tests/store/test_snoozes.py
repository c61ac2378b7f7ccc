"""A snooze is owed once, follows its occurrence, and ends with what it hangs on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import NOW, SERVER, add_occurrence, add_server, fresh_store

from tocsin.errors import TocsinError
from tocsin.reminders.delivery import Kind, Move, State
from tocsin.reminders.snooze import AT_THE_START
from tocsin.reminders.subscription import Subscription
from tocsin.store import snoozes
from tocsin.store.claims import Claims, claim
from tocsin.store.dm_channels import dm_worked
from tocsin.store.engine import Store
from tocsin.store.firings import plan_occurrences
from tocsin.store.outcomes import Sent, Setback, record_sent, record_setbacks
from tocsin.store.restaging import fold_late
from tocsin.store.snoozes import end_snooze, find_snoozable, follow_move, snooze
from tocsin.store.staging import stage
from tocsin.store.subscriptions import remove_subscription, save_subscription
from tocsin.store.tables import deliveries, occurrence_keys, occurrences, servers

MEMBER = 7
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = NOW + HOUR
GRACE = timedelta(seconds=60)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


@pytest.fixture
def occurrence(store: Store) -> int:
    """The ruins in an hour, for which the member subscribed, an hour before and at the start."""

    def unit(connection: sa.Connection) -> int:
        made = add_occurrence(connection, START)
        connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key="ruins"))
        subscribed(connection, "ruins")
        dm_worked(connection, MEMBER, 70, 700, NOW)
        return made

    return store.write_now(unit)


def subscribed(connection: sa.Connection, *choices: str) -> None:
    asked = Subscription(SERVER, MEMBER, frozenset(choices), (3600, 0))
    save_subscription(connection, asked, NOW - timedelta(days=1))


def rows(store: Store) -> list[sa.Row[tuple[int, ...]]]:
    snoozed = sa.select(deliveries).where(deliveries.c.kind == Kind.SNOOZE)
    return store.read_now(lambda c: list(c.execute(snoozed.order_by(deliveries.c.id)).all()))


def ask(store: Store, occurrence: int, minutes: int = 10) -> None:
    store.write_now(snooze, SERVER, occurrence, MEMBER, minutes * 60, NOW)


def claims(store: Store, at: timedelta) -> Claims:
    return store.write_now(claim, NOW + at, "w", 10)


def test_it_is_due_after_the_pause_and_speaks_of_the_start(store: Store, occurrence: int) -> None:
    """Not before, to the member alone, once, and until it is of no more use."""
    ask(store, occurrence)
    (row,) = rows(store)
    assert (row.due_at, row.starts_at, row.recipient_id) == (NOW + 10 * MINUTE, START, MEMBER)
    assert row.expires_at == START + 15 * MINUTE
    assert not claims(store, 9 * MINUTE).taken
    (one,) = claims(store, 10 * MINUTE).taken
    assert (one.kind, one.channel_id) == (Kind.SNOOZE, 70)
    assert not claims(store, 11 * MINUTE).taken


def test_choosing_again_puts_off_what_waits(store: Store, occurrence: int) -> None:
    """Twice the same is once; another pause replaces the one before; and it can be taken back."""
    for minutes in (10, 10, 30):
        ask(store, occurrence, minutes)
    (row,) = rows(store)
    assert row.due_at == NOW + 30 * MINUTE
    found = store.read_now(find_snoozable, SERVER, occurrence, MEMBER, NOW)
    assert found.waiting == NOW + 30 * MINUTE
    assert store.write_now(end_snooze, occurrence, MEMBER, NOW)
    assert not store.write_now(end_snooze, occurrence, MEMBER, NOW)
    assert not claims(store, HOUR).taken
    assert rows(store)[0].state is State.CANCELLED


def test_what_was_snoozed_can_be_snoozed_again(store: Store, occurrence: int) -> None:
    """A snooze that was sent, or is on its way, stays as it is; the next one is another."""
    ask(store, occurrence)
    (one,) = claims(store, 10 * MINUTE).taken
    ask(store, occurrence, 20)
    sent = Sent(one, 701, 70, "Discord's answer", START + HOUR)
    store.write_now(record_sent, [sent], "w", NOW + 10 * MINUTE)
    ask(store, occurrence, 30)
    first, second = rows(store)
    assert (first.state, first.sequence) == (State.SENT, 0)
    assert (second.state, second.sequence, second.due_at) == (State.PENDING, 1, NOW + 30 * MINUTE)


def test_at_the_start_means_whenever_that_is(store: Store, occurrence: int) -> None:
    """It is due with the start, and of use as long as a reminder at the start is."""
    store.write_now(snooze, SERVER, occurrence, MEMBER, AT_THE_START, NOW)
    (row,) = rows(store)
    assert (row.due_at, row.lead, row.expires_at) == (START, 0, START + 15 * MINUTE)


def test_it_follows_an_occurrence_that_moves(store: Store, occurrence: int) -> None:
    """It rings when it was to, and says the new start; one that was tried is superseded instead."""

    def move(connection: sa.Connection) -> None:
        later = START + 2 * HOUR
        connection.execute(sa.update(occurrences).values(starts_at=later, ends_at=later + HOUR))
        follow_move(connection, occurrence, later, later + HOUR)

    ask(store, occurrence)
    store.write_now(move)
    (row,) = rows(store)
    assert (row.starts_at, row.due_at) == (START + 2 * HOUR, NOW + 10 * MINUTE)
    (one,) = claims(store, 10 * MINUTE).taken
    failed = Setback(one, Move.TRANSIENT, "retry", "busy", ready_at=NOW + 11 * MINUTE)
    store.write_now(record_setbacks, [failed], "w", NOW + 10 * MINUTE)
    store.write_now(lambda c: c.execute(sa.update(occurrences).values(starts_at=START)))
    store.write_now(follow_move, occurrence, START, START + HOUR)
    (settled,) = claims(store, 12 * MINUTE).settled
    assert (settled.state, settled.reason) == (State.SUPERSEDED, "the occurrence was moved")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: subscribed(c, "altars"), "no longer asked for"),
        (lambda c: remove_subscription(c, SERVER, MEMBER, NOW), "the member unsubscribed"),
        (lambda c: c.execute(sa.update(occurrences).values(cancelled=True)), "the occurrence was"),
    ],
)
def test_it_ends_with_what_it_hangs_on(
    store: Store, occurrence: int, change: object, reason: str
) -> None:
    """The subscription, its choice, and the occurrence."""
    ask(store, occurrence)
    assert callable(change)
    store.write_now(change)
    assert not claims(store, 10 * MINUTE).taken
    (row,) = rows(store)
    assert row.state is State.CANCELLED
    assert row.reason.startswith(reason)


def test_other_lead_times_leave_it_as_it_is(store: Store, occurrence: int) -> None:
    """Whoever asked for it still asks for the event."""
    ask(store, occurrence)
    changed = Subscription(SERVER, MEMBER, frozenset({"all"}), (900,))
    store.write_now(
        lambda c: c.execute(sa.insert(occurrence_keys).values(occurrence_id=occurrence, key="all"))
    )
    store.write_now(save_subscription, changed, NOW)
    assert [one.kind for one in claims(store, 10 * MINUTE).taken] == [Kind.SNOOZE]


def test_of_what_is_late_only_the_nearest_goes_out(store: Store, occurrence: int) -> None:
    """After a time in which nothing ran, a snooze and a reminder are told as one."""
    ask(store, occurrence)
    store.write_now(plan_occurrences, SERVER, [(occurrence, START)], NOW)
    back = START + 2 * MINUTE
    while store.write_now(stage, back, grace=GRACE, hungry=True).more:
        pass
    assert store.write_now(fold_late, back, GRACE)[State.SUPERSEDED] == 1
    (row,) = rows(store)
    assert (row.state, row.reason) == (State.SUPERSEDED, "a nearer reminder was due by then")
    members = [
        one for one in store.write_now(claim, back, "w", 10).taken if one.recipient_id == MEMBER
    ]
    assert [(one.kind, one.lead) for one in members] == [(Kind.REMINDER, 0)]


def test_a_server_that_leaves_out_what_is_late_leaves_out_a_late_snooze(
    store: Store, occurrence: int
) -> None:
    """It says when it is down, and nothing stale comes afterwards."""
    ask(store, occurrence)
    store.write_now(lambda c: c.execute(sa.update(servers).values(drop_late=True)))
    store.write_now(fold_late, NOW + 15 * MINUTE, GRACE)
    assert rows(store)[0].state is State.MISSED


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda c: c.execute(sa.update(occurrences).values(cancelled=True)), "OccurrenceCancelled"),
        (lambda c: remove_subscription(c, SERVER, MEMBER, NOW), "NotSubscribed"),
        (
            lambda c: c.execute(
                sa.update(occurrences).values(starts_at=NOW - 2 * HOUR, ends_at=NOW - HOUR)
            ),
            "OccurrenceOver",
        ),
        (
            lambda c: c.execute(sa.update(occurrences).values(server_id=SERVER)),
            "OccurrenceForgotten",
        ),
    ],
)
def test_where_nothing_can_be_snoozed_it_is_said_why(
    store: Store, occurrence: int, change: object, error: str
) -> None:
    """Cancelled, over, unsubscribed or forgotten, each in its own words; nothing is written."""
    assert callable(change)
    store.write_now(change)
    wrong_id = error == "OccurrenceForgotten"
    kind: type[TocsinError] = getattr(snoozes, error)
    with pytest.raises(kind):
        store.write_now(snooze, SERVER, occurrence + wrong_id, MEMBER, 600, NOW)
    assert rows(store) == []


def test_nobody_snoozes_past_the_end(store: Store, occurrence: int) -> None:
    """A menu that was left open offers pauses that are too long by then."""
    with pytest.raises(snoozes.OccurrenceOver):
        store.write_now(snooze, SERVER, occurrence, MEMBER, 3 * 3600, NOW)
    assert rows(store) == []
