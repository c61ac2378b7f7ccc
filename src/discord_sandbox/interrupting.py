"""Work of which nobody knows how long it takes, broken off when it takes too long."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class TookTooLong(Exception):
    """The work was broken off before it was done."""


def _break_off(_signal: int, _frame: object) -> None:
    raise TookTooLong


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Break the block off after so long, also within a regular expression, which looks for signals.

    Signals reach the main thread alone: in another one nothing is broken off. Raises TookTooLong.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _break_off)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
