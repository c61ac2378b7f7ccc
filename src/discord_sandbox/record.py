"""What was asked and what was shown: the record that tests judge a bot by.

There are hundreds of thousands of rows. Each stays cheap: it is around bytes that exist anyway, and
the garbage collector, which it can give nothing to do, never looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from discord_sandbox.model import Json
from discord_sandbox.wire import decode


class SeenRow(Struct, gc=False):
    """A message as it was shown, or that it was deleted: `event` is create, update or delete."""

    n: int
    at_ms: int
    event: str
    channel_id: int
    message: bytes
    readers: frozenset[int]


@dataclass(slots=True)
class Seen:
    """Every message that anyone was shown, and every change of it they saw."""

    n: int = 0
    public: list[SeenRow] = field(default_factory=list)
    """What many could see at once."""
    private: dict[int, list[SeenRow]] = field(default_factory=dict)
    """What went to one or two: DMs and ephemeral messages, by user id."""

    def add(
        self, event: str, at_ms: int, channel_id: int, readers: frozenset[int], message: bytes
    ) -> None:
        self.n += 1
        row = SeenRow(self.n, at_ms, event, channel_id, message, readers)
        if len(readers) > 2:
            self.public.append(row)
            return
        for user_id in readers:
            self.private.setdefault(user_id, []).append(row)

    def of(self, user_id: int, after: int = 0) -> list[SeenRow]:
        """The rows one user was shown, in order."""
        rows = [row for row in self.private.get(user_id, ()) if row.n > after]
        rows += [row for row in self.public if row.n > after and user_id in row.readers]
        rows.sort(key=lambda row: row.n)
        return rows

    def clear(self) -> None:
        self.public.clear()
        self.private.clear()


def seen_json(row: SeenRow) -> Json:
    return {
        "n": row.n,
        "at_ms": row.at_ms,
        "event": row.event,
        "channel_id": str(row.channel_id),
        "message": decode(row.message),
    }


class RequestRow(Struct, gc=False):
    """A request and its answer, in short. Status 0 means that it got none.

    It is one of a bot to the API, or, where `path` is a whole URL, one to an application's endpoint.
    """

    n: int
    at_ms: int
    method: str
    path: str
    route: str
    status: int
    bot_user_id: int | None
    duration_ms: float
    code: int
    fault: str | None
    ratelimited: str | None
    problem: str | None = None
    """What was wrong with the answer of an application's own endpoint."""


class Requests:
    """The REST requests; of more than `keep` of them the newest."""

    def __init__(self, keep: int = 1_000_000) -> None:
        self.n = 0
        self.rows: list[RequestRow] = []
        self._keep = keep
        self._most = keep + keep // 8

    def add(self, row: RequestRow) -> None:
        """Note one request, whose number is `n` + 1."""
        self.n = row.n
        self.rows.append(row)
        if len(self.rows) > self._most:
            del self.rows[: len(self.rows) - self._keep]

    def after(self, n: int, limit: int) -> list[RequestRow]:
        """Rows later than `n`, oldest first; the last `limit` of them when `n` is 0."""
        if n == 0:
            start = max(len(self.rows) - limit, 0)
        else:
            oldest = self.rows[0].n if self.rows else 0
            start = max(n + 1 - oldest, 0)
        return self.rows[start : start + limit]

    def clear(self) -> None:
        self.rows.clear()


def request_json(row: RequestRow) -> Json:
    shaped: Json = {
        "n": row.n,
        "at_ms": row.at_ms,
        "method": row.method,
        "path": row.path,
        "route": row.route,
        "status": row.status,
        "bot": None if row.bot_user_id is None else str(row.bot_user_id),
        "duration_ms": round(row.duration_ms, 3),
    }
    if row.code:
        shaped["code"] = row.code
    if row.fault is not None:
        shaped["fault"] = row.fault
    if row.ratelimited is not None:
        shaped["ratelimited"] = row.ratelimited
    if row.problem is not None:
        shaped["problem"] = row.problem
    return shaped
