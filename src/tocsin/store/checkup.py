"""What `tocsin doctor` counts in the store. Every unit only reads, and leaves tests out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.tables import (
    attempts,
    channel_messages,
    deliveries,
    dm_channels,
    events,
    firings,
    groups,
    leads_in_use,
    occurrence_keys,
    occurrences,
    subscription_pairs,
    subscriptions,
)
from tocsin.store.tables import categories as category_table

EXAMPLES = 5
IDENTITY = frozenset(
    column.name
    for constraint in deliveries.constraints
    if constraint.name == "uq_deliveries_identity" and isinstance(constraint, sa.UniqueConstraint)
    for column in constraint.columns
)
"""The columns by which a delivery is the same one: no two rows may agree in all of them."""
_REAL = deliveries.c.kind != Kind.TEST


@dataclass(frozen=True, slots=True)
class WorkerSpan:
    """When a process recorded its first and its last attempt."""

    worker: str
    first: datetime
    last: datetime


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


@dataclass(frozen=True, slots=True)
class Reachability:
    """A server's subscribers; `suspended` counts by reason those whose DMs Discord refuses."""

    subscribers: int
    unopened: int
    suspended: dict[str, int]


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


def anything_ahead(connection: sa.Connection, now: datetime) -> bool:
    """Whether any reminder is still to come, in any server."""
    fires = sa.select(firings.c.lead).where(firings.c.staged_at.is_(None), firings.c.due_at >= now)
    waits = sa.select(deliveries.c.id).where(deliveries.c.state == State.PENDING, _REAL)
    return any(connection.execute(query.limit(1)).first() for query in (fires, waits))


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


def wrong_pairs(connection: sa.Connection, server_id: int) -> list[int]:
    """Members whose pairs of choice and lead are not what their subscription says."""
    wanted: dict[int, set[tuple[str, int]]] = {}
    for row in connection.execute(
        sa.select(subscriptions).where(subscriptions.c.server_id == server_id)
    ):
        wanted[row.member_id] = {(choice, lead) for choice in row.choices for lead in row.leads}
    kept: dict[int, set[tuple[str, int]]] = {}
    for row in connection.execute(
        sa.select(subscription_pairs).where(subscription_pairs.c.server_id == server_id)
    ):
        kept.setdefault(row.member_id, set()).add((row.choice, row.lead))
    return [member for member, pairs in wanted.items() if kept.get(member, set()) != pairs]


def unknown_choices(
    connection: sa.Connection, server_id: int, always: Iterable[str]
) -> dict[str, int]:
    """Choices that are no category or group of the server's, and how many members made them."""
    rows = connection.execute(
        sa.select(
            subscription_pairs.c.choice, sa.func.count(subscription_pairs.c.member_id.distinct())
        )
        .where(
            subscription_pairs.c.server_id == server_id,
            subscription_pairs.c.choice.not_in(
                sa.select(category_table.c.key).where(category_table.c.server_id == server_id)
            ),
            subscription_pairs.c.choice.not_in(
                sa.select(groups.c.key).where(groups.c.server_id == server_id)
            ),
            subscription_pairs.c.choice.not_in(list(always)),
        )
        .group_by(subscription_pairs.c.choice)
    )
    return {row[0]: row[1] for row in rows}


def plan_between(
    connection: sa.Connection, server_id: int, since: datetime, until: datetime
) -> Plan:
    """What falls due for members between two instants, against the firings and deliveries."""
    due = occurrences.c.starts_at - leads_in_use.c.lead * 1000
    asked = (
        sa.select(
            occurrences.c.id,
            occurrences.c.public_id,
            leads_in_use.c.lead,
            subscription_pairs.c.member_id,
            firings.c.occurrence_id.label("fires"),
            firings.c.staged_at,
            deliveries.c.id.label("delivery_id"),
        )
        .distinct()
        .select_from(occurrences)
        .join(leads_in_use, leads_in_use.c.server_id == occurrences.c.server_id)
        .join(occurrence_keys, occurrence_keys.c.occurrence_id == occurrences.c.id)
        .join(
            subscription_pairs,
            (subscription_pairs.c.server_id == occurrences.c.server_id)
            & (subscription_pairs.c.choice == occurrence_keys.c.key)
            & (subscription_pairs.c.lead == leads_in_use.c.lead),
        )
        .outerjoin(
            firings,
            (firings.c.occurrence_id == occurrences.c.id) & (firings.c.lead == leads_in_use.c.lead),
        )
        .outerjoin(
            deliveries,
            (deliveries.c.occurrence_id == occurrences.c.id)
            & (deliveries.c.recipient_id == subscription_pairs.c.member_id)
            & (deliveries.c.starts_at == occurrences.c.starts_at)
            & (deliveries.c.lead == leads_in_use.c.lead)
            & (deliveries.c.recipient_kind == RecipientKind.MEMBER)
            & (deliveries.c.kind == Kind.REMINDER),
        )
        .where(
            occurrences.c.server_id == server_id,
            occurrences.c.cancelled.is_(False),
            sa.type_coerce(due, sa.BigInteger) >= to_ms(since),
            sa.type_coerce(due, sa.BigInteger) < to_ms(until),
        )
        .subquery()
    )
    expected, staged = connection.execute(
        sa.select(sa.func.count(), sa.func.count(asked.c.delivery_id))
    ).one()
    unplanned = connection.execute(
        sa.select(asked.c.public_id, asked.c.lead)
        .distinct()
        .where(asked.c.fires.is_(None))
        .limit(EXAMPLES)
    )
    forgotten = connection.execute(
        sa.select(asked.c.public_id, asked.c.lead, asked.c.member_id)
        .where(asked.c.staged_at.is_not(None), asked.c.delivery_id.is_(None))
        .limit(EXAMPLES)
    )
    return Plan(
        expected,
        staged,
        tuple(f"{row.public_id}, {row.lead} s before" for row in unplanned),
        tuple(f"{row.public_id}, {row.lead} s before, member {row.member_id}" for row in forgotten),
    )


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
            _REAL,
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
            _REAL,
            ~closed,
        )
        .group_by(reason)
        .order_by(sa.func.count().desc())
    )
    return {row[0]: row[1] for row in rows}


def reachability(connection: sa.Connection, server_id: int) -> Reachability:
    """How the server's subscribers can be reached by DM."""
    rows = connection.execute(
        sa.select(dm_channels.c.suspended_because, dm_channels.c.channel_id)
        .select_from(subscriptions)
        .outerjoin(dm_channels, dm_channels.c.member_id == subscriptions.c.member_id)
        .where(subscriptions.c.server_id == server_id)
    ).all()
    suspended: dict[str, int] = {}
    for row in rows:
        if row.suspended_because is not None:
            suspended[row.suspended_because] = suspended.get(row.suspended_because, 0) + 1
    unopened = sum(row.suspended_because is None and row.channel_id is None for row in rows)
    return Reachability(len(rows), unopened, suspended)


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
        _REAL,
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
