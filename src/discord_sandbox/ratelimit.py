"""Discord's rate limits: the global one, buckets, DM opening, and the invalid-request ban."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from hashlib import blake2s
from typing import Literal

from discord_sandbox.errors import TooFast

Scope = Literal["user", "shared"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How many requests a bucket takes in how many milliseconds; a shared one from all bots."""

    limit: int
    per_ms: int
    scope: Scope = "user"


_DEFAULT = Rule(50, 1_000)
_RULES = {
    "POST /channels/{channel_id}/messages": Rule(5, 5_000),
    "POST /webhooks/{webhook_id}/{webhook_token}": Rule(5, 2_000),
}
"""The buckets of routes where they are known; Discord publishes none of them."""

TEN_MINUTES_MS = 600_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
STARTS_A_DAY = 1_000


def bucket_hash(route: str) -> str:
    return blake2s(route.encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class Window:
    """A fixed window: so many requests from its start until `resets_ms`."""

    resets_ms: int
    used: int


StartRefused = Literal["too soon", "none left"]


@dataclass(slots=True)
class Refusal:
    """A 429: when to come back, and whose limit it was."""

    retry_after: float
    scope: str
    headers: dict[str, str]
    reason: str


class RateLimits:
    """All limits of the sandbox. None (or False) switches one off."""

    def __init__(self) -> None:
        self.restore()

    def check_global(self, application_id: int, now_ms: int) -> Refusal | None:
        """Count one request against the bot's limit over all routes."""
        if self.global_per_second is None:
            return None
        window = self._global.get(application_id)
        if window is None or _over(window, now_ms, 1_000):
            window = self._global[application_id] = Window(now_ms + 1_000, 0)
        window.used += 1
        if window.used <= self.global_per_second:
            return None
        retry_after = (window.resets_ms - now_ms) / 1_000
        headers = {
            "X-RateLimit-Global": "true",
            "X-RateLimit-Scope": "global",
            "Retry-After": str(max(math.ceil(retry_after), 1)),
        }
        return Refusal(retry_after, "global", headers, "global")

    def check_bucket(
        self, route: str, bucket: str, application_id: int, major: str, now_ms: int, *, dm: bool
    ) -> tuple[dict[str, str], Refusal | None]:
        """Count one request against its bucket; answers the headers that tell of it."""
        if not self.buckets or (dm and not self.dm_buckets and route in _RULES):
            return {}, None
        rule = self.rules.get(route, _DEFAULT)
        limit, per_ms = rule.limit, rule.per_ms
        key = (bucket, 0 if rule.scope == "shared" else application_id, major)
        window = self._windows.get(key)
        if window is None or _over(window, now_ms, per_ms):
            if len(self._windows) > 10_000:
                self._forget_windows(now_ms)
            window = self._windows[key] = Window(now_ms + per_ms, 0)
        after_ms = window.resets_ms - now_ms
        if window.used >= limit:
            headers = _headers(bucket, limit, 0, window.resets_ms, after_ms)
            headers["X-RateLimit-Scope"] = rule.scope
            headers["Retry-After"] = str(-(-after_ms // 1_000))
            return headers, Refusal(after_ms / 1_000, rule.scope, headers, f"bucket {route}")
        window.used += 1
        return _headers(bucket, limit, limit - window.used, window.resets_ms, after_ms), None

    def may_open_dm(self, application_id: int, now_ms: int) -> bool:
        """Count a new DM channel; False when too many were opened in 10 minutes."""
        if self.dm_opens_per_10m is None:
            return True
        opens = self._opens.setdefault(application_id, deque())
        _forget_old(opens, now_ms)
        if len(opens) >= self.dm_opens_per_10m:
            return False
        opens.append(now_ms)
        return True

    def create_commands(
        self, application_id: int, guild_id: int | None, new: int, now_ms: int
    ) -> None:
        """Count new commands, global ones or of one guild. Raises TooFast after too many in a day."""
        if self.commands_per_day is None or not new:
            return
        key = (application_id, guild_id)
        window = self._created.get(key)
        if window is None or _over(window, now_ms, DAY_MS):
            window = self._created[key] = Window(now_ms + DAY_MS, 0)
        if window.used + new > self.commands_per_day:
            raise TooFast(30034, (window.resets_ms - now_ms) / 1_000)
        window.used += new

    def publish(self, channel_id: int, now_ms: int) -> None:
        """Count one more published message of a channel, whoever publishes it.

        Raises TooFast after too many in an hour.
        """
        if self.publishes_per_hour is None:
            return
        window = self._published.get(channel_id)
        if window is None or _over(window, now_ms, HOUR_MS):
            window = self._published[channel_id] = Window(now_ms + HOUR_MS, 0)
        if window.used >= self.publishes_per_hour:
            raise TooFast(20028, (window.resets_ms - now_ms) / 1_000, "shared")
        window.used += 1

    def count_invalid(self, now_ms: int) -> None:
        """Note a 401, a 403 or a 429 that was not for a shared limit."""
        self._invalid.append(now_ms)

    def banned(self, now_ms: int) -> bool:
        """Whether the address has had too many invalid requests in 10 minutes."""
        if self.invalid_per_10m is None or not self._invalid:
            return False
        _forget_old(self._invalid, now_ms)
        return len(self._invalid) >= self.invalid_per_10m

    def invalid_count(self, now_ms: int) -> int:
        _forget_old(self._invalid, now_ms)
        return len(self._invalid)

    def starts_left(self, application_id: int, now_ms: int) -> tuple[int, int]:
        """How many sessions the bot may still begin, and in how many ms the count begins anew."""
        window = self._starts.get(application_id)
        if self.identifies_per_day is None or window is None or _over(window, now_ms, DAY_MS):
            return self.starts_in_all, 0
        return max(self.identifies_per_day - window.used, 0), window.resets_ms - now_ms

    @property
    def starts_in_all(self) -> int:
        """What bots are told that they may begin in a day, also where nothing stops them."""
        return STARTS_A_DAY if self.identifies_per_day is None else self.identifies_per_day

    def begin_session(self, application_id: int, shard_id: int, now_ms: int) -> StartRefused | None:
        """Count one IDENTIFY; answers why it is refused, where it is.

        Shards of the same remainder by `max_concurrency` wait for one another.
        """
        key = (application_id, shard_id % self.max_concurrency)
        if self.identify_every_s is not None:
            window = self._identified.get(key)
            if window is not None and not _over(window, now_ms, self.identify_every_s * 1_000):
                return "too soon"
            self._identified[key] = Window(now_ms + self.identify_every_s * 1_000, 1)
        starts = self._starts.get(application_id)
        if starts is None or _over(starts, now_ms, DAY_MS):
            starts = self._starts[application_id] = Window(now_ms + DAY_MS, 0)
        if self.identifies_per_day is not None and starts.used >= self.identifies_per_day:
            return "none left"
        starts.used += 1
        return None

    def set_rule(self, route: str, rule: Rule | None) -> None:
        """Give a route's buckets a size; None is the one it has when nobody sets it."""
        if rule is not None:
            self.rules[route] = rule
        elif route in _RULES:
            self.rules[route] = _RULES[route]
        else:
            self.rules.pop(route, None)

    def restore(self) -> None:
        """The limits as they are when nobody has set them, and no counts."""
        self.global_per_second: int | None = 50
        self.buckets = True
        self.rules = dict(_RULES)
        self.dm_buckets = False
        self.dm_opens_per_10m: int | None = 100
        self.invalid_per_10m: int | None = 10_000
        self.file_bytes: int | None = 10 * 1024 * 1024
        """How large a file may be; Discord takes larger ones in servers that are boosted."""
        self.identifies_per_day: int | None = STARTS_A_DAY
        self.max_concurrency = 1
        self.identify_every_s: int | None = None
        """5 at Discord; not kept to unless asked for, because tests start their bots at once."""
        self.commands_per_day: int | None = 200
        self.publishes_per_hour: int | None = 10
        """In each announcement channel; Discord's number is known, and not published."""
        self._published: dict[int, Window] = {}
        self._created: dict[tuple[int, int | None], Window] = {}
        self._global: dict[int, Window] = {}
        self._windows: dict[tuple[str, int, str], Window] = {}
        self._opens: dict[int, deque[int]] = {}
        self._invalid: deque[int] = deque()
        self._starts: dict[int, Window] = {}
        self._identified: dict[tuple[int, int], Window] = {}

    def reset(self) -> None:
        """Forget every count."""
        self._published.clear()
        self._created.clear()
        self._global.clear()
        self._windows.clear()
        self._opens.clear()
        self._invalid.clear()
        self._starts.clear()
        self._identified.clear()

    def _forget_windows(self, now_ms: int) -> None:
        self._windows = {
            key: window for key, window in self._windows.items() if window.resets_ms > now_ms
        }


def _over(window: Window, now_ms: int, per_ms: int) -> bool:
    # A window that ends further ahead than it is long is left over from a clock set back.
    return not 0 < window.resets_ms - now_ms <= per_ms


def _forget_old(times: deque[int], now_ms: int) -> None:
    while times and not now_ms - TEN_MINUTES_MS < times[0] <= now_ms:
        times.popleft()


def _headers(
    bucket: str, limit: int, remaining: int, resets_ms: int, after_ms: int
) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{resets_ms / 1_000:.3f}",
        "X-RateLimit-Reset-After": f"{after_ms / 1_000:.3f}",
        "X-RateLimit-Bucket": bucket,
    }
