"""Looking again at what is staged, after an edit or after a time in which nothing ran."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.lead import LONGEST
from tocsin.reminders.plan import (
    MAKE_UP_WITHIN,
    STAGE_AHEAD,
    due_at,
    order_base,
    worth_making_up,
)
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.firings import STILL_DUE
from tocsin.store.staged_rows import COLUMNS, DROPPED, REVIVE, shared_values, stage_channel
from tocsin.store.tables import deliveries, firings, occurrences, servers
from tocsin.store.turns import Turns, queue_anew

_BEGUN_WITHIN = timedelta(days=1)
_AHEAD = timedelta(seconds=LONGEST) + STAGE_AHEAD
_CALLS = f"{Kind.REMINDER.value}, {Kind.SNOOZE.value}"


def restage_channel(connection: sa.Connection, server_id: int, now: datetime) -> None:
    """The channel or its windows changed: what waits for the old ones is cancelled, begun firings look again.

    A window that has passed is made up for only near the start, and only the nearest to now; if the channel was told
    at that one already, its row is there.
    """
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.server_id == server_id,
            deliveries.c.recipient_kind == RecipientKind.CHANNEL,
            deliveries.c.kind == Kind.REMINDER,
            sa.text(f"deliveries.state = {State.PENDING.value}"),
        )
        .values(
            state=State.CANCELLED, reason="the channel or its windows were changed", settled_at=now
        )
    )
    begun = connection.execute(
        sa.select(
            firings.c.occurrence_id,
            firings.c.lead,
            firings.c.due_at,
            occurrences.c.starts_at,
            servers.c.windows,
        )
        .join(occurrences, occurrences.c.id == firings.c.occurrence_id)
        .join(servers, servers.c.id == firings.c.server_id)
        .where(
            firings.c.server_id == server_id,
            firings.c.begun_at.is_not(None),
            sa.or_(
                firings.c.due_at >= now - STILL_DUE,
                occurrences.c.starts_at.between(now, now + MAKE_UP_WITHIN),
            ),
            occurrences.c.cancelled.is_(False),
        )
    ).all()
    for row in begun:
        passed = [lead for lead in row.windows if due_at(row.starts_at, lead) <= now]
        if row.due_at >= now - STILL_DUE or row.lead == min(passed, default=None):
            stage_channel(connection, row.occurrence_id, row.lead, now)


def restage_member(connection: sa.Connection, server_id: int, member_id: int, now: datetime) -> int:
    """A subscription changed: cancel what is no longer asked for, and write what is, for firings already begun.

    A lead that was past when it was chosen is made up for only near the start, only the nearest to now, and only
    if the member was told nothing of that occurrence. Returns how many deliveries were cancelled.
    """
    cancelled = cancel_unasked(connection, server_id, member_id, now)
    asked = connection.execute(
        sa.text(
            "SELECT DISTINCT o.id AS occurrence_id, o.starts_at, o.ends_at, p.lead, f.begun_at, o.server_id"
            " FROM occurrences o CROSS JOIN occurrence_keys k CROSS JOIN leads_in_use l"
            " CROSS JOIN subscription_pairs p"
            " LEFT JOIN firings f ON f.occurrence_id = o.id AND f.lead = p.lead"
            " WHERE o.server_id = :server AND NOT o.cancelled AND o.starts_at BETWEEN :now AND :horizon"
            " AND k.occurrence_id = o.id AND l.server_id = o.server_id AND p.server_id = o.server_id"
            " AND p.choice = k.key AND p.lead = l.lead AND p.member_id = :member"
        ).columns(starts_at=occurrences.c.starts_at.type, ends_at=occurrences.c.ends_at.type),
        {
            "member": member_id,
            "server": server_id,
            "now": to_ms(now),
            "horizon": to_ms(now + _AHEAD),
        },
    ).all()
    made_up: dict[int, sa.Row[Any]] = {}
    for row in asked:
        if due_at(row.starts_at, row.lead) > now:
            if row.begun_at is not None:
                _insert_one(connection, row, member_id, now)
        elif worth_making_up(row.starts_at, now):
            nearest = made_up.get(row.occurrence_id)
            if nearest is None or row.lead < nearest.lead:
                made_up[row.occurrence_id] = row
    drops = sa.select(servers.c.drop_late).where(servers.c.id == server_id)
    if made_up and connection.scalar(drops):
        return cancelled
    for row in made_up.values():
        if not _was_told(connection, row, member_id):
            _insert_one(connection, row, member_id, now)
    return cancelled


def cancel_unasked(connection: sa.Connection, server_id: int, member_id: int, now: datetime) -> int:
    """Cancel what waits for the member in the server and no subscription asks for any more."""
    return connection.execute(
        sa.text(
            "UPDATE deliveries SET state = :cancelled, reason = 'no longer asked for', settled_at = :now"
            " WHERE recipient_id = :member AND recipient_kind = 0 AND server_id = :server AND NOT owed"
            # A snooze is looked at when it is claimed: it has no lead that could be asked for.
            f" AND kind <> {Kind.SNOOZE.value}"
            f" AND state = {State.PENDING.value} AND occurrence_id IN"
            "  (SELECT occurrence_id FROM firings WHERE server_id = :server AND due_at BETWEEN :since AND :until)"
            " AND NOT EXISTS (SELECT 1 FROM occurrence_keys k CROSS JOIN subscription_pairs p"
            "  WHERE k.occurrence_id = deliveries.occurrence_id AND p.server_id = :server"
            "  AND p.choice = k.key AND p.lead = deliveries.lead AND p.member_id = :member)"
        ),
        {
            "cancelled": State.CANCELLED.value,
            "member": member_id,
            "server": server_id,
            "now": to_ms(now),
            "since": to_ms(now - _BEGUN_WITHIN),
            "until": to_ms(now + STAGE_AHEAD * 2),
        },
    ).rowcount


def _was_told(connection: sa.Connection, row: sa.Row[Any], member_id: int) -> bool:
    """Whether the member was sent, or is about to be sent, anything of this occurrence at this start."""
    return (
        connection.scalar(
            sa.select(sa.literal(1)).where(
                deliveries.c.occurrence_id == row.occurrence_id,
                deliveries.c.recipient_id == member_id,
                deliveries.c.starts_at == row.starts_at,
                deliveries.c.kind != Kind.TEST,
                deliveries.c.due_at >= due_at(row.starts_at, row.lead),
                deliveries.c.state.in_([State.PENDING, State.SENDING, State.UNKNOWN, State.SENT]),
            )
        )
        is not None
    )


def _insert_one(connection: sa.Connection, row: sa.Row[Any], member_id: int, now: datetime) -> None:
    # Whoever comes late has the turn after all those that are given out.
    turn = Turns(connection, [row.server_id], now).next(
        row.server_id, row.lead, to_ms(order_base(row.starts_at, row.lead, now))
    )
    connection.execute(
        sa.update(firings)
        .where(firings.c.occurrence_id == row.occurrence_id, firings.c.lead == row.lead)
        .values(turn_at=from_ms(turn))
    )
    connection.execute(
        sa.text(
            f"INSERT INTO deliveries ({COLUMNS}) SELECT :occurrence, :start, 0, :member, 0, :lead, 0, :server,"
            f" :due, :expires, :turn, :due, {State.PENDING.value}, NULL, NULL WHERE true{REVIVE}"
        ),
        shared_values(row, now) | {"member": member_id, "server": row.server_id, "turn": turn},
    )


def fold_late(connection: sa.Connection, now: datetime, grace: timedelta) -> Counter[State]:
    """After a time in which nothing ran: of what is late for one recipient only the nearest to now goes out.

    Late is what had its turn while nothing ran; see docs/decisions/0009. In a server that leaves out what is late,
    nothing of it goes out. What does is put in line anew, if it is much. Returns how many ended, by their state.
    """
    late = (
        f"state = {State.PENDING.value} AND attempt = 0 AND kind IN ({_CALLS}) AND order_at < :late"
    )
    instants = {"now": to_ms(now), "late": to_ms(now - grace)}
    missed = connection.execute(
        sa.text(
            f"UPDATE deliveries SET state = {State.MISSED.value}, settled_at = :now, reason = '{DROPPED}'"
            f" WHERE {late} AND server_id IN (SELECT id FROM servers WHERE drop_late)"
        ),
        instants,
    ).rowcount
    superseded = connection.execute(
        sa.text(
            f"UPDATE deliveries SET state = {State.SUPERSEDED.value}, settled_at = :now,"
            " reason = 'a nearer reminder was due by then'"
            f" WHERE {late}"
            " AND EXISTS (SELECT 1 FROM deliveries n WHERE n.occurrence_id = deliveries.occurrence_id"
            "  AND n.recipient_id = deliveries.recipient_id AND n.starts_at = deliveries.starts_at"
            "  AND n.lead < deliveries.lead AND n.recipient_kind = deliveries.recipient_kind"
            f"  AND n.kind IN ({_CALLS})"
            f"  AND n.due_at <= :now AND n.state NOT IN ({State.CANCELLED.value}, {State.SUPERSEDED.value}))"
        ),
        instants,
    ).rowcount
    queue_anew(connection, now)
    return Counter({State.MISSED: missed, State.SUPERSEDED: superseded})
