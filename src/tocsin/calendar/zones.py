"""Time zones: the names that calendars use for them, and wall time against instants.

A local time that does not exist (the clocks go forward over it) is read with the offset that held
before the change, so 02:30 becomes 03:30; one that exists twice is the first of both. RFC 5545
says so, and so does every function here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_UTC_NAMES = frozenset(("utc", "z", "zulu", "gmt", "uct", "universal", "greenwich"))


def known_zone(name: str) -> str | None:
    """The IANA name of the zone that `name` means, or None.

    Takes IANA names in any case, Windows names, and names with a maker's prefix such as
    `/example.org/20260101_1/Europe/Berlin`. Every name of universal time is `UTC`.
    """
    cleaned = name.strip().strip('"').strip("/")
    parts = cleaned.casefold().split("/")
    for first in range(len(parts)):
        found = _names().get("/".join(parts[first:]))
        if found is not None and (first == 0 or "/" in found):
            return found
    windows = WINDOWS_TO_OLSON.get(cleaned) or WINDOWS_TO_OLSON.get(cleaned.title())
    return _names().get(windows.casefold()) if windows else None


def zone_name(zone: tzinfo) -> str:
    """The IANA name of `zone`; `UTC` for one that has none, such as one that a file defines."""
    key = getattr(zone, "key", None)
    return (known_zone(key) or "UTC") if isinstance(key, str) else "UTC"


def instant(wall: datetime, zone: tzinfo) -> datetime:
    """The UTC instant at which the clocks of `zone` show the naive `wall` time (see above)."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_time(moment: datetime, zone: tzinfo) -> datetime:
    """The naive time that the clocks of `zone` show at the aware `moment`."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def shows_twice(moment: datetime, zone: tzinfo) -> bool:
    """Whether the aware `moment` is the second time that the clocks of `zone` show its hour."""
    return abs(instant(wall_time(moment, zone), zone) - moment) >= timedelta(minutes=1)


def utc() -> ZoneInfo:
    """Universal time as a `ZoneInfo`, so that its name is written as one."""
    return ZoneInfo("UTC")


@cache
def _names() -> dict[str, str]:
    names = {name.casefold(): name for name in sorted(available_timezones())}
    names.update({name: "UTC" for name in names if name.split("/")[-1] in _UTC_NAMES})
    names.update(dict.fromkeys(_UTC_NAMES, "UTC"))
    return names
