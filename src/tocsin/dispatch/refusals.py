"""Counting refusals, so that the ban on invalid requests is never approached, across restarts too.

Discord bans an address for an hour after 10,000 answers of 401, 403 or 429 within 10 minutes; those of shared
scope do not count (Discord's documentation, “Invalid Request Limit”).
"""

import json
from datetime import datetime, timedelta
from enum import IntEnum

WINDOW = timedelta(minutes=10)
CAREFUL_FROM = 1_000
STOP_FROM = 3_000
COUNTED = frozenset({401, 403, 429})
_MINUTE = 60


class Caution(IntEnum):
    """What may still be tried."""

    NONE = 0
    PROVEN_ONLY = 1
    """Only destinations that have worked before."""
    NOTHING = 2


class Refusals:
    """Refusals by the minute, of the last ten minutes. `changed` says that they are to be kept anew."""

    def __init__(self) -> None:
        self._minutes: dict[int, int] = {}
        self.changed = False

    def note(self, status: int, scope: str | None, now: datetime) -> None:
        """Count an answer, if it is one that Discord counts."""
        if status in COUNTED and scope != "shared":
            minute = int(now.timestamp()) // _MINUTE
            self._minutes[minute] = self._minutes.get(minute, 0) + 1
            self.changed = True

    def count(self, now: datetime) -> int:
        """How many there were within the last ten minutes; the minute that is half out still counts whole."""
        oldest = int((now - WINDOW).timestamp()) // _MINUTE
        self._minutes = {minute: n for minute, n in self._minutes.items() if minute >= oldest}
        return sum(self._minutes.values())

    def caution(self, now: datetime) -> Caution:
        """What may be tried with so many of them."""
        count = self.count(now)
        if count >= STOP_FROM:
            return Caution.NOTHING
        return Caution.PROVEN_ONLY if count >= CAREFUL_FROM else Caution.NONE

    def dump(self) -> str:
        """The counts as text, to be kept over a restart."""
        self.changed = False
        return json.dumps(self._minutes)

    def restore(self, text: str | None) -> None:
        """Take up the counts that an earlier process has kept."""
        self._minutes = {int(minute): int(n) for minute, n in json.loads(text or "{}").items()}
