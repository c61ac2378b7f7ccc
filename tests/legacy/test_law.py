"""What goes in comes out: import and export are each other's inverse."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.legacy.folder import ANN, BEN, CAT, bring_in, event_id, in_any_order, shown, write
from tests.store.stored_calendar import NOW, add_server, fresh_store

from tocsin.reminders.lead import parse_lead

# Nothing within the hour: what was missed there is made up for, as the report then says.
HOURS = (-47, -20, -1, 1.25, 1.5, 5, 13, 30, 47)
CATEGORIES = ("ruins", "altars", "major", "chronicle")
TIMES = ("24h", "12h", "4h", "1h", "60m", "15m", "0m", "now")
LEADS = (86400, 43200, 14400, 3600, 900, 0)
MEMBERS = (ANN, BEN, CAT)

entries = st.fixed_dictionaries(
    {
        "username": st.sampled_from(["alice#1234", "Zoë", ""]),
        "subscriptions": st.lists(
            st.sampled_from([*CATEGORIES, "all", "fights"]), min_size=1, unique=True
        ),
        "reminder_times": st.lists(
            st.sampled_from(TIMES), min_size=1, max_size=4, unique_by=parse_lead
        ),
        "created_at": st.just("2026-02-20T12:00:00Z"),
    },
    optional={"note": st.sampled_from(["kept", {"a": [1, None]}])},
)
markers = st.sets(
    st.tuples(
        st.sampled_from(HOURS),
        st.sampled_from(CATEGORIES),
        st.sampled_from(MEMBERS),
        st.sampled_from(LEADS),
    ),
    max_size=8,
)
failures = st.lists(
    st.fixed_dictionaries(
        {
            "user_id": st.sampled_from([str(member) for member in MEMBERS]),
            "event_name": st.sampled_from(["Ruins", "Altars", "Nobody knows"]),
            "event_time": st.sampled_from([(NOW + timedelta(hours=-20)).isoformat()]),
            "delta_seconds": st.sampled_from([7200, 10]),
            "reason": st.just("DMs disabled"),
            "timestamp": st.just("2026-03-01T16:00:05Z"),
        }
    ),
    max_size=3,
)
posts = st.dictionaries(
    st.tuples(st.sampled_from(HOURS), st.sampled_from(CATEGORIES)),
    st.tuples(st.integers(1, 2**62), st.booleans()),
    max_size=2,
).filter(lambda found: len({message for message, _ in found.values()}) == len(found))


def matches(chosen: list[str], category: str) -> bool:
    return category in chosen or "all" in chosen or (category == "altars" and "fights" in chosen)


def tracker(found: set[tuple[float, str, int, int]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for hours, category, member, lead in sorted(found):
        made.setdefault(event_id(hours, category), {}).setdefault(str(member), []).append(lead)
    return made


def ahead(hours: float, lead: int) -> bool:
    return hours * 3600 > lead


@st.composite
def consistent(draw: Any) -> dict[str, Any]:
    """Files that agree with each other: what is asked for, ahead and not sent is scheduled."""
    subscriptions = draw(st.dictionaries(st.sampled_from(MEMBERS), entries))
    sent, more = draw(markers), draw(markers)
    standing = draw(posts)
    scheduled = {one for one in more if ahead(one[0], one[3])} - sent
    places = {one[:2] for one in sent | scheduled} | set(standing)
    for hours, category in places:
        for member, entry in subscriptions.items():
            leads = {parse_lead(text) for text in entry["reminder_times"]}
            if matches(entry["subscriptions"], category):
                asked = {(hours, category, member, lead) for lead in leads if ahead(hours, lead)}
                scheduled |= asked - sent
    return {
        "subscriptions": {str(member): entry for member, entry in subscriptions.items()},
        "scheduled": tracker(scheduled),
        "sent": tracker(sent),
        "failed": draw(failures),
        "reminders": {
            event_id(*place): post(place, message, snapshot)
            for place, (message, snapshot) in standing.items()
        },
    }


def post(place: tuple[float, str], message: int, snapshot: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"channel_id": 999888777666555444, "message_id": message}
    if snapshot:
        start = NOW + timedelta(hours=place[0])
        entry["event"] = {
            "name": "Test Ruins",
            "type": place[1],
            "start_time": start.isoformat(),
            "end_time": (start + timedelta(seconds=30)).isoformat(),
            "zone": "Test Zone",
        }
    return entry


@settings(max_examples=30, deadline=None)
@given(consistent())
def test_export_after_import_gives_the_files_back(files: dict[str, Any]) -> None:
    """Well-formed files that agree with each other come back as equal JSON, the order apart; and importing
    what was exported gives the same again.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stores = [fresh_store(folder, f"{number}.db") for number in (1, 2)]
        try:
            for store in stores:
                store.write_now(add_server)
            first, second = stores
            outcome = bring_in(first, write(folder / "old", **files))
            exported = shown(first)
            assert exported == {part: in_any_order(value) for part, value in files.items()}
            assert outcome.report.drops == []
            bring_in(second, write(folder / "again", **exported))
            assert shown(second) == exported
        finally:
            for store in stores:
                store.close()
