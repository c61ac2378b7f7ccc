"""What a process has counted since its start: plain numbers, added to where things happen, read at a scrape."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

Labels = tuple[str, ...]


class Lateness:
    """How long after they were due reminders arrived, sorted into buckets of up to so many seconds."""

    BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)

    def __init__(self) -> None:
        self._counts = [0] * (len(self.BOUNDS) + 1)
        self.total = 0.0

    def note(self, seconds: float) -> None:
        """One more; what came early, by a clock that was set back, came in time."""
        late = max(seconds, 0.0)
        self._counts[bisect_left(self.BOUNDS, late)] += 1
        self.total += late

    def buckets(self) -> list[tuple[str, float]]:
        """How many came within each bound, the last without one: as Prometheus counts, each bucket with those below."""
        bounds = [*map(str, self.BOUNDS), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))


@dataclass(slots=True)
class Tally:
    """Deliveries claimed, by kind; attempts, by recipient, outcome and Discord's code; deliveries that ended.

    These last are counted by how they ended and by kind.
    """

    claims: Counter[Labels] = field(default_factory=Counter)
    attempts: Counter[Labels] = field(default_factory=Counter)
    ends: Counter[Labels] = field(default_factory=Counter)
    lateness: Lateness = field(default_factory=Lateness)
