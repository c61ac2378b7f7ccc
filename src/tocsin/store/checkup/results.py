"""What became of deliveries, and what waits though it should not."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.checkup import EXAMPLES, REAL
from tocsin.store.columns import from_ms
from tocsin.store.tables import (
    channel_messages,
    deliveries,
    dm_channels,
    firings,
    occurrences,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits though it should not: how many, the oldest, and examples by id."""

    count: int
    since: datetime | None
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """A reminder that went out later than its turn, with its true times."""

    delivery_id: int
    title: str
    due_at: datetime
    sent_at: datetime


def states_between(
    connection: sa.Connection, server_id: int, since: datetime, until: datetime
) -> dict[State, int]:
    """How many deliveries due between two instants are in each state."""
    rows = connection.execute(
        sa.select(deliveries.c.state, sa.func.count())
        .where(
            deliveries.c.server_id == server_id,
            deliveries.c.due_at >= since,
            deliveries.c.due_at < until,
            REAL,
        )
        .group_by(deliveries.c.state)
    )
    return {row[0]: row[1] for row in rows}


def failures_since(connection: sa.Connection, server_id: int, since: datetime) -> dict[str, int]:
    """Failures by reason; those of members whose DMs are suspended are counted there."""
    suspended = sa.select(dm_channels.c.member_id).where(
        dm_channels.c.suspended_because.is_not(None)
    )
    closed = sa.and_(
        deliveries.c.recipient_kind == RecipientKind.MEMBER,
        deliveries.c.recipient_id.in_(suspended),
    )
    reason = sa.func.coalesce(deliveries.c.reason, "no reason was kept")
    rows = connection.execute(
        sa.select(reason, sa.func.count())
        .where(
            deliveries.c.server_id == server_id,
            deliveries.c.state == State.FAILED,
            deliveries.c.due_at >= since,
            REAL,
            ~closed,
        )
        .group_by(reason)
        .order_by(sa.func.count().desc())
    )
    return {row[0]: row[1] for row in rows}


def overdue(
    connection: sa.Connection, server_id: int, before: datetime, now: datetime
) -> tuple[Waiting, Waiting]:
    """Deliveries whose turn came before `before` and that wait; firings due then, not staged."""
    waiting = _waiting(
        connection,
        deliveries.c.server_id == server_id,
        deliveries.c.state == State.PENDING,
        deliveries.c.order_at < before,
        deliveries.c.ready_at < before,
        deliveries.c.expires_at > now,
        REAL,
    )
    count, since = connection.execute(
        sa.select(sa.func.count(), sa.func.min(firings.c.due_at)).where(
            firings.c.server_id == server_id,
            firings.c.staged_at.is_(None),
            firings.c.due_at < before,
        )
    ).one()
    return waiting, Waiting(count, since, ())


def stuck(connection: sa.Connection, server_id: int, before: datetime) -> Waiting:
    """Deliveries claimed before `before` of which nobody has recorded what came."""
    return _waiting(
        connection,
        deliveries.c.server_id == server_id,
        deliveries.c.state.in_([State.SENDING, State.UNKNOWN]),
        deliveries.c.claimed_at < before,
    )


def left_over(connection: sa.Connection, server_id: int, before: datetime) -> Waiting:
    """Deliveries that wait though they are of no more use: past, or their occurrence cancelled."""
    cancelled = sa.select(occurrences.c.id).where(
        occurrences.c.server_id == server_id, occurrences.c.cancelled
    )
    return _waiting(
        connection,
        deliveries.c.server_id == server_id,
        deliveries.c.state == State.PENDING,
        sa.or_(
            deliveries.c.expires_at < before,
            deliveries.c.occurrence_id.in_(cancelled) & (deliveries.c.kind == Kind.REMINDER),
        ),
    )


def _waiting(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Waiting:
    count, since = connection.execute(
        sa.select(sa.func.count(), sa.func.min(deliveries.c.due_at)).where(*conditions)
    ).one()
    ids = connection.scalars(
        sa.select(deliveries.c.id).where(*conditions).order_by(deliveries.c.due_at).limit(EXAMPLES)
    )
    return Waiting(count, since, tuple(ids))


def posts_left(connection: sa.Connection, server_id: int, before: datetime) -> list[int]:
    """Posts in the server's channel that should have been removed before then; at most a few."""
    return list(
        connection.scalars(
            sa.select(channel_messages.c.message_id)
            .where(
                channel_messages.c.server_id == server_id,
                channel_messages.c.removed_at.is_(None),
                channel_messages.c.remove_at < before,
            )
            .order_by(channel_messages.c.remove_at)
            .limit(EXAMPLES)
        )
    )


def late_since(
    connection: sa.Connection, server_id: int, since: datetime, grace_ms: int
) -> tuple[int, list[Late]]:
    """How many reminders went out later than the grace after their turn, and the latest of them."""
    after = sa.type_coerce(deliveries.c.order_at, sa.BigInteger) + grace_ms
    conditions = (
        deliveries.c.server_id == server_id,
        deliveries.c.state == State.SENT,
        deliveries.c.kind == Kind.REMINDER,
        deliveries.c.due_at >= since,
        sa.type_coerce(deliveries.c.settled_at, sa.BigInteger) > after,
    )
    count = connection.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
    rows = connection.execute(
        sa.select(
            deliveries.c.id,
            occurrences.c.title,
            deliveries.c.due_at,
            sa.type_coerce(deliveries.c.settled_at, sa.BigInteger).label("sent_at"),
        )
        .join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)
        .where(*conditions)
        .order_by(deliveries.c.settled_at.desc())
        .limit(EXAMPLES)
    )
    return count, [Late(row.id, row.title, row.due_at, from_ms(row.sent_at)) for row in rows]
