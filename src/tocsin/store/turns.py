"""Turns: the key by which claims go, so that no server waits for another. See docs/decisions/0010."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, State
from tocsin.reminders.plan import GAP, LONG_LEAD, gives_way
from tocsin.store.columns import to_ms
from tocsin.store.dialect import run_many
from tocsin.store.tables import firings

GAP_MS = GAP // timedelta(milliseconds=1)
BEHIND = timedelta(seconds=2)
"""So far behind its turns the queue is put in line anew."""
FOR_EACH_WAITING = timedelta(milliseconds=0.2)
"""Or by so much for each that waits: to write a new turn takes a fiftieth of that."""
STRAGGLERS = 100
"""So few that are behind hold nobody up: retries, members whose DM channel was opened late."""

_WAITING = f"FROM deliveries WHERE state = {State.PENDING.value}"
# What gives way alike stands in one line; a line is named by its lead, and what is no reminder gives way to nobody.
_LINE = f"CASE WHEN lead < {LONG_LEAD} THEN lead ELSE {LONG_LEAD} END"
_LINE_OF_ANY = f"CASE WHEN kind = {Kind.REMINDER.value} THEN {_LINE} ELSE 0 END"
_GIVES_WAY = gives_way(1) // timedelta(milliseconds=1)
"""Milliseconds for each second of the lead that names a line."""


class Turns:
    """The turns that servers have given out, in milliseconds: each server's come one gap after the other.

    All that falls due in a server shares them, however many events call its members; only what gives way by more
    stands in a line of its own.
    """

    def __init__(self, connection: sa.Connection, servers: Iterable[int], now: datetime) -> None:
        self._last: dict[tuple[int, int], int] = {}
        rows = connection.execute(
            sa.select(
                firings.c.server_id,
                firings.c.lead,
                sa.func.max(firings.c.turn_at, type_=sa.BigInteger),
            )
            .where(firings.c.server_id.in_(set(servers)), firings.c.turn_at > now)
            .group_by(firings.c.server_id, firings.c.lead)
        )
        for server_id, lead, turn in rows:
            self.note(server_id, lead, turn)

    def next(self, server_id: int, lead: int, base: int) -> int:
        """The next recipient's turn, of a firing whose first turn would be a gap after `base`."""
        return max(base, self._last.get((server_id, min(lead, LONG_LEAD)), base)) + GAP_MS

    def note(self, server_id: int, lead: int, turn: int) -> None:
        """The turns up to this one are given out."""
        line = server_id, min(lead, LONG_LEAD)
        self._last[line] = max(turn, self._last.get(line, turn))


def behind(connection: sa.Connection, now: datetime) -> timedelta:
    """By how much the queue is behind its turns, but for a few stragglers; negative or zero while nobody waits."""
    found = connection.scalar(
        sa.text(
            f"SELECT :now + {_GIVES_WAY} * ({_LINE_OF_ANY}) - order_at FROM deliveries WHERE id ="
            f" (SELECT id {_WAITING} AND ready_at <= :now ORDER BY order_at LIMIT 1 OFFSET {STRAGGLERS})"
        ),
        {"now": to_ms(now)},
    )
    return timedelta(milliseconds=found or 0)


def queue_anew(connection: sa.Connection, now: datetime) -> int:
    """Where the queue is far behind its turns, give everybody who waits a new one from now on, in the old order.

    After a time in which nothing could be sent, or amid more than can be sent, what has waited for long would
    otherwise be older than all that falls due, and a burst's rest keep other servers waiting. Returns how many
    turns were put off.
    """
    late = behind(connection, now)
    if late < BEHIND:
        return 0
    count = connection.scalar(sa.text(f"SELECT count(*) {_WAITING}")) or 0
    return 0 if late < count * FOR_EACH_WAITING else _put_off(connection, to_ms(now))


def _put_off(connection: sa.Connection, at: int) -> int:
    heads = connection.execute(
        sa.text(
            f"SELECT server_id, line, min(turn) AS head FROM (SELECT server_id, {_LINE_OF_ANY} AS line,"
            f" order_at - {_GIVES_WAY} * ({_LINE_OF_ANY}) AS turn {_WAITING}) w GROUP BY server_id, line"
        )
    ).all()
    put_off = connection.execute(
        sa.text(
            # The heads of all lines come at once; among them whoever has waited for longer stays first.
            "WITH places AS (SELECT id, server_id, line, row_number() OVER (PARTITION BY server_id, line"
            " ORDER BY turn, id) - 1 AS place, min(turn) OVER (PARTITION BY server_id, line) AS head FROM"
            f" (SELECT id, server_id, {_LINE_OF_ANY} AS line,"
            f" order_at - {_GIVES_WAY} * ({_LINE_OF_ANY}) AS turn {_WAITING}) w),"
            f" turns AS (SELECT id, :now + {_GIVES_WAY} * line + :gap * place"
            " + (dense_rank() OVER (ORDER BY head, server_id, line) - 1) * :gap / :lines AS turn FROM places)"
            " UPDATE deliveries SET order_at = turns.turn FROM turns"
            " WHERE deliveries.id = turns.id AND turns.turn > deliveries.order_at"
        ),
        {"now": at, "gap": GAP_MS, "lines": len(heads)},
    ).rowcount
    run_many(
        connection,
        f"UPDATE firings SET turn_at = turn_at + :late WHERE server_id = :server"
        f" AND turn_at >= :head + {_GIVES_WAY} * :line AND {_LINE} = :line",
        [
            {"server": one.server_id, "line": one.line, "head": one.head, "late": at - one.head}
            for one in heads
            if one.head < at
        ],
    )
    return int(put_off)
