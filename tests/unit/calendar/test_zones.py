from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.unit.calendar.events import wall

from tocsin.calendar.zones import instant, known_zone, shows_twice, wall_time

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("GMT Standard Time", "Europe/London"),
        ("/freeassociation.sourceforge.net/Europe/London", "Europe/London"),
        ("/x/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Etc/UTC", "UTC"),
        ("GMT", "UTC"),
        ("Europe", None),
        ("../../etc/passwd", None),
        ("Nowhere/Special", None),
        ("", None),
    ],
)
def test_zones_go_by_many_names(name: str, zone: str | None) -> None:
    """IANA names in any case, Windows names and names with a prefix are known; others are not."""
    assert known_zone(name) == zone


def test_a_skipped_time_comes_an_hour_later() -> None:
    """02:30 on the night that the clocks go forward is what they then call 03:30."""
    assert instant(wall("2026-03-29 02:30"), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_of_two_equal_times_the_first_is_meant() -> None:
    """02:30 on the night that the clocks go back is the one before they do."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert wall_time(first, BERLIN) == wall_time(second, BERLIN)
    assert instant(wall_time(second, BERLIN), BERLIN) == first
    assert shows_twice(second, BERLIN)
    assert not shows_twice(first, BERLIN)
