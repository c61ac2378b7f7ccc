"""What is on the calendar and what falls due, against what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.checkup import EXAMPLES, REAL
from tocsin.store.columns import to_ms
from tocsin.store.tables import (
    deliveries,
    events,
    firings,
    leads_in_use,
    occurrence_keys,
    occurrences,
    subscription_pairs,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a server's subscriptions ask for within a span, against what is there.

    `expected` counts reminders to members, `staged` those of them that are deliveries already.
    `unplanned` are examples of an occurrence and lead without a firing, `forgotten` of a member of
    whom a finished staging wrote nothing.
    """

    expected: int
    staged: int
    unplanned: tuple[str, ...]
    forgotten: tuple[str, ...]


def anything_ahead(connection: sa.Connection, now: datetime) -> bool:
    """Whether any reminder is still to come, in any server."""
    fires = sa.select(firings.c.lead).where(firings.c.staged_at.is_(None), firings.c.due_at >= now)
    waits = sa.select(deliveries.c.id).where(deliveries.c.state == State.PENDING, REAL)
    return any(connection.execute(query.limit(1)).first() for query in (fires, waits))


def behind(connection: sa.Connection, server_id: int, until: datetime) -> tuple[int, int]:
    """How many events the server has, and how many have occurrences missing before `until`."""
    own = sa.select(sa.func.count()).where(
        events.c.server_id == server_id, events.c.status == "confirmed"
    )
    total = connection.scalar(own) or 0
    return total, connection.scalar(own.where(events.c.expanded_until < until)) or 0


def occurrences_ahead(connection: sa.Connection, server_id: int, now: datetime) -> int:
    """How many occurrences of the server's are still to come."""
    return (
        connection.scalar(
            sa.select(sa.func.count()).where(
                occurrences.c.server_id == server_id,
                occurrences.c.starts_at >= now,
                occurrences.c.cancelled.is_(False),
            )
        )
        or 0
    )


def plan_between(
    connection: sa.Connection, server_id: int, since: datetime, until: datetime
) -> Plan:
    """What falls due for members between two instants, against the firings and deliveries."""
    expected = staged = 0
    unplanned: list[str] = []
    forgotten: list[str] = []
    for row in _due_between(connection, server_id, since, until):
        asked = _who_asked(row, server_id)
        count = connection.scalar(sa.select(sa.func.count()).select_from(asked.subquery())) or 0
        expected += count
        told = sa.select(deliveries.c.recipient_id).where(*_is_told(row))
        what = f"{row.public_id}, {row.lead} s before"
        if count and not row.planned:
            unplanned.append(what)
        if row.begun_at is not None:
            staged += (
                connection.scalar(sa.select(sa.func.count()).select_from(told.subquery())) or 0
            )
        if row.staged_at is not None:
            left = connection.scalars(asked.except_(told).limit(EXAMPLES))
            forgotten += [f"{what}, member {member_id}" for member_id in left]
    return Plan(expected, staged, tuple(unplanned[:EXAMPLES]), tuple(forgotten[:EXAMPLES]))


def _due_between(
    connection: sa.Connection, server_id: int, since: datetime, until: datetime
) -> Sequence[sa.Row[Any]]:
    """Each occurrence and lead in use that falls due, with its firing if it has one."""
    due = sa.type_coerce(occurrences.c.starts_at, sa.BigInteger) - leads_in_use.c.lead * 1000
    return connection.execute(
        sa.select(
            occurrences.c.id,
            occurrences.c.public_id,
            occurrences.c.starts_at,
            leads_in_use.c.lead,
            firings.c.occurrence_id.is_not(None).label("planned"),
            firings.c.begun_at,
            firings.c.staged_at,
        )
        .join(leads_in_use, leads_in_use.c.server_id == occurrences.c.server_id)
        .outerjoin(
            firings,
            (firings.c.occurrence_id == occurrences.c.id) & (firings.c.lead == leads_in_use.c.lead),
        )
        .where(
            occurrences.c.server_id == server_id,
            occurrences.c.cancelled.is_(False),
            occurrences.c.starts_at >= since,
            due >= to_ms(since),
            due < to_ms(until),
        )
    ).all()


def _who_asked(row: sa.Row[Any], server_id: int) -> sa.Select[tuple[int]]:
    """The members whose choices match the occurrence at the lead."""
    keys = sa.select(occurrence_keys.c.key).where(occurrence_keys.c.occurrence_id == row.id)
    return (
        sa.select(subscription_pairs.c.member_id)
        .distinct()
        .where(
            subscription_pairs.c.server_id == server_id,
            subscription_pairs.c.choice.in_(keys),
            subscription_pairs.c.lead == row.lead,
        )
    )


def _is_told(row: sa.Row[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        deliveries.c.occurrence_id == row.id,
        deliveries.c.starts_at == row.starts_at,
        deliveries.c.lead == row.lead,
        deliveries.c.recipient_kind == RecipientKind.MEMBER,
        deliveries.c.kind == Kind.REMINDER,
    )
