"""Deliveries in doubt: claimed by a process that is gone, or answered by nothing. See DESIGN, "Delivery"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Move, State, moved
from tocsin.store.claims import Claimed
from tocsin.store.tables import deliveries, occurrences


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery of which nobody knows whether it arrived."""

    claimed: Claimed
    ends_at: datetime
    worker: str


def adopt_orphans(
    connection: sa.Connection, worker: str, now: datetime, in_flight: frozenset[int]
) -> int:
    """Whatever is `sending` and is not in flight in this process is in doubt. Returns how many there were.

    A claim of another worker counts only once its lease is over, or at once where this process holds the lock
    that no other bot can hold: `worker` is then the only one alive.
    """
    stale = sa.or_(deliveries.c.worker != worker, deliveries.c.lease_until <= now)
    return connection.execute(
        sa.update(deliveries)
        .where(
            sa.text(f"deliveries.state = {State.SENDING.value}"),
            stale,
            deliveries.c.id.not_in(in_flight) if in_flight else sa.true(),
        )
        .values(
            state=moved(State.SENDING, Move.LOST_TRACK), reason="its sender went away", ready_at=now
        )
    ).rowcount


def list_doubts(connection: sa.Connection, now: datetime, limit: int) -> list[Doubt]:
    """The deliveries in doubt that may be looked at by now, the most urgent first."""
    rows = connection.execute(
        sa.select(deliveries, occurrences.c.ends_at)
        .join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)
        .where(sa.text(f"deliveries.state = {State.UNKNOWN.value}"), deliveries.c.ready_at <= now)
        .order_by(deliveries.c.ready_at, deliveries.c.order_at)
        .limit(limit)
    )
    return [Doubt(_claimed(row), row.ends_at, row.worker or "") for row in rows]


def _claimed(row: sa.Row[Any]) -> Claimed:
    return Claimed(
        id=row.id,
        attempt=row.attempt,
        revision=row.revision,
        kind=row.kind,
        recipient_kind=row.recipient_kind,
        recipient_id=row.recipient_id,
        channel_id=row.channel_id,
        anchor_id=row.anchor_id,
        lead=row.lead,
        starts_at=row.starts_at,
        due_at=row.due_at,
        occurrence_id=row.occurrence_id,
        server_id=row.server_id,
        plain=row.plain,
        epoch=row.epoch or 0,
        claimed_at=row.claimed_at,
    )


def settle_doubt(
    connection: sa.Connection, doubt: Doubt, move: Move, reason: str, now: datetime
) -> bool:
    """Record that the delivery is not there (ABSENT) or that it cannot be known (UNVERIFIABLE)."""
    state = moved(State.UNKNOWN, move)
    values: dict[str, Any] = {"state": state, "reason": reason}
    if state is State.PENDING:
        # Its order key stays: what was urgent is urgent still.
        values |= {"ready_at": now, "worker": None}
    else:
        values["settled_at"] = now
    return bool(
        connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.id == doubt.claimed.id,
                deliveries.c.state == State.UNKNOWN,
                deliveries.c.attempt == doubt.claimed.attempt,
            )
            .values(**values)
        ).rowcount
    )


def look_later(connection: sa.Connection, doubt: Doubt, at: datetime) -> None:
    """The history could not be read now: look again at `at`."""
    connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == doubt.claimed.id, deliveries.c.state == State.UNKNOWN)
        .values(ready_at=at)
    )
