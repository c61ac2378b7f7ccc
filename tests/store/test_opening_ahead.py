"""Whose DM channel is opened ahead of time, and in which order."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import NOW, SERVER, add_occurrence, add_server, fresh_store

from tocsin.reminders.subscription import Subscription
from tocsin.store import firings
from tocsin.store.dm_channels import (
    dm_not_opened,
    dm_refused,
    dm_worked,
    find_dm,
    members_without_channel,
)
from tocsin.store.engine import Store
from tocsin.store.servers import bot_left
from tocsin.store.subscriptions import save_subscription
from tocsin.store.tables import occurrence_keys

HOUR, OTHER = 3_600, 77
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = fresh_store(tmp_path)
    made.write_now(add_server)
    made.write_now(add_server, OTHER)
    yield made
    made.close()


def member(
    connection: sa.Connection, member_id: int, choice: str, lead: int = HOUR, server: int = SERVER
) -> None:
    asked = Subscription(server, member_id, frozenset({choice}), (lead,))
    save_subscription(connection, asked, NOW)


def fires(connection: sa.Connection, choice: str, after: timedelta, server: int = SERVER) -> None:
    """An occurrence of which who asked for `choice` an hour before is told so long from now."""
    start = NOW + after + timedelta(seconds=HOUR)
    made = add_occurrence(connection, start, server, f"{choice} {after}")
    connection.execute(sa.insert(occurrence_keys).values(occurrence_id=made, key=choice))
    firings.plan_occurrences(connection, server, [(made, start)], NOW)


def test_who_is_told_next_comes_first(store: Store) -> None:
    """By what each member asked for, over all servers; who has nothing ahead comes last."""

    def unit(connection: sa.Connection) -> None:
        member(connection, 1, "nothing")
        member(connection, 2, "ruins")
        member(connection, 3, "altars")
        member(connection, 4, "ruins", server=OTHER)
        member(connection, 5, "altars", lead=0)
        member(connection, 6, "ruins")
        member(connection, 6, "ruins", server=OTHER)
        fires(connection, "altars", 5 * MINUTE)
        fires(connection, "ruins", 20 * MINUTE)
        fires(connection, "ruins", 10 * MINUTE, OTHER)
        assert members_without_channel(connection, NOW, 10) == [3, 4, 6, 2, 5, 1]
        assert members_without_channel(connection, NOW, 2) == [3, 4]
        bot_left(connection, OTHER, NOW)
        assert members_without_channel(connection, NOW, 10) == [3, 2, 6, 5, 1]

    store.write_now(unit)


def test_who_cannot_be_opened_keeps_nobody_waiting(store: Store) -> None:
    """They are tried again after an hour, and for a day after everybody else."""

    def unit(connection: sa.Connection) -> None:
        member(connection, 1, "ruins")
        member(connection, 2, "nothing")
        fires(connection, "ruins", 5 * MINUTE)
        dm_not_opened(connection, 1, NOW)
        assert members_without_channel(connection, NOW + MINUTE, 1) == [2]
        assert members_without_channel(connection, NOW + MINUTE, 10) == [2]
        later = NOW + timedelta(hours=1)
        fires(connection, "ruins", timedelta(hours=30))
        assert members_without_channel(connection, later, 10) == [2, 1]
        assert members_without_channel(connection, NOW + timedelta(days=1), 10) == [1, 2]

    store.write_now(unit)


def test_who_is_open_or_closed_is_left_alone(store: Store) -> None:
    """Also where a failure to open was noted; that takes nothing away."""

    def unit(connection: sa.Connection) -> None:
        for number in (1, 2):
            member(connection, number, "ruins")
        dm_worked(connection, 1, 71, 700, NOW)
        dm_refused(connection, 2, None, "closed", NOW)
        dm_not_opened(connection, 1, NOW)
        assert members_without_channel(connection, NOW + timedelta(days=2), 10) == []
        known = find_dm(connection, 1)
        assert known is not None
        assert (known.channel_id, known.last_message_id) == (71, 700)

    store.write_now(unit)
