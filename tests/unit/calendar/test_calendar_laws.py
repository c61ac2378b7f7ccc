"""What holds for every event."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.calendar.events import BERLIN, wall

from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import expand, match_slots, public_id
from tocsin.calendar.zones import wall_time
from tocsin.sources.calendar_file import read_calendar

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
# Hours that no zone's clocks skip or repeat.
safe_starts = st.datetimes(wall("2020-01-01 00:00"), wall("2030-01-01 00:00")).map(
    lambda moment: moment.replace(hour=5 + moment.hour % 18, microsecond=0, fold=0)
)
any_starts = st.datetimes(wall("2020-01-01 00:00"), wall("2030-01-01 00:00")).map(
    lambda moment: moment.replace(microsecond=0, fold=0)
)
rules = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "FREQ=MONTHLY;BYDAY=-1SU",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=DAILY;COUNT=40",
        "FREQ=DAILY;BYHOUR=18,20",
    ]
)


def _series(start: datetime, zone: ZoneInfo, rule: str) -> Event:
    return Event.single(
        uid="x", title="X", start=start, end=timedelta(hours=1), zone=zone, rrule=rule
    )


def _window(start: datetime) -> tuple[datetime, datetime]:
    begin = start.replace(tzinfo=UTC) - timedelta(days=10)
    return begin, begin + timedelta(days=210)


@given(safe_starts, zones, rules)
@settings(max_examples=40)
def test_the_hour_on_the_wall_never_changes(start: datetime, zone: ZoneInfo, rule: str) -> None:
    """Over a change of clocks, every date begins at an hour that the rule names."""
    hours = {18, 20} if "BYHOUR" in rule else {start.hour}
    found = expand(_series(start, zone, rule), *_window(start), zone=BERLIN)
    assert found
    walls = [wall_time(occurrence.start, zone) for occurrence in found]
    # The first start counts, also where the rule would not have named it.
    assert {wall.hour for wall in walls[1:]} <= hours
    assert [occurrence.slot for occurrence in found] == [wall.isoformat() for wall in walls]


@given(any_starts, zones, rules)
@settings(max_examples=40)
def test_every_date_ends_after_it_starts_and_has_a_slot_of_its_own(
    start: datetime, zone: ZoneInfo, rule: str
) -> None:
    """Also in the hours that the clocks skip or repeat."""
    found = expand(_series(start, zone, rule), *_window(start), zone=BERLIN)
    assert all(occurrence.end > occurrence.start for occurrence in found)
    assert len({occurrence.slot for occurrence in found}) == len(found)


@given(any_starts, zones, rules, st.integers(0, 30), st.integers(-5000, 5000))
@settings(max_examples=40)
def test_moving_keeps_slots_and_skipping_takes_one(
    start: datetime, zone: ZoneInfo, rule: str, which: int, minutes: int
) -> None:
    """Moved, a date is the same date; moved back, skipped and restored, nothing has changed."""
    event = _series(start, zone, rule)
    begin, end = _window(start)
    before = expand(event, begin, end, zone=BERLIN)
    target = before[which % min(len(before), 20)]
    there = target.start + timedelta(minutes=minutes)
    moved = {o.slot: o for o in expand(event.move(target.slot, there), begin, end, zone=BERLIN)}
    assert moved[target.slot].start == there
    assert {o.slot for o in before} == set(moved)
    skipped = event.skip(target.slot)
    left = [o for o in before if o.slot != target.slot]
    assert expand(skipped, begin, end, zone=BERLIN) == left
    assert skipped.restore(target.slot).content_hash == event.content_hash


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["A", "b", "", "Ж"])), max_size=30))
def test_public_ids_never_collide(events: list[tuple[int, str]]) -> None:
    """However many events share a category, a start and a title."""
    taken: set[str] = set()
    for hour, title in events:
        found = public_id("ruins", datetime(2026, 1, 1, hour, tzinfo=UTC), taken, title)
        assert found not in taken
        taken.add(found)


@given(
    st.lists(st.integers(0, 200), unique=True, max_size=20),
    st.lists(st.integers(0, 200), unique=True, max_size=20),
)
def test_each_old_date_is_found_at_most_once(old: list[int], new: list[int]) -> None:
    """Matching gives no two new dates the same old one, and equal slots always match."""
    origin = datetime(2026, 1, 1, tzinfo=UTC)
    before = {str(hour): origin + timedelta(hours=hour) for hour in old}
    after = {str(hour): origin + timedelta(hours=hour) for hour in new}
    pairs = match_slots(before, after)
    assert len(set(pairs.values())) == len(pairs)
    if len(before) != 1 or len(after) != 1:
        assert {slot for slot in after if slot in before} <= {k for k, v in pairs.items() if k == v}


text = st.text(min_size=1, max_size=30)


@given(any_starts, zones, text, text, text)
@settings(max_examples=50)
def test_an_event_survives_its_text(
    start: datetime, zone: ZoneInfo, title: str, place: str, description: str
) -> None:
    """Written as a calendar and read again it is the same event, whatever its texts hold."""
    event = Event.single(
        uid="x", title=title, start=start, zone=zone, location=place, description=description
    )
    reading = read_calendar(event.ical.encode(), "x.ics", zone=BERLIN, category="event")
    assert reading.problems == []
    (again,) = reading.events
    assert again.vevents == event.vevents
    assert again.description == event.description
