"""Every shape that the old files had is read, and what is not read is said."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import TocsinError
from tocsin.legacy.files import Names
from tocsin.legacy.json_text import parse
from tocsin.legacy.reading import read_seed
from tocsin.legacy.seed import Seed
from tocsin.legacy.values import EventId, read_event_id, read_id, read_marker

NAMES = Names()
START = datetime(2026, 3, 7, 20, tzinfo=UTC)
EVENT = "ruins:2026-03-07T20:00:00+00:00"


def seed(**files: Any) -> Seed:
    found = {
        getattr(NAMES, part): value if isinstance(value, bytes) else json.dumps(value).encode()
        for part, value in files.items()
    }
    return read_seed(found, NAMES)


def dropped(read: Seed) -> str:
    return "\n".join(map(str, read.report.drops))


def fixed(read: Seed) -> str:
    return "\n".join(map(str, read.report.fixes))


def markers(read: Seed) -> list[tuple[int, int]]:
    return [(one.member_id, one.lead) for one in read.sent]


@pytest.mark.parametrize(
    ("text", "type_", "name"),
    [
        ("ruins:2026-03-07T20:00:00+00:00", "ruins", ""),
        ("ruins:2026-03-07T20:00:00Z", "ruins", ""),
        ("ruins:2026-03-07T21:00:00+01:00", "ruins", ""),
        ("ruins:2026-03-07 20:00:00", "ruins", ""),
        ("next altar fight:2026-03-07T20:00:00Z", "next altar fight", ""),
        ("major:Great: fight:2026-03-07T20:00:00Z", "major", "Great: fight"),
    ],
)
def test_an_events_id_is_read_with_and_without_a_name(text: str, type_: str, name: str) -> None:
    """`Z` and offsets say the same instant; the name may hold colons."""
    assert read_event_id(text) == EventId(type_, name, START)


@pytest.mark.parametrize(
    "text", ["", "ruins", "ruins:", "ruins:soon", ":2026-03-07T20:00:00Z", "ruins:9999-99-99T00:00"]
)
def test_what_is_no_events_id_is_none(text: str) -> None:
    """Nothing is guessed."""
    assert read_event_id(text) is None


@pytest.mark.parametrize("text", [123, "123", " 123 ", "<@123>", "<@!123>", "user 123"])
def test_a_users_id_is_read_with_stray_characters(text: int | str) -> None:
    """A number, a text, or a mention."""
    assert read_id(text) == 123


@pytest.mark.parametrize("value", ["", "ann", "1 2", True, None, -4, 0, 2**63, 1.5, []])
def test_what_is_no_users_id_is_none(value: Any) -> None:
    """Two numbers are not joined to one."""
    assert read_id(value) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(3600, 3600), ("3600", 3600), (900.0, 900), (0, 0), (True, None), (-1, None), (1e400, None)],
)
def test_a_marker_is_whole_seconds(value: Any, seconds: int | None) -> None:
    """As a number or a text."""
    assert read_marker(value) == seconds


def test_comments_and_a_byte_order_mark_are_no_part_of_the_value() -> None:
    """`//` within a text stays."""
    text = '\ufeff{"a": "http://x", // why\n "b": [1, /* two\n lines */ 2]}'
    assert parse("f", text.encode()).value == {"a": "http://x", "b": [1, 2]}


def test_old_shapes_of_a_tracker() -> None:
    """An event that holds a list is dropped; a member that holds none counts as empty; the rest is read."""
    read = seed(
        sent={
            EVENT: {"1": [3600, "900", 3600, "x"], "2": 900, "<@3>": [0], "ann": [0]},
            "altars:2026-03-07T20:00:00Z": ["1", "2"],
            "nothing": {},
        }
    )
    assert markers(read) == [(1, 3600), (1, 900), (3, 0)]
    for said in ("holds a list instead of members", "'ann' is no user's id", "nothing", "'x'"):
        assert said in dropped(read)
    assert "2: holds no list: taken for empty" in fixed(read)
    assert "read as 3" in fixed(read)


def test_aliases_of_times() -> None:
    """All the spellings of lead times; what is none is said, and what is snapped too."""
    times = ["24hr", "60m", "15m", "0", "0m", "t0", "now", 0, "soon", "7m"]
    read = seed(
        subscriptions={"1": {"username": "a", "subscriptions": "ruins", "reminder_times": times}}
    )
    assert read.members[0].leads == (86400, 3600, 900, 300, 0)
    assert "'soon' is no lead time" in dropped(read)
    assert "7m is read as 300 seconds" in fixed(read)


def test_a_member_without_times_gets_the_usual_ones_and_one_without_types_is_left_out() -> None:
    """Both are said."""
    read = seed(subscriptions={"1": {"subscriptions": ["all"]}, "2": {"subscriptions": []}, "3": 5})
    assert [one.member_id for one in read.members] == [1]
    assert "gets the usual ones" in fixed(read)
    assert "subscribes to nothing" in dropped(read)
    assert "3: holds no object" in dropped(read)


def test_unknown_keys_are_reported() -> None:
    """In every file that has keys."""
    read = seed(
        subscriptions={"1": {"subscriptions": ["all"], "colour": 1}},
        failed=[{"user_id": "1", "shard": 2}],
        reminders={EVENT: {"channel_id": 1, "message_id": 2, "view": 3}},
        event_cache={"events": [], "etag": "x"},
    )
    said = "\n".join(map(str, read.report.notes + read.report.drops))
    for key in ("colour", "shard", "view", "etag"):
        assert key in said


def test_a_file_that_is_not_there_is_empty_and_said() -> None:
    """Only the event cache may be missing without a word."""
    missing = {note.file for note in seed().report.notes}
    assert missing == set(NAMES.all()[:5])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
keys = st.sampled_from(
    [EVENT, "1", "events", "event", "subscriptions", "reminder_times", "start_time", "user_id"]
)
shaped = st.dictionaries(keys, st.dictionaries(keys, json_values) | json_values)


@given(
    st.sampled_from([*Names.__dataclass_fields__]),
    st.one_of(st.binary(), shaped.map(lambda value: json.dumps(value).encode())),
)
def test_any_bytes_are_read_or_refused_in_words(part: str, data: bytes) -> None:
    """Nothing but our own errors comes of a file, whatever is in it."""
    said = ""
    try:
        seed(**{part: data})
    except TocsinError as error:
        said = str(error)
    assert not said or getattr(NAMES, part) in said
