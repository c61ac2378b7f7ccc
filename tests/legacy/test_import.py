"""The old files go in whole, once, and nothing that was sent is ever sent again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.legacy.folder import (
    ANN,
    BEN,
    CAT,
    NAMES,
    bring_in,
    event_id,
    everything,
    lines,
    member,
    shown,
    write,
)
from tests.store.stored_calendar import NOW, SERVER, add_server, fresh_store

from tocsin.calendar.event import Event
from tocsin.legacy.files import write_folder
from tocsin.legacy.json_text import NotJson
from tocsin.legacy.reading import WrongShape
from tocsin.legacy.view import folder_texts
from tocsin.reminders.delivery import State
from tocsin.store import listing
from tocsin.store.claims import claim
from tocsin.store.engine import Connection, Store
from tocsin.store.events import merge_events
from tocsin.store.staging import stage
from tocsin.store.subscriptions import find_subscription, remove_subscription
from tocsin.store.tables import occurrences

SEED = Path(__file__).parents[3] / "shared" / "seed" / "events_and_dm_reminders.md"
HOUR = timedelta(hours=1)
GRACE = timedelta(seconds=60)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


def pending_at(store: Store, now: Any) -> set[tuple[int, int]]:
    """Whom the dispatcher would hand to Discord by `now`, and at which lead, once all is staged."""
    while store.write_now(stage, now, grace=GRACE, hungry=True).more:
        pass
    rows = store.read_now(listing.list_deliveries, server_id=SERVER, limit=1000)
    return {
        (row.recipient_id, row.lead)
        for row in rows
        if row.state is State.PENDING and row.due_at <= now and row.recipient_kind == 0
    }


def states(store: Store) -> dict[tuple[int, int], State]:
    """The state of each reminder, by member and lead."""
    rows = store.read_now(listing.list_deliveries, server_id=SERVER, limit=1000)
    return {(row.recipient_id, row.lead): row.state for row in rows}


@pytest.mark.skipif(not SEED.exists(), reason="the seed document is not beside the project")
def test_the_seeds_examples_go_in_as_they_stand(store: Store, tmp_path: Path) -> None:
    """Copied out with their comments, the five examples import without an error."""
    examples = re.findall(r"```json\n(.*?)```", SEED.read_text(encoding="utf-8"), re.DOTALL)
    assert any("//" in each for each in examples)
    parts = ("subscriptions", "scheduled", "sent", "failed", "reminders")
    folder = write(tmp_path / "old", **dict(zip(parts, examples, strict=True)))
    at = NOW.replace(year=2025, month=10, day=20, hour=14, minute=20)
    outcome = bring_in(store, folder, now=at)
    assert (outcome.users_before, outcome.users_after, outcome.sent) == (2, 2, 3)
    told = shown(store, now=at)
    ruins = "ruins:2025-10-20T15:00:00+00:00"
    assert told["sent"] == {ruins: {str(ANN): [3600], str(BEN): [0, 3600]}}
    assert told["scheduled"][ruins] == {str(ANN): [900]}
    assert [each["reason"] for each in told["failed"]] == [
        "DMs disabled",
        "HTTPError: 500 Server Error",
    ]
    assert told["reminders"][ruins]["event"]["zone"] == "Test Zone"
    assert told["subscriptions"][str(BEN)]["reminder_times"] == ["1h", "0m"]


def test_what_was_sent_is_not_sent_again(store: Store, tmp_path: Path) -> None:
    """A marker in both trackers counts as sent; the member's other lead is still told, once."""
    soon = event_id(0.5)
    folder = write(
        tmp_path / "old",
        subscriptions={str(ANN): member("ruins")},
        scheduled={soon: {str(ANN): [3600, 900]}},
        sent={soon: {str(ANN): [3600]}},
    )
    outcome = bring_in(store, folder)
    assert "1h was sent already: sent wins" in lines(outcome)
    assert pending_at(store, NOW) == set()
    assert pending_at(store, NOW + 0.3 * HOUR) == {(ANN, 900)}
    assert states(store)[ANN, 3600] is State.SENT


def test_what_is_scheduled_is_owed_also_without_a_subscription(
    store: Store, tmp_path: Path
) -> None:
    """It waits until it is due, survives the second look, and is claimed exactly once."""
    folder = write(tmp_path / "old", scheduled={event_id(2): {str(CAT): [3600]}})
    assert bring_in(store, folder).scheduled == 1
    assert pending_at(store, NOW + 0.9 * HOUR) == set()
    due = NOW + HOUR
    assert pending_at(store, due) == {(CAT, 3600)}
    claims = store.write_now(claim, due, "w", 10)
    assert (claims.settled, claims.unopened) == ([], [CAT])


def test_a_scheduled_dm_within_the_grace_goes_out_and_a_stale_one_does_not(
    store: Store, tmp_path: Path
) -> None:
    """Sixty seconds decide, and the report names what was stale."""
    late, stale = event_id(5 - 59 / 3600), event_id(5 - 61 / 3600)
    folder = write(
        tmp_path / "old",
        scheduled={late: {str(ANN): [18000]}, stale: {str(BEN): [18000]}},
    )
    outcome = bring_in(store, folder)
    assert pending_at(store, NOW) == {(ANN, 18000)}
    assert f"{stale}, {BEN}: 5h is stale" in lines(outcome)


def test_importing_twice_changes_nothing_the_second_time(store: Store, tmp_path: Path) -> None:
    """Not one row differs, and the outcome says so."""
    folder = full_folder(tmp_path)
    assert bring_in(store, folder).changed
    before = everything(store)
    again = bring_in(store, folder, now=NOW + GRACE)
    assert not again.changed
    assert everything(store) == before


def test_a_dry_run_writes_nothing_and_says_what_would_happen(store: Store, tmp_path: Path) -> None:
    """Its outcome is that of the import."""
    folder, before = full_folder(tmp_path), everything(store)
    tried = bring_in(store, folder, dry_run=True)
    assert everything(store) == before
    assert tried == bring_in(store, folder)


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ('{\n  "ruins:2026-03-02T15:00:00Z": {"1": [3600,, 900]}\n}', "line 2, column 45"),
        ("", "line 1, column 1"),
        (b'{\n "a": "\xff"}', "line 2, column 8"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, "line 1"),
    ],
)
def test_a_file_that_is_no_json_stops_the_import(
    store: Store, tmp_path: Path, broken: str | bytes, place: str
) -> None:
    """It is named with line and column, and nothing has changed."""
    folder = full_folder(tmp_path, sent=broken)
    before = everything(store)
    with pytest.raises(NotJson) as refused:
        bring_in(store, folder)
    assert "dm_sent_tracker.json" in str(refused.value)
    assert place in str(refused.value)
    assert everything(store) == before


def test_a_file_of_another_shape_stops_the_import(store: Store, tmp_path: Path) -> None:
    """A list where the subscriptions should be is refused by name."""
    with pytest.raises(WrongShape, match=r"subscription_tracker\.json"):
        bring_in(store, write(tmp_path / "old", subscriptions=[]))


def test_the_calendar_takes_a_placeholder_over(store: Store, tmp_path: Path) -> None:
    """The event gets its texts and keeps its id, its reminders and what was sent: nobody is told twice."""
    folder = write(
        tmp_path / "old",
        subscriptions={str(ANN): member("ruins")},
        scheduled={event_id(2): {str(CAT): [3600]}},
        sent={event_id(2): {str(ANN): [3600]}},
    )
    bring_in(store, folder)
    start = NOW + 2 * HOUR
    event = Event.single(
        uid="real", title="Ruins of Ys", start=start, end=HOUR, category="ruins", location="Zone 5"
    )
    merge = store.write_now(merge_events, SERVER, "calendar", [event], NOW, complete=True)
    assert (merge.written.added, merge.written.notices) == (0, 0)

    def dates(connection: Connection) -> list[tuple[str, str, str]]:
        rows = connection.execute(
            sa.select(occurrences.c.public_id, occurrences.c.title, occurrences.c.location)
        )
        return [(row.public_id, row.title, row.location) for row in rows]

    assert store.read_now(dates) == [(event_id(2), "Ruins of Ys", "Zone 5")]
    assert pending_at(store, NOW + HOUR) == {(CAT, 3600)}
    assert not bring_in(store, folder).changed


def test_two_events_of_a_type_at_one_start_stay_two(store: Store, tmp_path: Path) -> None:
    """Ids with a name part tell them apart, and the calendar finds each by its title."""
    one, other = event_id(5, "major", "First fight"), event_id(5, "major", "Second fight")
    folder = write(
        tmp_path / "old",
        subscriptions={str(ANN): member("fights")},
        sent={one: {str(ANN): [24 * 3600]}, other: {str(ANN): [12 * 3600]}},
    )
    bring_in(store, folder)
    start = NOW + 5 * HOUR
    events = [
        Event.single(uid=title, title=title, start=start, category="major")
        for title in ("Second fight", "First fight", "Third fight")
    ]
    merge = store.write_now(merge_events, SERVER, "calendar", events, NOW, complete=True)
    assert merge.written.added == 1
    assert shown(store)["sent"] == {one: {str(ANN): [86400]}, other: {str(ANN): [43200]}}


def test_an_event_that_the_calendar_has_is_used(store: Store, tmp_path: Path) -> None:
    """No placeholder is made beside it."""
    event = Event.single(uid="real", title="Ys", start=NOW + 2 * HOUR, category="ruins")
    store.write_now(merge_events, SERVER, "calendar", [event], NOW, complete=True)
    outcome = bring_in(store, write(tmp_path / "old", sent={event_id(2): {str(ANN): [3600]}}))
    assert (outcome.events, outcome.sent) == (0, 1)


def test_a_members_change_here_outlives_a_second_import(store: Store, tmp_path: Path) -> None:
    """The file says what it said before, so what the member chose since stays."""
    folder = write(tmp_path / "old", subscriptions={str(ANN): member("ruins")})
    bring_in(store, folder)
    found = store.read_now(find_subscription, SERVER, ANN)
    assert found is not None
    assert (found.choices, found.leads) == (frozenset({"ruins"}), (3600, 900))
    store.write_now(remove_subscription, SERVER, ANN, NOW)
    assert bring_in(store, folder).subscriptions == 0
    assert store.read_now(find_subscription, SERVER, ANN) is None


def test_failures_appear_in_the_history(store: Store, tmp_path: Path) -> None:
    """A failed reminder is one with its reason; one that is still to come is not ended by the log."""
    event = event_id(0.1)
    folder = write(
        tmp_path / "old",
        subscriptions={str(ANN): member("ruins")},
        scheduled={event: {str(ANN): [0]}},
        failed=[failure(CAT, 0.1, 3600, "DMs disabled"), failure(ANN, 0.1, 0, "500")],
    )
    assert bring_in(store, folder).failures == 2
    assert states(store)[CAT, 3600] is State.FAILED
    (row,) = store.read_now(listing.list_deliveries, member_id=CAT)
    found = store.read_now(listing.find_delivery, row.id)
    assert found is not None
    assert [each.detail for each in found[1]] == ["DMs disabled"]
    assert (ANN, 0) in pending_at(store, NOW + 0.1 * HOUR)


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("ruin", "ruins"),
        ("next ruins", "ruins"),
        ("Altar", "altars"),
        ("next altar fight", "altars"),
        ("timeline", "chronicle"),
        ("major", "major"),
        ("fights", "fights"),
        ("ALL", "all"),
        ("boss rush", "boss-rush"),
    ],
)
def test_every_alias_of_a_type_means_its_type(
    store: Store, tmp_path: Path, word: str, choice: str
) -> None:
    """One that nobody knows becomes a type of the server, so that nothing asked for is lost."""
    bring_in(store, write(tmp_path / "old", subscriptions={str(ANN): member(word)}))
    found = store.read_now(find_subscription, SERVER, ANN)
    assert found is not None
    assert found.choices == {choice}


def test_what_no_text_can_hold_is_given_back_as_it_was_spelled(
    store: Store, tmp_path: Path
) -> None:
    """Half a surrogate pair and a NUL in a file break neither the store nor what is written."""
    odd = {"username": "\ud800\x00", "subscriptions": ["all"], "note": "\udfff"}
    bring_in(store, write(tmp_path / "old", subscriptions={str(ANN): odd}, failed=["\ud800"]))
    texts = store.read_now(folder_texts, SERVER, NOW, NAMES)
    write_folder(tmp_path / "new", texts)
    told = shown(store)
    assert told["subscriptions"][str(ANN)]["note"] == "\udfff"
    assert told["failed"] == ["\ud800"]


def failure(member_id: int, hours: float, lead: int, reason: str) -> dict[str, Any]:
    return {
        "user_id": str(member_id),
        "event_name": "Ruins",
        "event_time": (NOW + hours * HOUR).isoformat(),
        "delta_seconds": lead,
        "reason": reason,
        "timestamp": (NOW - GRACE).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def full_folder(tmp_path: Path, **other: Any) -> Path:
    """A folder with something in each file, the event cache too."""
    ahead, past = event_id(3), event_id(-5, "altars")
    start = (NOW + 3 * HOUR).isoformat()
    files = {
        "subscriptions": {str(ANN): member("ruin", "boss rush"), str(BEN): member("all")},
        "scheduled": {ahead: {str(ANN): [3600, 900], str(CAT): [900]}},
        "sent": {past: {str(ANN): [3600]}},
        "failed": [failure(BEN, -5, 3600, "DMs disabled"), "what is this"],
        "reminders": {
            ahead: {
                "channel_id": 5,
                "message_id": 6,
                "event": {"name": "Ys", "type": "ruins", "start_time": start, "zone": "Zone 5"},
            }
        },
        "event_cache": {
            "last_refreshed": "2026-03-02T11:00:00Z",
            "events": [{"name": "Great fight", "type": "next altar fight", "start_time": start}],
        },
    }
    return write(tmp_path / "old", **{**files, **other})
