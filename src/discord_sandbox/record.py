"""What was asked and what was shown: the record that tests judge a bot by.

Rows are tuples around bytes that exist anyway, so that hundreds of thousands of them stay cheap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model import Json
from discord_sandbox.wire import decode

SeenRow = tuple[int, int, str, int, bytes]
"""(n, at in ms, "create", "update" or "delete", channel id, message JSON)"""


@dataclass(slots=True)
class Seen:
    """Every message that anyone was shown, and every change of it they saw."""

    n: int = 0
    public: list[SeenRow] = field(default_factory=list)
    """What many could see at once."""
    readers: list[frozenset[int]] = field(default_factory=list)
    """For each row of `public` those who could see it when it happened."""
    private: dict[int, list[SeenRow]] = field(default_factory=dict)
    """What went to one or two: DMs and ephemeral messages, by user id."""

    def add(
        self, event: str, at_ms: int, channel_id: int, readers: frozenset[int], message: bytes
    ) -> None:
        self.n += 1
        row = (self.n, at_ms, event, channel_id, message)
        if len(readers) > 2:
            self.public.append(row)
            self.readers.append(readers)
            return
        for user_id in readers:
            self.private.setdefault(user_id, []).append(row)

    def of(self, user_id: int, after: int = 0) -> list[SeenRow]:
        """The rows one user was shown, in order."""
        rows = [row for row in self.private.get(user_id, ()) if row[0] > after]
        public = zip(self.public, self.readers, strict=True)
        rows += [row for row, readers in public if row[0] > after and user_id in readers]
        rows.sort()
        return rows

    def clear(self) -> None:
        self.public.clear()
        self.readers.clear()
        self.private.clear()


def seen_json(row: SeenRow) -> Json:
    n, at_ms, event, channel_id, message = row
    return {
        "n": n,
        "at_ms": at_ms,
        "event": event,
        "channel_id": str(channel_id),
        "message": decode(message),
    }


RequestRow = tuple[int, int, str, str, str, int, int | None, float, int, str | None, str | None]
"""(n, at ms, method, path, route, status, bot user id, duration ms, code, fault, limit)"""


class Requests:
    """The REST requests; of more than `keep` of them the newest."""

    def __init__(self, keep: int = 1_000_000) -> None:
        self.n = 0
        self.rows: list[RequestRow] = []
        self._keep = keep
        self._most = keep + keep // 8

    def add(
        self,
        at_ms: int,
        method: str,
        path: str,
        route: str,
        status: int,
        bot: int | None,
        duration_ms: float,
        code: int = 0,
        fault: str | None = None,
        ratelimited: str | None = None,
    ) -> RequestRow:
        """Note one request; `status` 0 means that it got no answer."""
        self.n += 1
        row = (
            self.n,
            at_ms,
            method,
            path,
            route,
            status,
            bot,
            duration_ms,
            code,
            fault,
            ratelimited,
        )
        self.rows.append(row)
        if len(self.rows) > self._most:
            del self.rows[: len(self.rows) - self._keep]
        return row

    def after(self, n: int, limit: int) -> list[RequestRow]:
        """Rows later than `n`, oldest first; the last `limit` of them when `n` is 0."""
        if n == 0:
            start = max(len(self.rows) - limit, 0)
        else:
            oldest = self.rows[0][0] if self.rows else 0
            start = max(n + 1 - oldest, 0)
        return self.rows[start : start + limit]

    def clear(self) -> None:
        self.rows.clear()


def request_json(row: RequestRow) -> Json:
    n, at_ms, method, path, route, status, bot, duration_ms, code, fault, ratelimited = row
    shaped: Json = {
        "n": n,
        "at_ms": at_ms,
        "method": method,
        "path": path,
        "route": route,
        "status": status,
        "bot": None if bot is None else str(bot),
        "duration_ms": round(duration_ms, 3),
    }
    if code:
        shaped["code"] = code
    if fault is not None:
        shaped["fault"] = fault
    if ratelimited is not None:
        shaped["ratelimited"] = ratelimited
    return shaped
