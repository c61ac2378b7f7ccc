"""Whether Discord has told the whole bot to wait, by its answers 429."""

from collections.abc import Mapping

LONG = 10.0
"""Seconds; a channel's own limit is over sooner."""
MANY = 5


class Limited:
    """Takes note of limits; `until` is when the last of those for the whole bot ends, in seconds of its clock.

    A limit is for the whole bot if Discord calls it global, if it is not Discord's own answer (a ban of the
    address), or if many destinations are told to wait for long at once.
    """

    def __init__(self) -> None:
        self.until = float("-inf")
        self._long: dict[str, float] = {}

    def note(self, path: str, headers: Mapping[str, str], now: float) -> bool:
        """Take note of an answer 429; returns whether the whole bot has to wait for longer than it had."""
        until = now + _seconds(headers.get("Retry-After"))
        scope = headers.get("X-RateLimit-Scope")
        if scope == "user":
            until = self._shared_by_many(path, until, now)
        elif scope == "shared":
            return False
        if until <= self.until:
            return False
        self.until = until
        return True

    def _shared_by_many(self, path: str, until: float, now: float) -> float:
        if until - now >= LONG:
            self._long[path] = until
        self._long = {path: end for path, end in self._long.items() if end > now}
        return min(self._long.values()) if len(self._long) >= MANY else now


def _seconds(text: str | None) -> float:
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0
