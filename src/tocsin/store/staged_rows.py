"""What a row says that staging writes: when it is due and of use, its state, and what becomes of one that is there."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.plan import due_at, expires_at, order_base
from tocsin.store.columns import to_ms
from tocsin.store.firings import STILL_DUE
from tocsin.store.tables import occurrences, servers

DROPPED = "it was late, and the server leaves out what is late"

# A sibling that is nearer to the start and due by now makes this one superfluous.
NEARER = (
    "EXISTS (SELECT 1 FROM deliveries n WHERE n.occurrence_id = :occurrence AND n.recipient_id = {recipient}"
    " AND n.starts_at = :start AND n.lead < :lead AND n.recipient_kind = {kind}"
    f" AND n.kind = {Kind.REMINDER.value} AND n.due_at <= :now"
    f" AND n.state NOT IN ({State.CANCELLED.value}, {State.SUPERSEDED.value}))"
)
# So does a change notice, or a nearer snooze, that tells of this start: it waits, is on its way, or arrived after this
# one had fallen due.
TOLD = (
    "EXISTS (SELECT 1 FROM deliveries n WHERE n.occurrence_id = :occurrence AND n.recipient_id = {recipient}"
    " AND n.starts_at = :start AND n.lead < :lead AND n.recipient_kind = {kind}"
    f" AND n.kind IN ({Kind.CHANGE.value}, {Kind.SNOOZE.value}) AND n.due_at <= :now"
    f" AND (n.state IN ({State.PENDING.value}, {State.SENDING.value}, {State.UNKNOWN.value})"
    f" OR n.state = {State.SENT.value} AND n.settled_at >= :due))"
)

COLUMNS = (
    "occurrence_id, starts_at, recipient_kind, recipient_id, kind, lead, sequence, server_id,"
    " due_at, expires_at, order_at, ready_at, state, reason, settled_at"
)

# What was cancelled or superseded while it waited comes back to life; any other row keeps what it is. Whatever waits
# has no worker, and what was ended while a request was on its way, or in doubt, still has one: it may have arrived.
# A pause that Discord asked for stays.
REVIVE = (
    " ON CONFLICT (occurrence_id, recipient_id, starts_at, lead, recipient_kind, kind, sequence) DO UPDATE SET"
    " state = excluded.state, reason = NULL, settled_at = NULL, order_at = excluded.order_at,"
    " ready_at = CASE WHEN deliveries.ready_at > excluded.ready_at THEN deliveries.ready_at"
    " ELSE excluded.ready_at END, expires_at = excluded.expires_at"
    f" WHERE deliveries.state IN ({State.CANCELLED.value}, {State.SUPERSEDED.value})"
    f" AND deliveries.worker IS NULL AND excluded.state = {State.PENDING.value}"
)


def shared_values(row: Any, now: datetime) -> dict[str, Any]:
    """The bound values that every staged row of (occurrence, start, lead) shares."""
    due = due_at(row.starts_at, row.lead)
    return {
        "occurrence": row.occurrence_id,
        "start": to_ms(row.starts_at),
        "lead": row.lead,
        "due": to_ms(due),
        "expires": to_ms(expires_at(row.starts_at, row.ends_at, row.lead)),
        "now": to_ms(now),
    }


def initial_state(
    row: Any,
    begun: datetime,
    now: datetime,
    grace: timedelta,
    *,
    recipient: str = "m.member_id",
    kind: RecipientKind = RecipientKind.MEMBER,
) -> tuple[str, str, str]:
    """SQL for state, reason and settled_at of a new row of a firing whose staging began at `begun`.

    `recipient` is an SQL expression for the id, `kind` the kind of recipient.
    """
    if expires_at(row.starts_at, row.ends_at, row.lead) <= now:
        return str(State.MISSED.value), "'not sent while it was of use'", ":now"
    due = due_at(row.starts_at, row.lead)
    # What waits for its rows to be written waits on our own budget: only when their writing began counts.
    late = due < begun - grace
    if late and row.drop_late:
        return str(State.MISSED.value), f"'{DROPPED}'", ":now"
    reasons = []
    # A channel's row gives way to a nearer one also within the grace: one post replaces the other.
    if late or kind is RecipientKind.CHANNEL:
        reasons.append((NEARER, "a nearer reminder was due by then"))
    if due < begun:
        reasons.append((TOLD, "a change notice or a snooze tells of it"))
    if not reasons:
        return str(State.PENDING.value), "NULL", "NULL"
    cases = [
        (condition.format(recipient=recipient, kind=kind.value), reason)
        for condition, reason in reasons
    ]
    some = " OR ".join(condition for condition, _ in cases)
    return (
        f"CASE WHEN {some} THEN {State.SUPERSEDED.value} ELSE {State.PENDING.value} END",
        "CASE"
        + "".join(f" WHEN {condition} THEN '{reason}'" for condition, reason in cases)
        + " END",
        f"CASE WHEN {some} THEN :now END",
    )


def stage_channel(
    connection: sa.Connection, occurrence_id: int, lead: int, now: datetime
) -> State | None:
    """Write what the server's channel is owed at this lead, if it is one of the windows; place 0 of the queue.

    Returns the state of the row, or None if none was written.
    """
    row = connection.execute(
        sa.select(
            occurrences.c.id.label("occurrence_id"),
            occurrences.c.starts_at,
            occurrences.c.ends_at,
            servers.c.id.label("server_id"),
            servers.c.channel_id,
            servers.c.windows,
            servers.c.drop_late,
            sa.literal(lead).label("lead"),
        )
        .join(servers, servers.c.id == occurrences.c.server_id)
        .where(occurrences.c.id == occurrence_id)
    ).one()
    if row.channel_id is None or lead not in row.windows:
        return None
    state, reason, settled = initial_state(
        row, now, now, STILL_DUE, recipient=":channel", kind=RecipientKind.CHANNEL
    )
    written = connection.scalar(
        sa.text(
            f"INSERT INTO deliveries ({COLUMNS})"
            f" SELECT :occurrence, :start, 1, :channel, 0, :lead, 0, :server, :due, :expires, :turn, :due,"
            f" {state}, {reason}, {settled} WHERE true{REVIVE} RETURNING state"
        ),
        shared_values(row, now)
        | {
            "channel": row.channel_id,
            "server": row.server_id,
            "turn": to_ms(order_base(row.starts_at, lead, now)),
        },
    )
    return None if written is None else State(written)
