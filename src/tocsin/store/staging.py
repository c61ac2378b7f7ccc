"""Fanning a firing out into deliveries, in chunks, shortly before it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.plan import (
    GAP,
    STAGE_AHEAD,
    due_at,
    expires_at,
    order_base,
    rotation,
)
from tocsin.store.columns import to_ms
from tocsin.store.firings import STILL_DUE
from tocsin.store.tables import firings, occurrence_keys, occurrences, servers

CHUNK = 5_000
"""Rows in one transaction: it took 17 ms, so that no other writer is held up."""
WINDOW = timedelta(minutes=10)
"""How far ahead of its turn a recipient is staged: 30,000 at 50 requests a second."""
GAP_MS = GAP // timedelta(milliseconds=1)


_FIRINGS = (
    sa.select(
        firings,
        occurrences.c.starts_at,
        occurrences.c.ends_at,
        occurrences.c.cancelled,
        servers.c.drop_late,
    )
    .join(occurrences, occurrences.c.id == firings.c.occurrence_id)
    .join(servers, servers.c.id == firings.c.server_id)
)
DROPPED = "it was late, and the server leaves out what is late"


@dataclass(frozen=True, slots=True)
class Staged:
    """What one call has done: rows written, whether more could be written right away, and of which firing."""

    rows: int
    more: bool
    server_id: int | None = None
    occurrence_id: int | None = None
    lead: int | None = None


def next_firing(connection: sa.Connection) -> datetime | None:
    """When the next firing that is not staged falls due."""
    due: datetime | None = connection.scalar(
        sa.select(sa.func.min(firings.c.due_at)).where(firings.c.staged_at.is_(None))
    )
    return due


def stage(
    connection: sa.Connection,
    now: datetime,
    *,
    grace: timedelta,
    hungry: bool = False,
    chunk: int = CHUNK,
) -> Staged:
    """Write the next chunk of deliveries: of all open firings the one whose next recipient's turn comes first.

    So a burst in one server never keeps a neighbour waiting. A firing is staged no further ahead than its
    recipients' turns need, unless the dispatcher is `hungry`.
    """
    open_firings = connection.execute(
        _FIRINGS.where(firings.c.staged_at.is_(None), firings.c.due_at <= now + STAGE_AHEAD)
        .order_by(firings.c.due_at.desc())
        .limit(500)
    ).all()
    if not open_firings:
        return Staged(0, more=False)
    # A late one nearer to the start comes before a farther one of the same occurrence, which then finds it there.
    chosen = min(open_firings, key=lambda row: _turn(row, now, grace))
    if not hungry and _turn(chosen, now, grace) > now + STAGE_AHEAD + WINDOW:
        return Staged(0, more=False)
    rows = _stage_chunk(connection, chosen, now, grace, chunk)
    return Staged(rows, True, chosen.server_id, chosen.occurrence_id, chosen.lead)


def _turn(row: sa.Row[Any], now: datetime, grace: timedelta) -> datetime:
    """When the turn of the firing's next recipient comes; for a late one its distance behind now, mirrored."""
    if row.due_at < (row.begun_at or now) - grace:
        # Without the rank: the nearer one of an occurrence is staged to its end before the farther one begins.
        late: timedelta = now - row.due_at
        return now + late * 1e-6
    starts_at: datetime = row.starts_at
    return order_base(starts_at, row.lead) + GAP * int(row.rank)


def _stage_chunk(
    connection: sa.Connection, row: sa.Row[Any], now: datetime, grace: timedelta, chunk: int
) -> int:
    if row.cancelled or row.recipients is None:
        if not _begin(connection, row, now):
            return 0
        row = connection.execute(
            _FIRINGS.where(firings.c.occurrence_id == row.occurrence_id, firings.c.lead == row.lead)
        ).one()
    keys = _keys(connection, row.occurrence_id)
    for choice in [key for key in keys if row.staged_choice is None or key >= row.staged_choice]:
        after = row.staged_member if choice == row.staged_choice else -1
        found = _insert_members(connection, row, choice, after, chunk, now, grace)
        if found.read:
            _advance(
                connection,
                row,
                staged_choice=choice,
                staged_member=found.last,
                rank=row.rank + found.read,
            )
            return found.written
    _advance(connection, row, staged_at=now)
    return 0


def _advance(connection: sa.Connection, row: sa.Row[Any], **values: Any) -> None:
    connection.execute(
        sa.update(firings)
        .where(firings.c.occurrence_id == row.occurrence_id, firings.c.lead == row.lead)
        .values(**values)
    )


def _begin(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> bool:
    """Note that the staging begins, with how many will match, and stage the channel. False if nothing is to do."""
    if row.cancelled:
        _advance(connection, row, staged_at=now)
        return False
    count = connection.scalar(
        sa.text(
            "SELECT count(*) FROM occurrence_keys k CROSS JOIN subscription_pairs p"
            " WHERE k.occurrence_id = :occurrence"
            " AND p.server_id = :server AND p.choice = k.key AND p.lead = :lead"
        ),
        {"server": row.server_id, "lead": row.lead, "occurrence": row.occurrence_id},
    )
    _advance(connection, row, begun_at=row.begun_at or now, recipients=count)
    stage_channel(connection, row.occurrence_id, row.lead, now)
    return True


def _keys(connection: sa.Connection, occurrence_id: int) -> list[str]:
    return sorted(
        connection.scalars(
            sa.select(occurrence_keys.c.key).where(occurrence_keys.c.occurrence_id == occurrence_id)
        )
    )


@dataclass(frozen=True, slots=True)
class _Chunk:
    read: int
    written: int
    last: int


_MEMBERS = (
    "SELECT p.member_id, row_number() OVER (ORDER BY p.member_id) - 1 AS n FROM subscription_pairs p"
    " WHERE p.server_id = :server AND p.choice = :choice AND p.lead = :lead AND p.member_id > :after"
    " ORDER BY p.member_id LIMIT :chunk"
)

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


def _insert_members(
    connection: sa.Connection,
    row: sa.Row[Any],
    choice: str,
    after: int,
    chunk: int,
    now: datetime,
    grace: timedelta,
) -> _Chunk:
    """Write one chunk of members of one choice; says how many were read, how many written, and who was last."""
    values = timing(row, now)
    recipients = max(row.recipients or 0, 1)
    values |= {
        "server": row.server_id,
        "choice": choice,
        "after": after,
        "chunk": chunk,
        "first": row.rank + rotation(row.occurrence_id, recipients),
        "recipients": recipients,
    }
    state, reason, settled = _initial_state(row, row.begun_at, now, grace)
    written = connection.execute(
        sa.text(
            f"INSERT INTO deliveries ({COLUMNS})"
            f" SELECT :occurrence, :start, 0, m.member_id, 0, :lead, 0, :server, :due, :expires,"
            f" :base + {GAP_MS} * (1 + (:first + m.n) % :recipients), :due, {state}, {reason}, {settled}"
            f" FROM ({_MEMBERS}) m WHERE true{REVIVE}"
        ),
        values,
    ).rowcount
    read, last = connection.execute(
        sa.text(f"SELECT count(*), max(member_id) FROM ({_MEMBERS}) m"),
        {key: values[key] for key in ("server", "choice", "lead", "after", "chunk")},
    ).one()
    return _Chunk(int(read), int(written), int(last or after))


def timing(row: sa.Row[Any], now: datetime) -> dict[str, Any]:
    """The bound values that every staged row of (occurrence, start, lead) shares."""
    due = due_at(row.starts_at, row.lead)
    return {
        "occurrence": row.occurrence_id,
        "start": to_ms(row.starts_at),
        "lead": row.lead,
        "due": to_ms(due),
        "expires": to_ms(expires_at(row.starts_at, row.ends_at, row.lead)),
        "base": to_ms(order_base(row.starts_at, row.lead)),
        "now": to_ms(now),
    }


def _initial_state(
    row: sa.Row[Any],
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


def stage_channel(connection: sa.Connection, occurrence_id: int, lead: int, now: datetime) -> None:
    """Write what the server's channel is owed at this lead, if it is one of the windows; place 0 of the queue."""
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
        return
    state, reason, settled = _initial_state(
        row, now, now, STILL_DUE, recipient=":channel", kind=RecipientKind.CHANNEL
    )
    connection.execute(
        sa.text(
            f"INSERT INTO deliveries ({COLUMNS})"
            f" SELECT :occurrence, :start, 1, :channel, 0, :lead, 0, :server, :due, :expires, :base, :due,"
            f" {state}, {reason}, {settled} WHERE true{REVIVE}"
        ),
        timing(row, now) | {"channel": row.channel_id, "server": row.server_id},
    )


def due_unstaged(connection: sa.Connection, now: datetime) -> bool:
    """Whether a firing that is due by now is still to be staged."""
    return (
        connection.scalar(
            sa.select(sa.literal(1))
            .where(firings.c.staged_at.is_(None), firings.c.due_at <= now)
            .limit(1)
        )
        is not None
    )
