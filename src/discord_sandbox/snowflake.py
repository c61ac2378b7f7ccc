"""Ids as Discord makes them: the milliseconds since 2015 in the upper bits, a counter below."""

from __future__ import annotations

from discord_sandbox.clock import SandboxClock

DISCORD_EPOCH_MS = 1_420_070_400_000
_TIME_SHIFT = 22


def snowflake_ms(snowflake: int) -> int:
    """The instant an id was made, in milliseconds since 1970."""
    return (snowflake >> _TIME_SHIFT) + DISCORD_EPOCH_MS


def parse_snowflake(text: object) -> int | None:
    """The id that a string (or an int, as some clients write) stands for, else None."""
    if isinstance(text, str):
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None
    if isinstance(text, bool) or not isinstance(text, int):
        return None
    return text if text >= 0 else None


def snowflake_at(at_ms: int) -> int:
    """The first id of an instant, which stands for the instant itself."""
    return max(at_ms - DISCORD_EPOCH_MS, 0) << _TIME_SHIFT


class SnowflakeSource:
    """Makes ids that always increase, even where the clock was set back."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self.last = 0

    def next(self, now_ms: int | None = None) -> int:
        """The next id; `now_ms` spares looking at the clock once more."""
        if now_ms is None:
            now_ms = self._clock.now_ms()
        self.last = max(snowflake_at(now_ms), self.last + 1)
        return self.last
