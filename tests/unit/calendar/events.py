"""Short ways to write events and windows in tests."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import Occurrence, expand
from tocsin.sources.calendar_file import read_calendar

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    """A naive time, as the clocks of some zone show it."""
    return datetime.fromisoformat(text)


MARCH = wall("2026-03-18 20:00")


def weekly(rule: str = "FREQ=WEEKLY", start: datetime = MARCH) -> Event:
    return Event.single(
        uid="weekly", title="Weekly", start=start, end=HOUR, zone=BERLIN, rrule=rule
    )


def days(rule: str | None = None) -> Event:
    start, end = date(2026, 3, 28), date(2026, 3, 30)
    return Event.single(uid="days", title="Days", start=start, end=end, zone=BERLIN, rrule=rule)


def year(event: Event, start: int = 2026, zone: ZoneInfo = BERLIN) -> list[Occurrence]:
    begin, end = datetime(start, 1, 1, tzinfo=UTC), datetime(start + 1, 1, 1, tzinfo=UTC)
    return expand(event, begin, end, zone=zone)


def slots(event: Event) -> list[str]:
    return [occurrence.slot for occurrence in year(event)]


def starts(event: Event) -> list[str]:
    return [f"{occurrence.start:%m-%d %H:%M}" for occurrence in year(event)]


def from_ics(*lines: str) -> Event:
    """The one event of a calendar with these lines."""
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])
    reading = read_calendar(text.encode(), "test.ics", zone=BERLIN, category=None)
    assert reading.problems == []
    (event,) = reading.events
    return event


def vevent(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT")
