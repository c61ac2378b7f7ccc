"""Editing by hand: one event or one date changes, the rest stays, and those concerned are told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
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
from tocsin.reminders.delivery import Kind, State
from tocsin.reminders.subscription import Subscription
from tocsin.store import calendar_view
from tocsin.store.engine import Store
from tocsin.store.event_edits import (
    EventCancelled,
    EventUnknown,
    add_event,
    cancel_event,
    edit_event,
)
from tocsin.store.events import extend_horizon, merge_events
from tocsin.store.server_calendar import ServerUnknown
from tocsin.store.staging import stage
from tocsin.store.subscriptions import save_subscription
from tocsin.store.tables import audit, deliveries, firings, occurrences

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 9, 19, tzinfo=BERLIN)

adding = partial(add_event, actor="a test")
editing = partial(edit_event, actor="a test")
cancelling = partial(cancel_event, actor="a test")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


def weekly(store: Store) -> int:
    event = Event.single(
        uid="w", title="Meeting", start=MONDAY, end=2 * HOUR, category="ruins", rrule="FREQ=WEEKLY"
    )
    return store.write_now(adding, SERVER, event, NOW).event_id


def dates(store: Store) -> list[sa.Row[Any]]:
    query = sa.select(occurrences).order_by(occurrences.c.slot)
    return store.read_now(lambda c: list(c.execute(query).all()))


def test_adding_says_what_comes_and_leaves_a_line_in_the_audit(store: Store) -> None:
    """The next three dates, all within the horizon written."""
    event_id = weekly(store)
    assert len(dates(store)) == 8
    line = store.read_now(lambda c: c.execute(sa.select(audit)).one())
    assert (line.actor, line.action, line.server_id) == ("a test", "added an event", SERVER)
    assert line.details == {"event": event_id, "title": "Meeting"}


def test_one_date_moves_and_the_others_stay(store: Store) -> None:
    """The same occurrence, its old reminders gone, and who was told is told of the change."""
    event_id = weekly(store)
    first = dates(store)[0]
    store.write_now(subscribe, 1)
    store.write_now(add_delivery, first.id, 1)
    edited = store.write_now(
        editing, SERVER, event_id, lambda e: e.move(first.slot, MONDAY + 2 * HOUR), NOW
    )
    after = dates(store)
    assert after[0].id == first.id
    assert after[0].starts_at == MONDAY + 2 * HOUR
    assert after[0].ends_at == MONDAY + 4 * HOUR
    assert [row.revision for row in after] == [1] + [0] * 7
    assert (edited.written.moved, edited.written.notices) == (1, 1)
    told = store.read_now(
        lambda c: list(
            c.scalars(sa.select(deliveries.c.recipient_id).where(deliveries.c.kind == Kind.CHANGE))
        )
    )
    assert told == [1]


def test_a_move_that_is_undone_finds_its_occurrence_and_tells_nobody_twice(store: Store) -> None:
    """Back at the old start before anyone was told, the notice that waits is withdrawn."""
    event_id = weekly(store)
    first = dates(store)[0]
    store.write_now(subscribe, 1)
    store.write_now(add_delivery, first.id, 1)
    store.write_now(editing, SERVER, event_id, lambda e: e.move(first.slot, MONDAY + 2 * HOUR), NOW)
    edited = store.write_now(editing, SERVER, event_id, lambda e: e.restore(first.slot), NOW)
    assert dates(store)[0].starts_at == MONDAY
    assert edited.written.notices == 0
    reminding = sa.select(sa.func.count()).where(firings.c.occurrence_id == first.id)
    assert store.read_now(lambda c: c.scalar(reminding)) == 5


def test_one_date_is_cancelled_and_stays_so(store: Store) -> None:
    """Nothing falls due for it, those told hear of it, and the daily look does not bring it back."""
    event_id = weekly(store)
    first = dates(store)[0]
    store.write_now(subscribe, 1)
    store.write_now(add_delivery, first.id, 1)
    edited = store.write_now(cancelling, SERVER, event_id, NOW, slot=first.slot)
    assert (edited.written.cancelled, edited.written.notices) == (1, 1)
    store.write_now(extend_horizon, NOW + 2 * DAY)
    after = dates(store)
    assert [row.cancelled for row in after][:3] == [True, False, False]
    left = sa.select(sa.func.count()).where(firings.c.occurrence_id == first.id)
    assert store.read_now(lambda c: c.scalar(left)) == 0


def test_other_texts_are_tried_although_discord_refused_the_ones_before(store: Store) -> None:
    """An edit of the title or the description ends the plain telling; a move alone does not."""
    event_id = weekly(store)
    refused = sa.update(occurrences).values(texts_refused="bad form")
    store.write_now(lambda c: c.execute(refused))
    first = dates(store)[0]
    store.write_now(editing, SERVER, event_id, lambda e: e.move(first.slot, MONDAY + 2 * HOUR), NOW)
    assert dates(store)[0].texts_refused == "bad form"
    store.write_now(editing, SERVER, event_id, lambda e: e.with_change(title="Tidy"), NOW)
    assert {row.texts_refused for row in dates(store)} == {None}


def test_what_is_in_doubt_when_a_date_is_cancelled_is_still_settled(store: Store) -> None:
    """It may have arrived: whoever it reached hears of the cancellation, and what waits is not sent."""
    event_id = weekly(store)
    first = dates(store)[0]
    states = {1: State.UNKNOWN, 2: State.SENDING, 3: State.PENDING}
    for member, state in states.items():
        store.write_now(subscribe, member)
        store.write_now(add_delivery, first.id, member, state=state)
    edited = store.write_now(cancelling, SERVER, event_id, NOW, slot=first.slot)
    assert edited.written.notices == 2
    found = sa.select(deliveries.c.recipient_id, deliveries.c.state).where(
        deliveries.c.kind == Kind.REMINDER
    )
    after = store.read_now(lambda c: {row[0]: row[1] for row in c.execute(found)})
    assert after == states | {3: State.CANCELLED}


def test_a_cancelled_event_has_no_dates_and_is_edited_no_more(store: Store) -> None:
    """It is kept; to change it one adds another."""
    event_id = weekly(store)
    store.write_now(cancelling, SERVER, event_id, NOW)
    assert all(row.cancelled for row in dates(store))
    with pytest.raises(EventCancelled, match="Meeting"):
        store.write_now(cancelling, SERVER, event_id, NOW)


def test_an_edit_outlasts_a_source_that_says_the_same(store: Store) -> None:
    """The source has its say in what it changes itself, and only there."""
    event = Event.single(uid="a", title="Meeting", start=NOW + DAY, end=HOUR, category="ruins")
    merging = partial(merge_events, complete=True)
    store.write_now(merging, SERVER, "file", [event], NOW)
    event_id = dates(store)[0].event_id
    store.write_now(editing, SERVER, event_id, lambda e: e.with_change(title="Gathering"), NOW)
    assert store.write_now(merging, SERVER, "file", [event], NOW).changes_nothing
    assert dates(store)[0].title == "Gathering"
    for place in ("South", "North"):
        merge = store.write_now(merging, SERVER, "file", [event.with_change(location=place)], NOW)
        assert (dates(store)[0].title, dates(store)[0].location) == ("Gathering", place)
        assert (merge.kept, merge.undone) == (("Meeting",), ())
    renamed = event.with_change(title="Assembly", location="North")
    merge = store.write_now(merging, SERVER, "file", [renamed], NOW)
    assert dates(store)[0].title == "Assembly"
    assert merge.undone == (("Assembly", "its title"),)
    assert store.write_now(merging, SERVER, "file", [renamed], NOW).changes_nothing


def test_what_was_cancelled_or_moved_by_hand_is_not_brought_back(store: Store) -> None:
    """The source changes only the place, and nobody is told of a change that none was."""
    found = [
        Event.single(uid=uid, title=uid, start=NOW + DAY, end=HOUR, category="ruins")
        for uid in ("cancelled", "moved")
    ]
    merging = partial(merge_events, complete=True)
    store.write_now(merging, SERVER, "file", found, NOW)
    first, second = (row.event_id for row in dates(store))
    store.write_now(cancelling, SERVER, first, NOW)
    store.write_now(editing, SERVER, second, lambda e: e.with_change(start=NOW + 2 * DAY), NOW)
    merge = store.write_now(
        merging, SERVER, "file", [event.with_change(location="South") for event in found], NOW
    )
    assert [(row.title, row.cancelled, row.starts_at) for row in dates(store)] == [
        ("cancelled", True, NOW + DAY),
        ("moved", False, NOW + 2 * DAY),
    ]
    assert dates(store)[1].location == "South"
    assert merge.kept == ("cancelled", "moved")
    assert (merge.written.moved, merge.written.restored, merge.written.changed) == (0, 0, 1)


def test_edits_of_an_older_version_are_kept_or_named(store: Store) -> None:
    """Whose lines in the audit hold the text alone; where there is none, what gives way is said."""
    found = [
        Event.single(uid=uid, title=uid, start=NOW + DAY, end=HOUR, category="ruins")
        for uid in ("a", "b", "c")
    ]
    merging = partial(merge_events, complete=True)
    store.write_now(merging, SERVER, "file", found, NOW)
    ids = [row.event_id for row in dates(store)]
    for event_id in ids[:2]:
        store.write_now(editing, SERVER, event_id, lambda e: e.with_change(title="Edited"), NOW)
    store.write_now(cancelling, SERVER, ids[2], NOW)

    def forget(connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(audit)).all():
            before = {} if row.details["event"] != ids[0] else {"before": row.details["before"]}
            details = {"event": row.details["event"], "title": "", **before}
            connection.execute(sa.update(audit).where(audit.c.id == row.id).values(details=details))

    store.write_now(forget)
    again = [event.with_change(location="South") for event in found]
    merge = store.write_now(merging, SERVER, "file", again, NOW)
    assert [(row.title, row.cancelled) for row in dates(store)] == [
        ("Edited", False),
        ("b", False),
        ("c", True),
    ]
    assert (merge.kept, merge.undone) == (("a", "c"), (("b", "what was changed"),))


def test_what_its_source_mentions_again_is_back_and_not_moved(store: Store) -> None:
    """It was the source that had taken it away."""
    event = Event.single(uid="a", title="Meeting", start=NOW + DAY, end=HOUR, category="ruins")
    other = Event.single(uid="b", title="Other", start=NOW + DAY, end=HOUR, category="ruins")
    merging = partial(merge_events, complete=True)
    for said in ([event, other], [other]):
        store.write_now(merging, SERVER, "file", said, NOW)
    merge = store.write_now(merging, SERVER, "file", [event, other], NOW)
    assert (merge.written.restored, merge.written.moved) == (1, 0)


def test_an_edit_that_changes_nothing_writes_nothing(store: Store) -> None:
    """Not even in the audit."""
    event_id = weekly(store)
    store.write_now(editing, SERVER, event_id, lambda e: e.with_change(title="Meeting"), NOW)
    lines = store.read_now(lambda c: c.scalar(sa.select(sa.func.count()).select_from(audit)))
    assert lines == 1


def test_what_is_not_there_is_said(store: Store) -> None:
    """An unknown server, an unknown event, and an event of another server."""
    event_id = weekly(store)
    store.write_now(add_server, 99)
    with pytest.raises(ServerUnknown):
        store.write_now(cancelling, 1, event_id, NOW)
    with pytest.raises(EventUnknown):
        store.write_now(cancelling, SERVER, event_id + 1, NOW)
    with pytest.raises(EventUnknown):
        store.write_now(cancelling, 99, event_id, NOW)


def test_the_view_goes_beyond_the_horizon(store: Store) -> None:
    """Rows have their numbers, later dates the ids that they will get, and both are found by id."""
    weekly(store)
    entries = store.read_now(calendar_view.between, SERVER, NOW, NOW + 100 * DAY)
    assert len(entries) == 14
    assert [entry.occurrence_id is None for entry in entries] == [False] * 8 + [True] * 6
    for entry in (entries[0], entries[-1]):
        assert store.read_now(calendar_view.find_entry, SERVER, entry.public_id) == entry
    assert store.read_now(calendar_view.find_entry, SERVER, "ruins:nonsense") is None
    store.write_now(extend_horizon, NOW + 60 * DAY)
    assert {row.public_id for row in dates(store)} >= {entry.public_id for entry in entries}


def test_who_waits_for_a_reminder_that_has_just_fallen_due_still_gets_it(store: Store) -> None:
    """An edit of the title in that moment takes nothing away, and brings in those whom the new title concerns."""
    event = Event.single(uid="p", title="Pass", start=MONDAY, end=2 * HOUR, category="major")
    event_id = store.write_now(adding, SERVER, event, NOW).event_id
    for member, choice in ((1, "major"), (2, "fights")):
        asked = Subscription(SERVER, member, frozenset({choice}), (14_400,))
        store.write_now(save_subscription, asked, NOW)
    moment = MONDAY - 4 * HOUR + timedelta(seconds=10)
    store.write_now(editing, SERVER, event_id, lambda e: e.with_change(title="Pass fight"), moment)
    while store.write_now(partial(stage, grace=timedelta(minutes=1)), moment).more:
        pass
    query = sa.select(deliveries.c.recipient_id).where(deliveries.c.lead == 14_400)
    told = store.read_now(lambda c: set(c.scalars(query)))
    assert told >= {1, 2}
