"""What attempts prove: who sent when, and that nobody was told twice."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.reminders.delivery import State
from tocsin.store.checkup import EXAMPLES
from tocsin.store.tables import attempts, deliveries

IDENTITY = frozenset(
    column.name
    for constraint in deliveries.constraints
    if constraint.name == "uq_deliveries_identity" and isinstance(constraint, sa.UniqueConstraint)
    for column in constraint.columns
)
"""The columns by which a delivery is the same one: no two rows may agree in all of them."""


@dataclass(frozen=True, slots=True)
class WorkerSpan:
    """When a process recorded its first and its last attempt."""

    worker: str
    first: datetime
    last: datetime


def workers_since(connection: sa.Connection, since: datetime) -> list[WorkerSpan]:
    """The processes that recorded attempts since then, by their first."""
    rows = connection.execute(
        sa.select(
            attempts.c.worker,
            sa.func.min(attempts.c.ended_at),
            sa.func.max(attempts.c.ended_at),
        )
        .where(attempts.c.ended_at >= since)
        .group_by(attempts.c.worker)
        .order_by(sa.func.min(attempts.c.ended_at))
    )
    return [WorkerSpan(*row) for row in rows]


def guarded(connection: sa.Connection) -> bool:
    """Whether the database itself refuses a second delivery of the same identity."""
    found = sa.inspect(connection).get_unique_constraints("deliveries")
    return any(frozenset(each["column_names"]) == IDENTITY for each in found)


def accepted_twice(connection: sa.Connection) -> list[int]:
    """Deliveries that Discord took more than once, by their attempts; at most a few."""
    return list(
        connection.scalars(
            sa.select(attempts.c.delivery_id)
            .where(attempts.c.outcome.startswith("accepted"))
            .group_by(attempts.c.delivery_id)
            .having(sa.func.count() > 1)
            .limit(EXAMPLES)
        )
    )


def accepted_not_sent(connection: sa.Connection) -> list[int]:
    """Deliveries that Discord took and that do not stand as sent; at most a few."""
    return list(
        connection.scalars(
            sa.select(deliveries.c.id)
            .join(attempts, attempts.c.delivery_id == deliveries.c.id)
            .where(attempts.c.outcome.startswith("accepted"), deliveries.c.state != State.SENT)
            .limit(EXAMPLES)
        )
    )
