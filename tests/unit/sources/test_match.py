from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.calendar.event import Event
from tocsin.sources.match import FARTHEST, match_without_uids, speaks_of_the_same

DAY = timedelta(days=1)
ORIGIN = datetime(2026, 3, 2, 20, tzinfo=UTC)


def row(title: str, start: datetime, category: str = "ruins") -> Event:
    return Event.single(
        uid=f"{category}/{title}/{start.isoformat()}", title=title, start=start, category=category
    )


def pairs(old: Iterable[Event], new: Iterable[Event]) -> set[tuple[str, str]]:
    return {(before.uid, after.uid) for before, after in match_without_uids(old, new).pairs}


def test_what_is_the_same_stays_the_same() -> None:
    """Nothing is added or removed between equal readings."""
    rows = [row("Ruins", ORIGIN + n * DAY) for n in range(5)]
    matching = match_without_uids(rows, rows)
    assert len(matching.pairs) == 5
    assert (matching.added, matching.removed) == ([], [])


def test_a_row_that_moved_is_the_row_that_it_was() -> None:
    """Of the same title, the nearest start is meant."""
    old = [row("Ruins", ORIGIN), row("Ruins", ORIGIN + 7 * DAY)]
    new = [row("Ruins", ORIGIN), row("Ruins", ORIGIN + 8 * DAY)]
    matching = match_without_uids(old, new)
    assert (old[1], new[1]) in matching.pairs
    assert (matching.added, matching.removed) == ([], [])


def test_a_daily_row_moved_by_half_a_day_keeps_its_days_in_order() -> None:
    """Each day's row is that day's, though the day before's would be nearer."""
    old = [row("Ruins", ORIGIN + n * DAY) for n in range(5)]
    new = [row("Ruins", ORIGIN + n * DAY + timedelta(hours=13)) for n in range(5)]
    assert pairs(old, new) == {(a.uid, b.uid) for a, b in zip(old, new, strict=True)}


def test_a_week_that_left_and_one_that_came_are_two() -> None:
    """A file that shows the weeks to come does not move its past into the future."""
    old = [row("Ruins", ORIGIN + n * 7 * DAY) for n in range(4)]
    new = [row("Ruins", ORIGIN + n * 7 * DAY) for n in range(1, 5)]
    matching = match_without_uids(old, new)
    assert matching.removed == [old[0]]
    assert matching.added == [new[3]]


def test_a_new_title_or_a_new_category_is_a_change() -> None:
    """At the same start, one of both may change."""
    old = [row("Ruins", ORIGIN), row("Fight", ORIGIN + DAY)]
    new = [row("Old ruins", ORIGIN), row("Fight", ORIGIN + DAY, "altars")]
    assert pairs(old, new) == {(old[0].uid, new[0].uid), (old[1].uid, new[1].uid)}


rows = st.lists(
    st.builds(
        lambda title, hours, category: row(title, ORIGIN + timedelta(hours=hours), category),
        st.sampled_from(["A", "B"]),
        st.integers(0, 400),
        st.sampled_from(["x", "y"]),
    ),
    max_size=12,
    unique_by=lambda event: event.uid,
)


@given(rows, rows)
@settings(max_examples=40)
def test_every_row_is_paired_once_or_said_to_be_new_or_gone(
    old: list[Event], new: list[Event]
) -> None:
    """Nothing is lost, nothing counted twice, and nothing paired over more than six days."""
    matching = match_without_uids(old, new)
    before = [a.uid for a, _ in matching.pairs] + [a.uid for a in matching.removed]
    after = [b.uid for _, b in matching.pairs] + [b.uid for b in matching.added]
    assert sorted(before) == sorted(event.uid for event in old)
    assert sorted(after) == sorted(event.uid for event in new)
    assert all(abs(a.first_start - b.first_start) <= FARTHEST for a, b in matching.pairs)


def test_a_calendar_is_known_again_by_any_event_of_it() -> None:
    """By UID, or by title and start where a maker gives new UIDs; in a table by title alone."""
    old = [row("Ruins", ORIGIN), row("Fight", ORIGIN + DAY), row("Altar", ORIGIN + 2 * DAY)]
    anew = [replace(event, uid=f"new-{event.uid}") for event in old]
    other = [row("Cinema", ORIGIN), row("Choir", ORIGIN + DAY), row("Chess", ORIGIN + 2 * DAY)]
    renamed = [replace(new, uid=before.uid) for before, new in zip(old, other, strict=True)]
    for identified in (True, False):
        assert speaks_of_the_same(old, [*other, old[2]], identified=identified)
        assert not speaks_of_the_same(old, other, identified=identified)
        assert speaks_of_the_same(old, anew, identified=identified) is identified
        assert speaks_of_the_same(old, renamed, identified=identified) is identified
