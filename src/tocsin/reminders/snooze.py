"""A snooze: a member is called to an occurrence once more, after a pause of their choice. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.reminders.lead import HOUR, MINUTE
from tocsin.reminders.plan import USEFUL_AFTER_START, due_at

AT_THE_START = 0
"""Instead of a pause: at the start, whenever that is."""
OFFERED_PAUSES = (
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    AT_THE_START,
)
"""Seconds, as they are offered in a menu."""
TOO_NEAR = timedelta(minutes=2)
"""So near to a reminder that comes anyway a snooze would only tell the same twice."""


def rings_at(pause: int, start: datetime, now: datetime) -> datetime:
    """The instant at which a snooze of `pause` seconds, chosen at `now`, falls due."""
    return start if pause == AT_THE_START else now + timedelta(seconds=pause)


def in_time(at: datetime, start: datetime, end: datetime, now: datetime) -> bool:
    """Whether a call at `at` is ahead and of use: before the occurrence is over, or just after its start."""
    return now < at < max(end, start + USEFUL_AFTER_START)


def offered_pauses(
    start: datetime, end: datetime, leads: Iterable[int], now: datetime
) -> tuple[int, ...]:
    """The pauses that are worth offering to a member who has these leads, in seconds.

    None of them rings within two minutes of the member's own reminders of the occurrence, or of
    its start, for which there is AT_THE_START.
    """
    own = {due_at(start, lead) for lead in leads}
    return tuple(
        pause
        for pause in OFFERED_PAUSES
        if in_time(at := rings_at(pause, start, now), start, end, now)
        and not any(abs(at - due) <= TOO_NEAR for due in own | ({start} if pause else set()))
    )
