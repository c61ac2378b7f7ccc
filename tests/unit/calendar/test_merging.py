"""A source's new word and an edit by hand: what each changed alone holds, and the source where both did."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from tocsin.calendar.event import Event
from tocsin.calendar.merging import merge_edits
from tocsin.calendar.occurrence import Occurrence, expand

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 9, 19, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
FIRST, SECOND, THIRD = ((MONDAY + n * WEEK).replace(tzinfo=None).isoformat() for n in range(3))

Edit = Callable[[Event], Event]


def weekly() -> Event:
    return Event.single(
        uid="w", title="Meeting", start=MONDAY, end=2 * HOUR, category="ruins", rrule="FREQ=WEEKLY"
    )


def once() -> Event:
    return Event.single(uid="o", title="Meeting", start=MONDAY, end=2 * HOUR, category="ruins")


def dates(event: Event) -> list[Occurrence]:
    return expand(
        event, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC), zone=BERLIN
    )


TOGETHER: dict[str, Edit] = {
    "title": lambda e: e.with_change(title="Gathering"),
    "location": lambda e: e.with_change(location="South"),
    "type": lambda e: e.with_change(category="altars"),
    "zone": lambda e: e.with_change(place_zone="Zone 5"),
    "move": lambda e: e.with_change(start=MONDAY + HOUR),
    "skip": lambda e: e.skip(SECOND),
    "one": lambda e: e.move(THIRD, MONDAY + 2 * WEEK + 3 * HOUR),
}
SERIES = {name: edit for name, edit in TOGETHER.items() if name != "move"}
SINGLE = {name: edit for name, edit in TOGETHER.items() if name not in ("skip", "one")}


@pytest.mark.parametrize("names", [*permutations(SERIES, 2)], ids="-".join)
def test_a_series_has_what_either_side_changed(names: tuple[str, str]) -> None:
    """In whichever order: texts, its type, a date left out, a date moved."""
    ours, theirs = (SERIES[name](weekly()) for name in names)
    merged = merge_edits(weekly(), ours, theirs)
    both = SERIES[names[0]](theirs)
    assert dates(merged.event) == dates(both)
    assert (merged.event.category, merged.event.place_zone) == (both.category, both.place_zone)
    assert (merged.kept, merged.undone) == (True, ())


@pytest.mark.parametrize("names", [*permutations(SINGLE, 2)], ids="-".join)
def test_a_single_event_has_what_either_side_changed(names: tuple[str, str]) -> None:
    """Also where it was moved."""
    ours, theirs = (SINGLE[name](once()) for name in names)
    merged = merge_edits(once(), ours, theirs)
    both = SINGLE[names[0]](theirs)
    assert dates(merged.event) == dates(both)
    assert (merged.event.category, merged.event.place_zone) == (both.category, both.place_zone)
    assert (merged.kept, merged.undone) == (True, ())


@pytest.mark.parametrize("name", TOGETHER)
def test_one_side_alone_decides(name: str) -> None:
    """What only one side changed is as that side has it, and the same change on both is one."""
    base, changed = weekly(), TOGETHER[name](weekly())
    assert dates(merge_edits(base, changed, base).event) == dates(changed)
    for ours in (base, changed):
        merged = merge_edits(base, ours, changed)
        assert merged.event.content_hash == changed.content_hash
        assert (merged.kept, merged.undone) == (False, ())


@pytest.mark.parametrize(
    ("ours", "theirs", "undone"),
    [
        (lambda e: e.with_change(title="A"), lambda e: e.with_change(title="B"), "its title"),
        (
            lambda e: e.with_change(start=MONDAY + HOUR),
            lambda e: e.with_change(start=MONDAY + 2 * HOUR),
            "when it is",
        ),
        (
            lambda e: e.with_change(start=MONDAY + HOUR),
            lambda e: e.skip(SECOND),
            "when it is",
        ),
        (
            lambda e: e.skip(SECOND),
            lambda e: e.with_change(start=MONDAY + HOUR),
            "dates that were changed or left out",
        ),
        (
            lambda e: e.move(SECOND, MONDAY + WEEK + HOUR),
            lambda e: e.move(SECOND, MONDAY + WEEK + 2 * HOUR),
            "dates that were changed or left out",
        ),
    ],
)
def test_where_both_changed_the_same_the_source_has_its_say(
    ours: Edit, theirs: Edit, undone: str
) -> None:
    """And it is named what gave way."""
    merged = merge_edits(weekly(), ours(weekly()), theirs(weekly()))
    assert merged.event.content_hash == theirs(weekly()).content_hash
    assert (merged.kept, merged.undone) == (False, (undone,))


def test_a_text_of_a_moved_date_follows_the_series() -> None:
    """The place that the source names anew is that of the date as well which was moved by hand."""
    ours = weekly().move(SECOND, MONDAY + WEEK + HOUR, title="Late meeting")
    theirs = weekly().with_change(location="South", title="Gathering")
    merged = merge_edits(weekly(), ours, theirs).event
    assert [(date.title, date.location) for date in dates(merged)][:2] == [
        ("Gathering", "South"),
        ("Late meeting", "South"),
    ]


def test_a_date_moved_on_both_sides_of_a_text_keeps_both() -> None:
    """The source moved it, hands named it: it is moved and named."""
    base = weekly().move(SECOND, MONDAY + WEEK + HOUR)
    ours = base.move(SECOND, MONDAY + WEEK + HOUR, title="Late meeting")
    theirs = base.move(SECOND, MONDAY + WEEK + 2 * HOUR)
    merged = merge_edits(base, ours, theirs)
    second = dates(merged.event)[1]
    assert (second.title, second.start) == ("Late meeting", MONDAY + WEEK + 2 * HOUR)
    assert merged.undone == ()


@pytest.mark.parametrize("theirs", TOGETHER.values(), ids=TOGETHER)
def test_what_was_cancelled_stays_so(theirs: Edit) -> None:
    """Whatever else the source says of it."""
    merged = merge_edits(weekly(), weekly().cancel(), theirs(weekly()))
    assert (merged.event.status, merged.kept) == ("cancelled", True)
