"""However a calendar came to be what it is, what is ahead is what its last version says."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.stored_calendar import NOW, add_server, fresh_store

from tocsin.calendar.event import Event
from tocsin.store.engine import Connection, Store
from tocsin.store.events import extend_horizon, merge_events
from tocsin.store.tables import firings, occurrence_keys, occurrences

HOUR = timedelta(hours=1)
OLD, FRESH = 1, 2

RULES = (None, None, "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,TH")
one_event = st.tuples(
    st.integers(-200, 1600),
    st.integers(1, 30),
    st.sampled_from(("Altar fight", "Ruins", "Meeting")),
    st.sampled_from(("ruins", "major", "boss rush")),
    st.sampled_from(RULES),
)
version = st.dictionaries(st.sampled_from("abcd"), one_event, min_size=1)
history = st.lists(st.tuples(version, st.integers(0, 100)), min_size=1, max_size=4)


def event_from(uid: str, made: tuple[int, int, str, str, str | None]) -> Event:
    start, length, title, category, rule = made
    return Event.single(
        uid=uid,
        title=title,
        start=NOW + start * HOUR,
        end=length * HOUR,
        category=category,
        rrule=rule,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("property")
    store = fresh_store(folder)
    for server in (OLD, FRESH):
        store.write_now(add_server, server)
    yield store
    store.close()


def ahead(connection: Connection, server: int, now: datetime) -> list[Any]:
    """What is on the calendar from now on: times, texts, choices and what falls due."""
    found = connection.execute(
        sa.select(occurrences).where(
            occurrences.c.server_id == server,
            occurrences.c.ends_at > now,
            occurrences.c.cancelled.is_(False),
        )
    ).all()
    return sorted(
        (
            row.starts_at,
            row.ends_at,
            row.title,
            row.category,
            row.slot,
            sorted(
                connection.scalars(
                    sa.select(occurrence_keys.c.key).where(
                        occurrence_keys.c.occurrence_id == row.id
                    )
                )
            ),
            sorted(
                tuple(each)
                for each in connection.execute(
                    sa.select(firings.c.lead, firings.c.due_at).where(
                        firings.c.occurrence_id == row.id, firings.c.due_at >= now
                    )
                )
            ),
        )
        for row in found
    )


@given(history=history)
@settings(max_examples=40, deadline=None)
def test_merging_edits_is_importing_the_last_version(store: Store, history: list[Any]) -> None:
    """Times, texts, choices, slots and firings ahead are those of a fresh import."""
    with store.connect() as connection:
        transaction = connection.begin()
        now = NOW
        for made, hours in history:
            now += hours * HOUR
            source = [event_from(uid, each) for uid, each in made.items()]
            merge_events(connection, OLD, "file", source, now, complete=True)
        extend_horizon(connection, now)
        merge_events(connection, FRESH, "file", source, now, complete=True)
        until = now + timedelta(days=59)
        assert [each for each in ahead(connection, OLD, now) if each[0] < until] == [
            each for each in ahead(connection, FRESH, now) if each[0] < until
        ]
        transaction.rollback()
