"""When a reminder is due, until when it is useful, and in which order reminders leave. Pure arithmetic."""

from datetime import datetime, timedelta

STAGE_AHEAD = timedelta(minutes=2)
"""How long before it is due a firing is fanned out."""
MAKE_UP_WITHIN = timedelta(minutes=60)
"""A lead that is already past when something is asked for is made up for only this near to the start."""
USEFUL_AFTER_START = timedelta(minutes=15)
GAP = timedelta(milliseconds=25)
"""Between the turns of one server's recipients: forty a second, so that a single burst leaves room for the others."""
LONGEST_DEFERRAL = timedelta(minutes=10)
LONG_LEAD = 12_000
"""From this lead on, in seconds, the longest deferral holds: it is 5 % of it."""
_GOLDEN = 0.6180339887498949


def due_at(start: datetime, lead: int) -> datetime:
    """The instant at which the reminder `lead` seconds before `start` is due."""
    return start - timedelta(seconds=lead)


def expires_at(start: datetime, end: datetime, lead: int) -> datetime:
    """Until when the reminder is of use: max(due, start) + min(duration, 15 minutes). See DESIGN, "Late"."""
    # A zero-length event is still worth a reminder that waited a moment.
    duration = max(end - start, timedelta(minutes=1))
    return max(due_at(start, lead), start) + min(duration, USEFUL_AFTER_START)


def gives_way(lead: int) -> timedelta:
    """By how much a reminder's turn comes after it is due: min(5 % of the lead, 10 minutes)."""
    return min(timedelta(seconds=lead * 0.05), LONGEST_DEFERRAL)


def order_base(start: datetime, lead: int, begun: datetime | None = None) -> datetime:
    """The turn of whoever is first: due + min(5 % of the lead, 10 minutes), so that `now` goes before `24h`.

    What only `begun` after it was due counts from then: made up for, it is no more urgent than what falls due.
    """
    due = due_at(start, lead)
    return (due if begun is None else max(due, begun)) + gives_way(lead)


def rotation(occurrence_id: int, recipients: int) -> int:
    """How many recipients the turns pass over at first and come back to, so that nobody is always last.

    Successive multiples of the golden ratio spread evenly over the recipients (Weyl's equidistribution).
    """
    return int((occurrence_id * _GOLDEN % 1.0) * recipients) if recipients else 0


def worth_making_up(start: datetime, now: datetime) -> bool:
    """Whether a lead that passed before it was asked for is made up for: only near the start, and before it."""
    return now <= start <= now + MAKE_UP_WITHIN
