from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_occurrence,
    add_server,
    fresh_store,
)

from tocsin.reminders.delivery import Kind, Move, RecipientKind, State
from tocsin.reminders.subscription import Subscription
from tocsin.store.claims import Claimed, claim
from tocsin.store.dm_channels import dm_refused, dm_worked
from tocsin.store.doubts import adopt_orphans, list_doubts, settle_doubt
from tocsin.store.engine import Store
from tocsin.store.outcomes import Sent, Setback, record_sent, record_setbacks
from tocsin.store.servers import bot_left, find_server
from tocsin.store.subscriptions import remove_subscription, save_subscription
from tocsin.store.tables import attempts, deliveries, occurrence_keys, occurrences, unreached
from tocsin.store.tables import servers as server_table

MEMBER, DM, POST = 7, 70, SERVER + 1
LATER = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = fresh_store(tmp_path)
    yield made
    made.close()


def due(connection: sa.Connection, **values: Any) -> int:
    """A reminder that is due to the member, who asked for it and whose DM channel is open."""
    add_server(connection)
    occurrence = add_occurrence(connection, NOW + timedelta(hours=1))
    connection.execute(sa.insert(occurrence_keys).values(occurrence_id=occurrence, key="ruins"))
    asked = Subscription(SERVER, MEMBER, frozenset({"ruins"}), (3_600,))
    save_subscription(connection, asked, NOW - timedelta(hours=2))
    dm_worked(connection, MEMBER, DM, 700, NOW)
    return add_delivery(connection, occurrence, MEMBER, state=State.PENDING, **values)


def row_of(connection: sa.Connection, delivery: int) -> sa.Row[Any]:
    return connection.execute(sa.select(deliveries).where(deliveries.c.id == delivery)).one()


def claimed(connection: sa.Connection) -> Claimed:
    (one,) = claim(connection, NOW, "w", 10).taken
    return one


def _unsubscribe(connection: sa.Connection) -> None:
    connection.execute(sa.text("DELETE FROM subscription_pairs"))


def _cancel(connection: sa.Connection) -> None:
    connection.execute(sa.update(occurrences).values(cancelled=True))


def _move(connection: sa.Connection) -> None:
    connection.execute(sa.update(occurrences).values(starts_at=NOW + timedelta(minutes=30)))


def _expire(connection: sa.Connection) -> None:
    connection.execute(sa.update(deliveries).values(expires_at=NOW))


CHANGES = {
    "no longer asked for": (_unsubscribe, State.CANCELLED),
    "the occurrence was cancelled": (_cancel, State.CANCELLED),
    "the occurrence was moved": (_move, State.SUPERSEDED),
    "not sent while it was of use": (_expire, State.MISSED),
    "the bot is no longer in the server": (lambda c: bot_left(c, SERVER, NOW), State.CANCELLED),
    "closed": (lambda c: dm_refused(c, MEMBER, DM, "closed", NOW), State.FAILED),
}


@pytest.mark.parametrize("reason", CHANGES)
def test_what_changed_meanwhile_is_not_sent(store: Store, reason: str) -> None:
    """The second look ends it, with the reason, and nothing is handed out."""
    change, state = CHANGES[reason]

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        change(connection)
        claims = claim(connection, NOW, "w", 10)
        (settled,) = claims.settled
        assert claims.taken == []
        assert (settled.id, settled.state, settled.reason) == (delivery, state, reason)
        assert row_of(connection, delivery).state is state

    store.write_now(unit)


CHANNEL_CHANGES: dict[str, dict[str, Any]] = {
    "the server's channel was changed": {"channel_id": 5},
    "the server's windows were changed": {"windows": [0]},
    "no permission": {"channel_refused": "no permission"},
}


@pytest.mark.parametrize("reason", CHANNEL_CHANGES)
def test_a_post_whose_channel_changed_is_not_sent(store: Store, reason: str) -> None:
    """The channel, its windows and what Discord said of it are looked at again."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        post = {"recipient_kind": RecipientKind.CHANNEL, "recipient_id": POST}
        connection.execute(sa.update(deliveries).values(**post))
        connection.execute(sa.update(server_table).values(**CHANNEL_CHANGES[reason]))
        (settled,) = claim(connection, NOW, "w", 10).settled
        assert (settled.id, settled.reason) == (delivery, reason)

    store.write_now(unit)


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.MENTION])
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "no access"),
        ({"channel_id": 5, "mention_channel_id": 5}, None),
        ({"set_up_at": NOW + timedelta(seconds=1)}, None),
        ({"set_up_at": NOW - timedelta(seconds=1)}, "no access"),
    ],
    ids=["as it was", "another channel", "set up anew since", "set up before"],
)
def test_a_late_refusal_speaks_of_the_channel_as_it_was(
    store: Store, kind: Kind, changed: dict[str, Any], expected: str | None
) -> None:
    """What an admin chose after the claim is not refused by an answer to what was tried before."""

    def unit(connection: sa.Connection) -> None:
        row = row_of(connection, due(connection))
        connection.execute(sa.update(server_table).values(mention_channel_id=POST))
        waiting = {name: getattr(row, name) for name in ("occurrence_id", "starts_at", "lead")}
        connection.execute(
            sa.insert(unreached).values(delivery_id=row.id, member_id=MEMBER, **waiting)
        )
        post = {"recipient_kind": RecipientKind.CHANNEL, "recipient_id": POST, "kind": kind}
        connection.execute(sa.update(deliveries).values(**post))
        one = claimed(connection)
        connection.execute(sa.update(server_table).values(name="Kingdom", **changed))
        late = Setback(one, Move.REFUSED, "refused", "no access", 403, 50001, channel_refused=True)
        record_setbacks(connection, [late], "w", NOW + timedelta(seconds=2))
        server = find_server(connection, SERVER)
        assert server is not None
        refused = {Kind.REMINDER: server.channel_refused, Kind.MENTION: server.mention_refused}
        assert refused.pop(kind) == expected
        assert list(refused.values()) == [None]

    store.write_now(unit)


def test_a_claim_is_written_with_all_that_recovery_needs(store: Store) -> None:
    """Worker, attempt, lease, channel and anchor stand in the row when the claim is handed out."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        one = claimed(connection)
        row = row_of(connection, delivery)
        assert (row.state, row.worker, row.attempt) == (State.SENDING, "w", 1)
        assert (row.claimed_at, row.lease_until) == (NOW, NOW + timedelta(seconds=120))
        assert (row.channel_id, row.anchor_id) == (DM, 700) == (one.channel_id, one.anchor_id)
        assert (one.kind, one.recipient_kind) == (Kind.REMINDER, RecipientKind.MEMBER)
        assert (one.starts_at, one.due_at) == (NOW + timedelta(hours=1), NOW)
        assert not claim(connection, NOW, "other", 10).taken

    store.write_now(unit)


def test_what_is_of_no_use_does_not_hold_up_whoever_comes_after(store: Store) -> None:
    """A hundred reminders that end at the second look cost no turn: one claim passes them all."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        occurrence = row_of(connection, delivery).occurrence_id
        for member in range(1_000, 1_100):
            at = NOW - timedelta(seconds=5)
            add_delivery(connection, occurrence, member, state=State.PENDING, at=at)
        claims = claim(connection, NOW, "w", 10)
        assert [one.id for one in claims.taken] == [delivery]
        assert len(claims.settled) == 100

    store.write_now(unit)


def test_a_member_without_a_channel_holds_up_no_post(store: Store) -> None:
    """Who has no DM channel yet waits with the reason, and everyone else goes."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        connection.execute(sa.text("UPDATE dm_channels SET channel_id = NULL"))
        claims = claim(connection, NOW, "w", 10)
        assert (claims.taken, claims.unopened) == ([], [MEMBER])
        row = row_of(connection, delivery)
        assert row.state is State.PENDING
        assert row.ready_at > NOW
        assert "not open yet" in row.reason
        dm_worked(connection, MEMBER, DM, None, NOW)
        assert [one.id for one in claim(connection, NOW, "w", 10).taken] == [delivery]

    store.write_now(unit)


def test_bad_news_of_an_older_attempt_is_ignored(store: Store) -> None:
    """Only the attempt that is under way can be refused; acceptance counts whenever it comes."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        first = claimed(connection)
        again = Setback(first, Move.TRANSIENT, "retry", "busy", ready_at=NOW)
        assert record_setbacks(connection, [again], "w", NOW) == [again]
        second = claimed(connection)
        late = Setback(first, Move.REFUSED, "refused", "closed", suspend=True)
        assert record_setbacks(connection, [late], "w", NOW) == []
        assert row_of(connection, delivery).state is State.SENDING
        record_sent(connection, [Sent(first, 701, DM, "Discord's answer", NOW)], "w", NOW)
        refused = Setback(second, Move.REFUSED, "refused", "closed")
        assert record_setbacks(connection, [refused], "w", NOW) == []
        row = row_of(connection, delivery)
        assert (row.state, row.message_id, row.reason) == (State.SENT, 701, "Discord's answer")
        outcomes = sa.select(attempts.c.attempt, attempts.c.outcome).order_by(attempts.c.attempt)
        assert [tuple(one) for one in connection.execute(outcomes)] == [(1, "retry")]

    store.write_now(unit)


def test_orphans_of_another_process_are_in_doubt(store: Store) -> None:
    """What a process that is gone had claimed is looked for; if it is not there, it is sent again."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        one = claimed(connection)
        assert adopt_orphans(connection, "w", NOW, frozenset()) == 0
        assert adopt_orphans(connection, "new", NOW, frozenset({one.id})) == 0
        assert adopt_orphans(connection, "new", NOW, frozenset()) == 1
        (doubt,) = list_doubts(connection, NOW, 10)
        assert doubt.claimed == one
        assert not claim(connection, NOW, "new", 10).taken
        assert settle_doubt(connection, doubt, Move.ABSENT, "not there", NOW)
        assert not settle_doubt(connection, doubt, Move.UNVERIFIABLE, "late", NOW)
        (again,) = claim(connection, NOW, "new", 10).taken
        assert (again.id, again.attempt, again.revision) == (delivery, 2, one.revision)

    store.write_now(unit)


def test_a_notice_kept_back_by_unsubscribing_does_not_leave_after_it(store: Store) -> None:
    """What was claimed when the member unsubscribed, and never left, is cancelled: a change notice as well."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection, kind=Kind.CHANGE)
        connection.execute(sa.update(deliveries).values(owed=True))
        one = claimed(connection)
        remove_subscription(connection, SERVER, MEMBER, NOW)
        record_setbacks(connection, [Setback(one, Move.RELEASE, "not sent", "revoked")], "w", NOW)
        assert not claim(connection, NOW + LATER, "w", 10).taken
        assert row_of(connection, delivery).state is State.CANCELLED

    store.write_now(unit)


def test_a_delivery_exists_once(store: Store) -> None:
    """The database itself refuses a second row for the same occurrence, start, recipient, kind and lead."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        with pytest.raises(sa.exc.IntegrityError, match="UNIQUE"):
            add_delivery(connection, row_of(connection, delivery).occurrence_id, MEMBER)

    store.write_now(unit)


def test_texts_that_discord_refuses_are_tried_once_and_not_for_everyone(store: Store) -> None:
    """The others of the same event are told plainly at once, until it is edited."""

    def unit(connection: sa.Connection) -> None:
        delivery = due(connection)
        occurrence = row_of(connection, delivery).occurrence_id
        refused = claimed(connection)
        assert not refused.plain
        plainly = Setback(refused, Move.TRANSIENT, "refused", "bad form", ready_at=NOW, plain=True)
        record_setbacks(connection, [plainly], "w", NOW)
        other = MEMBER + 1
        asked = Subscription(SERVER, other, frozenset({"ruins"}), (3_600,))
        save_subscription(connection, asked, NOW - timedelta(hours=2))
        dm_worked(connection, other, DM + 1, 700, NOW)
        add_delivery(connection, occurrence, other, state=State.PENDING)
        taken = claim(connection, NOW, "w", 10).taken
        assert {one.recipient_id: one.plain for one in taken} == {MEMBER: True, other: True}

    store.write_now(unit)


@pytest.mark.parametrize(
    ("evidence", "taken"),
    [
        ({"reason": "rate limited (HTTP 429)"}, False),
        ({"reason": None}, False),
        ({"reason": "import"}, True),
        ({"reason": "Discord's answer", "message_id": 9}, True),
    ],
    ids=["a failure", "nothing", "an import", "a message"],
)
def test_the_database_takes_nothing_as_sent_without_evidence(
    store: Store, evidence: dict[str, Any], taken: bool
) -> None:
    """Whatever the program believes, neither as a change nor as a new row."""

    def change(connection: sa.Connection) -> None:
        due(connection)
        connection.execute(sa.update(deliveries).values(state=State.SENT, **evidence))

    def insert(connection: sa.Connection) -> None:
        row = row_of(connection, due(connection))._asdict() | {"state": State.SENT}
        del row["id"]
        connection.execute(sa.delete(deliveries))
        connection.execute(sa.insert(deliveries).values(row | {"message_id": None} | evidence))

    for unit in (change, insert):
        if taken:
            store.write_now(undone, unit)
            continue
        with pytest.raises(sa.exc.IntegrityError, match="sent"):
            store.write_now(unit)


def undone(connection: sa.Connection, unit: Callable[[sa.Connection], None]) -> None:
    with connection.begin_nested() as nested:
        unit(connection)
        nested.rollback()
