"""Merging a source: what it says comes to stand in the store, and what it repeats touches nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_server,
    fresh_store,
    subscribe,
)

from tocsin.calendar.event import Event
from tocsin.calendar.presets import PLAIN
from tocsin.reminders.delivery import Kind, State
from tocsin.store.engine import Connection, Store
from tocsin.store.events import Merge, extend_horizon, merge_events, realign_days
from tocsin.store.servers import categories_of
from tocsin.store.setting_up import set_up as set_up_unit
from tocsin.store.tables import deliveries, events, firings, occurrence_keys, occurrences, servers

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


def an_event(uid: str, start: date, **fields: Any) -> Event:
    values: dict[str, Any] = {"title": f"Event {uid}", "category": "ruins", "end": HOUR, **fields}
    return Event.single(uid=uid, start=start, **values)


def merge(store: Store, *incoming: Event, now: datetime = NOW, **options: Any) -> Merge:
    settings: dict[str, Any] = {"complete": True, **options}
    return store.write_now(merge_events, SERVER, "file", incoming, now, **settings)


def rows(store: Store) -> list[sa.Row[Any]]:
    def read(connection: Connection) -> list[sa.Row[Any]]:
        query = sa.select(occurrences).order_by(occurrences.c.starts_at, occurrences.c.id)
        return list(connection.execute(query).all())

    return store.read_now(read)


def due(store: Store) -> set[tuple[int, int, datetime]]:
    def read(connection: Connection) -> set[tuple[int, int, datetime]]:
        columns = (firings.c.occurrence_id, firings.c.lead, firings.c.due_at)
        return {(row[0], row[1], row[2]) for row in connection.execute(sa.select(*columns))}

    return store.read_now(read)


def written(store: Store) -> int:
    """How many rows the writing connection has changed in its life."""
    with store.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        return int(raw.total_changes)


def test_a_new_event_brings_its_occurrence_keys_and_firings(store: Store) -> None:
    """Public id, subscription choices and one firing for each lead in use."""
    outcome = merge(store, an_event("a", NOW + 50 * HOUR, category="altars", location="North"))
    (row,) = rows(store)
    assert row.public_id == "altars:2026-03-04T14:00:00+00:00"
    assert (row.title, row.location, row.revision) == ("Event a", "North", 0)
    assert {lead for _, lead, _ in due(store)} == {0, 3600, 14400, 43200, 86400}
    keys = store.read_now(lambda c: set(c.scalars(sa.select(occurrence_keys.c.key))))
    assert keys == {"altars", "all", "fights"}
    assert (outcome.added, outcome.written.added, outcome.written.firings) == (1, 1, 5)


def test_two_of_one_type_at_one_time_have_ids_of_their_own(store: Store) -> None:
    """The second is told apart by its title."""
    merge(store, an_event("a", NOW + DAY), an_event("b", NOW + DAY))
    assert [row.public_id for row in rows(store)] == [
        "ruins:2026-03-03T12:00:00+00:00",
        "ruins:event-b:2026-03-03T12:00:00+00:00",
    ]


def test_the_same_again_writes_nothing(store: Store) -> None:
    """Not one row, and no other process is woken."""
    source = [
        an_event("a", NOW + DAY),
        an_event("w", datetime(2026, 3, 9, 19, tzinfo=BERLIN), rrule="FREQ=WEEKLY"),
    ]
    merge(store, *source)
    before = written(store)
    watch: Any = store.read_now(lambda c: c.exec_driver_sql("PRAGMA data_version").scalar())
    outcome = merge(store, *source)
    assert outcome.changes_nothing
    assert outcome.unchanged == 2
    assert written(store) == before
    assert store.read_now(lambda c: c.exec_driver_sql("PRAGMA data_version").scalar()) == watch


def test_a_changed_text_stays_the_same_occurrence(store: Store) -> None:
    """The row, its id and its firings stay; its revision says that something changed."""
    merge(store, an_event("a", NOW + DAY))
    (before,), fires = rows(store), due(store)
    outcome = merge(store, an_event("a", NOW + DAY, title="Altar fight", location="South"))
    (after,) = rows(store)
    assert (after.id, after.public_id) == (before.id, before.public_id)
    assert (after.title, after.location, after.revision) == ("Altar fight", "South", 1)
    assert due(store) == fires
    assert (outcome.changed, outcome.written.notices) == (("Altar fight",), 0)


def test_another_type_is_asked_for_by_others(store: Store) -> None:
    """The keys follow, and a firing whose staging has begun is staged anew for who matches now."""
    merge(store, an_event("a", NOW + DAY))
    store.write_now(lambda c: c.execute(sa.update(firings).values(begun_at=NOW, staged_at=NOW)))
    merge(store, an_event("a", NOW + DAY, category="altars"))
    keys = store.read_now(lambda c: set(c.scalars(sa.select(occurrence_keys.c.key))))
    assert keys == {"altars", "all", "fights"}
    unstaged = sa.select(sa.func.count()).where(firings.c.staged_at.is_(None))
    assert store.read_now(lambda c: c.scalar(unstaged)) == len(due(store)) > 0


def test_a_moved_event_is_the_same_occurrence_and_is_told_of(store: Store) -> None:
    """Its firings move with it, and a member who had the old start gets a change notice."""
    merge(store, an_event("a", NOW + DAY))
    (before,) = rows(store)
    store.write_now(subscribe, 1)
    store.write_now(add_delivery, before.id, 1)
    outcome = merge(store, an_event("a", NOW + 3 * DAY))
    (after,) = rows(store)
    assert (after.id, after.public_id) == (before.id, before.public_id)
    assert after.starts_at == NOW + 3 * DAY
    assert {at for _, lead, at in due(store) if lead == 3600} == {NOW + 3 * DAY - HOUR}
    assert (outcome.written.moved, outcome.written.notices) == (1, 1)
    notice = store.read_now(
        lambda c: c.execute(sa.select(deliveries).where(deliveries.c.kind == Kind.CHANGE)).one()
    )
    assert (notice.recipient_id, notice.sequence, notice.state) == (1, 1, State.PENDING)


def test_what_the_source_drops_is_cancelled_if_it_is_ahead(store: Store) -> None:
    """The past stays as it was; the future is cancelled, and comes back if the source brings it."""
    past, ahead, other = (
        an_event("past", NOW - DAY),
        an_event("ahead", NOW + DAY),
        an_event("other", NOW + 2 * DAY),
    )
    merge(store, past, ahead, other, now=NOW - 2 * DAY)
    outcome = merge(store, other)
    assert outcome.removed == ("Event ahead",)
    assert {row.title: row.cancelled for row in rows(store)} == {
        "Event past": False,
        "Event ahead": True,
        "Event other": False,
    }
    gone = next(row for row in rows(store) if row.cancelled)
    assert gone.id not in {occurrence for occurrence, _, _ in due(store)}
    merge(store, ahead, other)
    back = next(row for row in rows(store) if row.title == "Event ahead")
    assert (back.id, back.cancelled) == (gone.id, False)
    assert gone.id in {occurrence for occurrence, _, _ in due(store)}


def test_an_incomplete_source_takes_nothing_away_and_says_what_is_missing(store: Store) -> None:
    """So that a file with an unreadable row does not cancel what stands in that row."""
    merge(store, an_event("a", NOW + DAY), an_event("b", NOW + DAY))
    outcome = merge(store, an_event("a", NOW + DAY), complete=False)
    assert (outcome.removed, outcome.missing) == ((), ("Event b",))
    assert not any(row.cancelled for row in rows(store))


def test_an_empty_source_changes_nothing(store: Store) -> None:
    """Nothing is cancelled because a feed came back empty."""
    merge(store, an_event("a", NOW + DAY))
    outcome = merge(store)
    assert outcome.changes_nothing
    assert not rows(store)[0].cancelled


def test_sources_do_not_touch_each_other(store: Store) -> None:
    """The same UID from another source is another event."""
    merge(store, an_event("a", NOW + DAY))
    store.write_now(
        merge_events, SERVER, "other", [an_event("a", NOW + 2 * DAY)], NOW, complete=True
    )
    assert [row.cancelled for row in rows(store)] == [False, False]


def test_a_series_that_goes_to_another_day_keeps_its_occurrences(store: Store) -> None:
    """Each Monday becomes the Tuesday after it, and whoever was told of one hears of it."""
    monday = datetime(2026, 3, 9, 19, tzinfo=BERLIN)
    merge(store, an_event("w", monday, rrule="FREQ=WEEKLY"))
    before = rows(store)
    assert len(before) == 8
    store.write_now(subscribe, 1)
    store.write_now(add_delivery, before[0].id, 1)
    outcome = merge(store, an_event("w", monday + DAY, rrule="FREQ=WEEKLY"))
    after = [row for row in rows(store) if not row.cancelled]
    assert {row.id for row in after} <= {row.id for row in before}
    assert after[0].id == before[0].id
    assert after[0].starts_at == before[0].starts_at + DAY
    assert outcome.written.notices == 1


def test_daylight_saving_moves_the_instant_and_not_the_hour(store: Store) -> None:
    """A weekly 19:00 in Berlin is 18:00 UTC in winter and 17:00 in summer."""
    merge(store, an_event("w", datetime(2026, 3, 9, 19, tzinfo=BERLIN), rrule="FREQ=WEEKLY"))
    assert {row.starts_at.hour for row in rows(store)} == {17, 18}


def test_an_unknown_type_becomes_a_category(store: Store) -> None:
    """With the words of the file as its label; a known alias is no new one."""
    outcome = merge(
        store,
        an_event("a", NOW + DAY, category="boss-rush"),
        an_event("b", NOW + DAY, category="next altars"),
        labels={"boss-rush": "Boss Rush!"},
    )
    assert outcome.new_categories == ("Boss Rush!",)
    known = store.read_now(categories_of, SERVER)
    assert [one.label for one in known][-1] == "Boss Rush!"
    assert {row.category for row in rows(store)} == {"boss-rush", "altars"}


def test_the_past_writes_no_rows_and_what_runs_counts(store: Store) -> None:
    """An event is kept, its past occurrences are not made; one that still runs is."""
    merge(
        store,
        an_event("past", NOW - 2 * DAY),
        an_event("runs", NOW - HOUR, end=3 * HOUR),
    )
    assert [row.title for row in rows(store)] == ["Event runs"]
    assert due(store) == set()
    kept = store.read_now(lambda c: c.scalar(sa.select(sa.func.count()).select_from(events)))
    assert kept == 2


def test_a_series_of_too_many_dates_is_refused_alone(store: Store) -> None:
    """Its title and the reason are said, and the others go in."""
    many = an_event("many", NOW - 13_000 * DAY, end=None, rrule="FREQ=MINUTELY;INTERVAL=30")
    outcome = merge(store, many, an_event("a", NOW + DAY))
    assert [row.title for row in rows(store)] == ["Event a"]
    ((title, reason),) = outcome.refused
    assert title == "Event many"
    assert "too finely" in reason


def test_whole_days_follow_the_zone_of_the_server(store: Store) -> None:
    """They fall due at nine there; when the zone changes, so does the instant."""
    merge(store, an_event("d", date(2026, 3, 10), end=None), an_event("t", NOW + DAY))
    starts = {row.title: row.starts_at for row in rows(store)}
    assert starts["Event d"] == datetime(2026, 3, 10, 8, tzinfo=UTC)
    elsewhere = sa.update(servers).values(zone="America/New_York")
    store.write_now(lambda c: c.execute(elsewhere))
    assert store.write_now(realign_days, SERVER, NOW).moved == 1
    after = {row.title: row.starts_at for row in rows(store)}
    assert after["Event d"] == datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert after["Event t"] == starts["Event t"]
    assert store.write_now(realign_days, SERVER, NOW).moved == 0


def test_setting_up_another_zone_moves_whole_days_with_it(store: Store) -> None:
    """An admin who chooses the zone after the calendar came in has its days fall due at nine there."""
    merge(store, an_event("d", date(2026, 3, 10), end=None))
    set_up = partial(
        set_up_unit,
        horizon=60 * DAY,
        all_day_at=time(9),
        name="S",
        channel_id=5,
        anchor_id=6,
        preset=PLAIN,
        windows=(0,),
        actor="1",
    )
    store.write_now(lambda c: set_up(c, SERVER, NOW, zone="Asia/Tokyo"))
    (row,) = rows(store)
    assert row.starts_at == datetime(2026, 3, 10, 0, tzinfo=UTC)


class TestHorizon:
    """Rows follow the clock, sixty days ahead of it."""

    def test_rows_end_at_the_horizon_and_follow_the_clock(self, store: Store) -> None:
        """A day later the next days are there, and nothing is written twice."""
        merge(store, an_event("d", NOW + HOUR, rrule="FREQ=DAILY"))
        assert len(rows(store)) == 60
        before = written(store)
        assert store.write_now(extend_horizon, NOW + 23 * HOUR).events == 0
        assert written(store) == before
        extended = store.write_now(extend_horizon, NOW + 30 * HOUR)
        assert (extended.events, extended.occurrences, extended.more) == (1, 2, False)
        assert len(rows(store)) == 62
        assert store.write_now(extend_horizon, NOW + 31 * HOUR).events == 0

    def test_a_single_event_beyond_it_comes_when_it_is_near(self, store: Store) -> None:
        """Until then no look at it is taken, and after that none is."""
        merge(store, an_event("far", NOW + 100 * DAY))
        assert rows(store) == []
        assert store.write_now(extend_horizon, NOW + 30 * DAY).events == 0
        assert store.write_now(extend_horizon, NOW + 40 * DAY + HOUR).occurrences == 1
        assert store.write_now(extend_horizon, NOW + 45 * DAY).events == 0

    def test_a_series_that_has_ended_is_left_alone(self, store: Store) -> None:
        """Nobody looks at it every day for ever."""
        merge(store, an_event("old", NOW - 90 * DAY, rrule="FREQ=WEEKLY;COUNT=3"))
        assert store.write_now(extend_horizon, NOW + 100 * DAY).events == 0

    def test_work_comes_in_bounded_batches(self, store: Store) -> None:
        """So that no writer is held up by a large calendar."""
        merge(store, *(an_event(f"d{n}", NOW + HOUR, rrule="FREQ=DAILY") for n in range(5)))
        later = NOW + 2 * DAY
        assert store.write_now(extend_horizon, later, limit=3).more
        assert store.write_now(extend_horizon, later, limit=3).events == 2
        assert len(rows(store)) == 5 * 62
