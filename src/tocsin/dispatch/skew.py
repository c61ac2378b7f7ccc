"""How far this machine's clock is from Discord's, by the `Date` of its answers.

A clock that is wrong calls everybody at the wrong time, so past half a minute nothing is claimed until it is right,
and nothing is given up or forgotten by it: what is missed, superseded or pruned does not come back.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from tocsin.clock import Clock
from tocsin.telemetry.logs import get_logger

ALARM = timedelta(seconds=5)
HOLD = timedelta(seconds=30)
HELP = "Set this machine's clock, or start its time service; sending goes on by itself."
ASK_FOR = 30.0
"""Seconds for which Discord is asked after the clock was set, before what it shows is believed all the same."""
LOOK = 1.0
_SECOND = timedelta(seconds=1)
"""`Date` has whole seconds."""
_RIGHT = timedelta()

log = get_logger("tocsin.clock")


class Skew:
    """Compares each answer's date with the clock. `doubted` is set when Discord has to be asked what time it is.

    `measured` is by how much the clock was ahead at the last answer, negative if behind. `asked` is set by whoever
    asks: where nobody does, no answer is waited for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.measured = _RIGHT
        self._wall, self._monotonic = clock.now(), clock.monotonic()
        self._alarmed = False
        self._doubted_at: float | None = None
        self._answered = asyncio.Event()
        self.doubted = asyncio.Event()
        self.asked = False

    def leaving(self) -> datetime:
        """What the clock shows as a request leaves: to be given back with its answer."""
        return self._clock.now()

    def answered(self, date: str | None, left: datetime) -> None:
        """Take note of an answer's `Date` header. One that lies between departure and answer is right."""
        told = _parsed(date)
        if told is None:
            return
        now = self._clock.now()
        earliest, latest = min(left, now) - _SECOND, max(left, now)
        if told < earliest:
            self.measured = earliest - told
        elif told > latest:
            self.measured = latest - told
        else:
            self.measured = _RIGHT
        self._wall, self._monotonic = now, self._clock.monotonic()
        self._doubted_at = None
        self._answered.set()
        if abs(self.measured) > HOLD:
            self.doubted.set()
        self._tell()

    def ahead(self) -> timedelta:
        """By how much the clock is ahead of Discord's, negative if behind; what it was set by since counts."""
        passed = timedelta(seconds=self._clock.monotonic() - self._monotonic)
        return self.measured + (self._clock.now() - self._wall) - passed

    def holds(self) -> bool:
        """Whether nothing may be claimed: an answer was that far off, and the clock has not been set right since."""
        # A machine that slept looks like a clock that was set: by itself that holds nothing.
        return abs(self.measured) > HOLD and abs(self.ahead()) > HOLD

    def in_doubt(self) -> bool:
        """Whether what cannot be taken back has to wait: the clock is wrong, or nobody knows yet.

        Nobody knows from when the clock was set, or this machine slept, until Discord's next answer.
        """
        if self.holds():
            return True
        if abs(self.ahead() - self.measured) <= HOLD or not self.asked:
            return False
        if self._doubted_at is None:
            self._doubted_at = self._clock.monotonic()
            self._answered.clear()
            self.doubted.set()
        return self._clock.monotonic() - self._doubted_at < ASK_FOR

    async def certain(self) -> None:
        """Return once what cannot be taken back may be done by this clock."""
        never = asyncio.Event()
        while self.in_doubt():
            if self.holds():
                await self._clock.wait(None, never, at_most=LOOK)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._answered.wait()

    def _tell(self) -> None:
        off = abs(self.measured) > ALARM
        if off and not self._alarmed:
            seconds = round(self.measured.total_seconds(), 1)
            log.error("clock is off", ahead_of_discord_s=seconds, help=HELP)
        elif self._alarmed and not off:
            log.info("clock is right")
        self._alarmed = off


def _parsed(date: str | None) -> datetime | None:
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return told if told.tzinfo is not None else None
