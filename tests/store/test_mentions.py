"""Members whose DMs are closed, and the one mention for all of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
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
)

from tocsin.dispatch.decision import decide
from tocsin.dispatch.outcome import Refused, RetryAt, Scope
from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.subscription import Subscription
from tocsin.store.claims import Claimed, claim
from tocsin.store.dm_channels import dm_refused, dm_worked
from tocsin.store.engine import Store
from tocsin.store.mentions import LONGEST_WAIT, MOST_NAMED
from tocsin.store.outcomes import Sent, Setback, record_sent, record_setbacks
from tocsin.store.pruning import prune
from tocsin.store.servers import find_server
from tocsin.store.subscriptions import remove_subscription, save_subscription
from tocsin.store.tables import deliveries, occurrence_keys, servers, unreached

MENTIONS = 900
SOON = timedelta(seconds=6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = fresh_store(tmp_path)
    made.write_now(add_server)
    made.write_now(choose, MENTIONS)
    yield made
    made.close()


def choose(connection: sa.Connection, channel: int | None) -> None:
    """The channel in which members are mentioned."""
    connection.execute(sa.update(servers).values(mention_channel_id=channel, mention_anchor_id=1))


def due(connection: sa.Connection, members: range, *, closed: bool = True) -> int:
    """A reminder that is due to each of these members. Returns the occurrence."""
    occurrence = add_occurrence(connection, NOW + timedelta(hours=1))
    connection.execute(sa.insert(occurrence_keys).values(occurrence_id=occurrence, key="ruins"))
    for member in members:
        asked = Subscription(SERVER, member, frozenset({"ruins"}), (3_600,))
        save_subscription(connection, asked, NOW - timedelta(hours=2))
        if closed:
            dm_refused(connection, member, 70 + member, "closed", NOW)
        else:
            dm_worked(connection, member, 70 + member, 1, NOW)
        add_delivery(connection, occurrence, member, state=State.PENDING)
    return occurrence


def mentions(connection: sa.Connection, now: datetime) -> list[Claimed]:
    """The mentions that one claim gives, with whom they name."""
    taken = claim(connection, now, "w", 100).taken
    assert all(one.kind is Kind.MENTION for one in taken)
    return taken


def send(connection: sa.Connection, one: Claimed, message: int) -> None:
    """Discord has it."""
    sent = Sent(one, message, one.channel_id, "Discord's answer", NOW + timedelta(hours=2))
    record_sent(connection, [sent], "w", NOW)


def test_all_whose_dms_are_closed_are_named_at_once(store: Store) -> None:
    """One post, in the channel that the server chose; nothing is due before they could be gathered."""

    def unit(connection: sa.Connection) -> None:
        due(connection, range(1, 8))
        assert mentions(connection, NOW) == []
        (one,) = mentions(connection, NOW + SOON)
        assert (one.channel_id, one.anchor_id) == (MENTIONS, 1)
        assert one.recipient_kind is RecipientKind.CHANNEL
        assert one.members == tuple(range(1, 8))
        send(connection, one, 50)
        assert mentions(connection, NOW + timedelta(minutes=5)) == []
        server = find_server(connection, SERVER)
        assert server is not None
        assert server.mention_anchor_id == 50

    store.write_now(unit)


def test_a_server_that_did_not_choose_mentions_nobody(store: Store) -> None:
    """Whoever asked for a reminder is named in public only where an admin wants it."""

    def unit(connection: sa.Connection) -> None:
        choose(connection, None)
        due(connection, range(1, 8))
        claim(connection, NOW, "w", 100)
        assert mentions(connection, NOW + SOON) == []

    store.write_now(unit)


def test_more_than_fit_are_named_in_further_posts(store: Store) -> None:
    """Each member once, sixty to a post."""

    def unit(connection: sa.Connection) -> None:
        members = range(1, 2 * MOST_NAMED + 6)
        due(connection, members)
        while claim(connection, NOW, "w", 100).more:
            pass
        named: list[int] = []
        for n in range(3):
            (one,) = mentions(connection, NOW + SOON * (n + 1))
            assert len(one.members) <= MOST_NAMED
            named += one.members
            send(connection, one, 50 + n)
        assert sorted(named) == list(members)
        assert mentions(connection, NOW + SOON * 9) == []

    store.write_now(unit)


def test_a_repeat_names_the_same_and_who_comes_later_gets_another(store: Store) -> None:
    """A post that is tried again reads as it did; nobody is named in two."""

    def unit(connection: sa.Connection) -> None:
        occurrence = due(connection, range(1, 3))
        claim(connection, NOW, "w", 100)
        (first,) = mentions(connection, NOW + SOON)
        add_delivery(connection, occurrence, 1_000, state=State.PENDING)
        save_subscription(
            connection, Subscription(SERVER, 1_000, frozenset({"ruins"}), (3_600,)), NOW
        )
        dm_refused(connection, 1_000, None, "closed", NOW)
        busy = decide(first, RetryAt("busy", 1), NOW, NOW, 0.5)
        assert isinstance(busy, Setback)
        record_setbacks(connection, [busy], "w", NOW)
        claim(connection, NOW, "w", 100)
        (again,) = mentions(connection, NOW + SOON * 2)
        assert (again.id, again.members) == (first.id, (1, 2))
        send(connection, again, 50)
        (later,) = mentions(connection, NOW + SOON * 3)
        assert later.members == (1_000,)

    store.write_now(unit)


def test_it_waits_for_the_others_of_its_firing_and_not_for_ever(store: Store) -> None:
    """While reminders are still on their way somebody may be added; after a minute it goes all the same."""

    def unit(connection: sa.Connection) -> None:
        occurrence = due(connection, range(1, 3))
        add_delivery(connection, occurrence, 5, state=State.SENDING)
        claim(connection, NOW, "w", 100)
        assert mentions(connection, NOW + SOON) == []
        (one,) = mentions(connection, NOW + LONGEST_WAIT)
        assert one.members == (1, 2)

    store.write_now(unit)


def test_a_refusal_by_discord_is_noted_like_a_known_one(store: Store) -> None:
    """The first DM that is refused suspends the member, and owes the mention in the same transaction."""

    def unit(connection: sa.Connection) -> None:
        due(connection, range(7, 8), closed=False)
        (one,) = claim(connection, NOW, "w", 10).taken
        refused = decide(one, Refused("closed", Scope.MEMBER, 403, 50007), NOW, NOW, 0.5)
        assert isinstance(refused, Setback)
        record_setbacks(connection, [refused], "w", NOW)
        assert [each.members for each in mentions(connection, NOW + SOON)] == [(7,)]

    store.write_now(unit)


def test_who_unsubscribes_is_not_named(store: Store) -> None:
    """Nothing more is handed to Discord once unsubscribing has answered, a mention neither."""

    def unit(connection: sa.Connection) -> None:
        due(connection, range(1, 4))
        claim(connection, NOW, "w", 100)
        remove_subscription(connection, SERVER, 2, NOW)
        assert [each.members for each in mentions(connection, NOW + SOON)] == [(1, 3)]

    store.write_now(unit)


def test_a_channel_that_refuses_mentions_still_gets_its_posts(store: Store) -> None:
    """Only mentions stop, until an admin acts; the reminders' own channel is not touched."""

    def unit(connection: sa.Connection) -> None:
        due(connection, range(1, 4))
        claim(connection, NOW, "w", 100)
        (one,) = mentions(connection, NOW + SOON)
        refused = decide(one, Refused("no", Scope.CHANNEL, 403, 50013), NOW, NOW, 0.5)
        assert isinstance(refused, Setback)
        record_setbacks(connection, [refused], "w", NOW)
        server = find_server(connection, SERVER)
        assert server is not None
        assert (server.mention_refused, server.channel_refused) == ("no", None)
        add_delivery(connection, one.occurrence_id, 1_000, state=State.PENDING)
        claim(connection, NOW, "w", 100)
        assert mentions(connection, NOW + SOON * 9) == []

    store.write_now(unit)


def test_what_is_over_is_forgotten(store: Store) -> None:
    """With its occurrence, whole."""

    def unit(connection: sa.Connection) -> None:
        due(connection, range(1, 4))
        claim(connection, NOW, "w", 100)
        while prune(connection, NOW + timedelta(days=90), timedelta(days=30)).more:
            pass
        assert connection.execute(sa.select(unreached)).all() == []
        assert connection.execute(sa.select(deliveries)).all() == []

    store.write_now(unit)


def test_a_mention_that_nobody_is_left_for_is_not_made(store: Store) -> None:
    """Whoever it would have named has unsubscribed meanwhile."""

    def unit(connection: sa.Connection) -> None:
        due(connection, range(1, 3))
        claim(connection, NOW, "w", 10)
        for member in (1, 2):
            remove_subscription(connection, SERVER, member, NOW)
        claims = claim(connection, NOW + SOON, "w", 10)
        assert claims.taken == []
        (settled,) = claims.settled
        assert (settled.state, settled.reason) == (
            State.CANCELLED,
            "nobody is left to be mentioned",
        )

    store.write_now(unit)
