"""Telling those who were called to an occurrence that it moved, or does not take place."""

from datetime import datetime

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.plan import GAP, expires_at
from tocsin.store.columns import to_ms
from tocsin.store.tables import deliveries

_GAP_MS = int(GAP.total_seconds() * 1000)
_MAY_HAVE_ARRIVED = f"{State.SENDING.value}, {State.UNKNOWN.value}, {State.SENT.value}"
_TELLING = (
    f"{Kind.REMINDER.value}, {Kind.SNOOZE.value}, {Kind.CHANGE.value}, {Kind.CANCELLATION.value}"
)

# The last word that each recipient has, or may be about to have, of the occurrence.
_LAST_WORD = (
    "SELECT recipient_kind, recipient_id, starts_at, kind,"
    " row_number() OVER (PARTITION BY recipient_kind, recipient_id"
    " ORDER BY coalesce(claimed_at, settled_at) DESC, id DESC) AS nth"
    " FROM deliveries WHERE occurrence_id = :occurrence"
    f" AND state IN ({_MAY_HAVE_ARRIVED}) AND kind IN ({_TELLING})"
)

# Who has unsubscribed since is not told, and a channel that was replaced is not, either.
_STILL_THERE = (
    f"(l.recipient_kind = {RecipientKind.MEMBER.value}"
    " AND EXISTS (SELECT 1 FROM subscriptions s"
    "  WHERE s.server_id = :server AND s.member_id = l.recipient_id))"
    f" OR (l.recipient_kind = {RecipientKind.CHANNEL.value}"
    " AND EXISTS (SELECT 1 FROM servers g"
    "  WHERE g.id = :server AND g.channel_id = l.recipient_id))"
)


def notify_move(
    connection: sa.Connection,
    occurrence_id: int,
    server_id: int,
    revision: int,
    start: datetime,
    end: datetime,
    now: datetime,
) -> int:
    """Owe a change notice to everyone whose last word is another start, or a cancellation.

    A notice of an earlier change that still waits is superseded. Returns how many were written.
    """
    _supersede_waiting(connection, occurrence_id, now)
    if end <= now:
        return 0
    wrong = f"(l.starts_at <> :start OR l.kind = {Kind.CANCELLATION.value})"
    return _write(
        connection, Kind.CHANGE, wrong, occurrence_id, server_id, revision, start, end, now
    )


def notify_cancellation(
    connection: sa.Connection,
    occurrence_id: int,
    server_id: int,
    revision: int,
    start: datetime,
    end: datetime,
    now: datetime,
) -> int:
    """Owe a cancellation to everyone whose last word on the occurrence is that it takes place.

    Returns how many were written; none once it is over.
    """
    _supersede_waiting(connection, occurrence_id, now)
    if end <= now:
        return 0
    wrong = f"l.kind <> {Kind.CANCELLATION.value}"
    return _write(
        connection, Kind.CANCELLATION, wrong, occurrence_id, server_id, revision, start, end, now
    )


def _supersede_waiting(connection: sa.Connection, occurrence_id: int, now: datetime) -> None:
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.occurrence_id == occurrence_id,
            deliveries.c.kind.in_([Kind.CHANGE, Kind.CANCELLATION]),
            deliveries.c.state == State.PENDING,
        )
        .values(state=State.SUPERSEDED, reason="the occurrence changed again", settled_at=now)
    )


def _write(
    connection: sa.Connection,
    kind: Kind,
    wrong: str,
    occurrence_id: int,
    server_id: int,
    revision: int,
    start: datetime,
    end: datetime,
    now: datetime,
) -> int:
    # Spaced like reminders and not all at `now`: a large server's notices let its neighbours in.
    useful_for = expires_at(start, end, 0) - start
    result = connection.execute(
        sa.text(
            "INSERT INTO deliveries"
            " (occurrence_id, starts_at, recipient_kind, recipient_id, kind, lead, sequence,"
            " server_id, state, due_at, expires_at, order_at, ready_at, owed)"
            " SELECT :occurrence, :start, l.recipient_kind, l.recipient_id, :kind, 0, :revision,"
            f" :server, {State.PENDING.value}, :now, :expires, :now + {_GAP_MS} *"
            " (row_number() OVER (ORDER BY l.recipient_kind DESC, l.recipient_id) - 1), :now, :owed"
            f" FROM ({_LAST_WORD}) l WHERE l.nth = 1 AND {wrong} AND ({_STILL_THERE})"
            " ON CONFLICT DO NOTHING"
        ),
        {
            "occurrence": occurrence_id,
            "server": server_id,
            "start": to_ms(start),
            "kind": kind.value,
            "revision": revision,
            "now": to_ms(now),
            "expires": to_ms(max(start, now) + useful_for),
            "owed": True,
        },
    )
    return int(result.rowcount)
