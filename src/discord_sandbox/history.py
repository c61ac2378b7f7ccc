"""Reading back what was written: pages of a channel's messages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from discord_sandbox.model import Channel, Message


def page(
    channel: Channel,
    *,
    limit: int = 50,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
) -> list[Message]:
    """Up to `limit` messages, newest first.

    With `before` those just before that id, with `after` those just after it, with `around` the
    one itself between its neighbours; else the newest. The ids need not be of messages.
    """
    ids = channel.message_ids
    if around is not None:
        middle = bisect_left(ids, around)
        start = max(middle - limit // 2, 0)
        stop = start + limit
    elif after is not None:
        start = bisect_right(ids, after)
        stop = start + limit
    else:
        stop = bisect_left(ids, before) if before is not None else len(ids)
        start = max(stop - limit, 0)
    return [channel.messages[found] for found in reversed(ids[start:stop])]
