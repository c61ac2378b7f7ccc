"""How long to wait before another try. Pure; the dice are a parameter."""

from datetime import datetime, timedelta

FIRST = 2.0
LONGEST = 300.0
_DOUBLINGS = 10
"""More would exceed LONGEST anyway, and a thousand of them would exceed a float."""
LONGEST_ASKED = 86_400.0
"""No answer makes us wait longer than a day: it could not be put into a date, or nobody would still want it."""


def retry_delay(attempt: int, dice: float) -> timedelta:
    """The pause after the `attempt`-th failure (from 1): doubling from 2 s to 5 minutes, with full jitter.

    `dice` is uniform in [0, 1); half of the pause is fixed, so that a retry never comes at once.
    """
    bound = min(LONGEST, FIRST * 2 ** min(attempt - 1, _DOUBLINGS))
    return timedelta(seconds=bound * (0.5 + dice / 2))


def retry_at(now: datetime, attempt: int, dice: float, asked: float | None) -> datetime:
    """When to try again: what Discord asked for, in seconds, if it did; else the usual backoff."""
    if asked is not None:
        return now + timedelta(seconds=min(max(asked, 0.05), LONGEST_ASKED))
    return now + retry_delay(attempt, dice)
