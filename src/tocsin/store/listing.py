"""What is in the store, to be looked at: subscriptions, deliveries, and how each server stands."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.tables import (
    attempts,
    deliveries,
    dm_channels,
    firings,
    occurrences,
    servers,
    subscriptions,
)


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """One delivery with the names that a person knows it by; `lead` is in seconds."""

    id: int
    state: State
    kind: Kind
    recipient_kind: RecipientKind
    recipient_id: int
    username: str
    server_id: int
    server_name: str
    zone: str
    occurrence_id: int
    public_id: str
    title: str
    starts_at: datetime
    lead: int
    due_at: datetime
    attempt: int
    channel_id: int | None
    message_id: int | None
    reason: str | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedAttempt:
    """One try at a delivery, and what came of it; `status` and `code` are Discord's."""

    attempt: int
    claimed_at: datetime
    ended_at: datetime
    outcome: str
    status: int | None
    code: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class ListedSubscription:
    """One subscription, its server's name and zone, and how its DMs are; leads are seconds."""

    server_id: int
    server_name: str
    zone: str
    member_id: int
    username: str
    choices: tuple[str, ...]
    leads: tuple[int, ...]
    dm_channel_id: int | None
    suspended_because: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ServerStanding:
    """How a server stands.

    `reachable` are subscribers with an open DM; `next_due` is None where nothing waits.
    """

    server_id: int
    name: str
    zone: str
    preset: str
    channel_id: int | None
    channel_refused: str | None
    mention_channel_id: int | None
    mention_refused: str | None
    left_at: datetime | None
    subscribers: int
    reachable: int
    occurrences_ahead: int
    next_due: datetime | None
    counts: dict[State, int]


def list_deliveries(
    connection: sa.Connection,
    *,
    server_id: int | None = None,
    member_id: int | None = None,
    state: State | None = None,
    limit: int = 50,
) -> list[ListedDelivery]:
    """The deliveries that fit, the latest due first, at most `limit`."""
    query = _deliveries().order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc()).limit(limit)
    if server_id is not None:
        query = query.where(deliveries.c.server_id == server_id)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if member_id is not None:
        query = query.where(
            deliveries.c.recipient_kind == RecipientKind.MEMBER,
            deliveries.c.recipient_id == member_id,
        )
    return [ListedDelivery(**row._asdict()) for row in connection.execute(query)]


def find_delivery(
    connection: sa.Connection, delivery_id: int
) -> tuple[ListedDelivery, list[ListedAttempt]] | None:
    """One delivery with its attempts in order, or None."""
    row = connection.execute(_deliveries().where(deliveries.c.id == delivery_id)).first()
    if row is None:
        return None
    columns = [attempts.c[field.name] for field in fields(ListedAttempt)]
    tries = connection.execute(
        sa.select(*columns)
        .where(attempts.c.delivery_id == delivery_id)
        .order_by(attempts.c.attempt)
    )
    return ListedDelivery(**row._asdict()), [ListedAttempt(**each._asdict()) for each in tries]


def _deliveries() -> sa.Select[Any]:
    named: dict[str, sa.ColumnElement[Any]] = {
        "username": sa.func.coalesce(subscriptions.c.username, "").label("username"),
        "server_name": servers.c.name.label("server_name"),
        "zone": servers.c.zone,
        "public_id": occurrences.c.public_id,
        "title": occurrences.c.title,
    }
    names = [field.name for field in fields(ListedDelivery)]
    return (
        sa.select(*(named[name] if name in named else deliveries.c[name] for name in names))
        .select_from(deliveries)
        .join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)
        .join(servers, servers.c.id == deliveries.c.server_id)
        .outerjoin(
            subscriptions,
            sa.and_(
                deliveries.c.recipient_kind == RecipientKind.MEMBER,
                subscriptions.c.server_id == deliveries.c.server_id,
                subscriptions.c.member_id == deliveries.c.recipient_id,
            ),
        )
    )


def counts_by_state(
    connection: sa.Connection, server_id: int | None = None
) -> dict[int, dict[State, int]]:
    """For each server that has deliveries, how many are in each state; tests are left out."""
    query = (
        sa.select(deliveries.c.server_id, deliveries.c.state, sa.func.count())
        .where(deliveries.c.kind != Kind.TEST)
        .group_by(deliveries.c.server_id, deliveries.c.state)
    )
    if server_id is not None:
        query = query.where(deliveries.c.server_id == server_id)
    counts: dict[int, dict[State, int]] = {}
    for owner, state, number in connection.execute(query):
        counts.setdefault(owner, {})[state] = number
    return counts


def list_subscriptions(
    connection: sa.Connection, *, server_id: int | None = None, member_id: int | None = None
) -> list[ListedSubscription]:
    """The subscriptions that fit, by server and member."""
    query = (
        sa.select(
            subscriptions.c.server_id,
            servers.c.name.label("server_name"),
            servers.c.zone,
            *(subscriptions.c[name] for name in ("member_id", "username", "choices", "leads")),
            dm_channels.c.channel_id.label("dm_channel_id"),
            dm_channels.c.suspended_because,
            subscriptions.c.created_at,
            subscriptions.c.updated_at,
        )
        .select_from(subscriptions)
        .join(servers, servers.c.id == subscriptions.c.server_id)
        .outerjoin(dm_channels, dm_channels.c.member_id == subscriptions.c.member_id)
        .order_by(subscriptions.c.server_id, subscriptions.c.member_id)
    )
    if server_id is not None:
        query = query.where(subscriptions.c.server_id == server_id)
    if member_id is not None:
        query = query.where(subscriptions.c.member_id == member_id)
    return [_subscription(row._asdict()) for row in connection.execute(query)]


def _subscription(values: dict[str, Any]) -> ListedSubscription:
    values["choices"] = tuple(sorted(values["choices"]))
    values["leads"] = tuple(values["leads"])
    return ListedSubscription(**values)


def standings(connection: sa.Connection, now: datetime) -> list[ServerStanding]:
    """How each server stands, by id."""
    counts = counts_by_state(connection)
    subscribed, reachable = _subscribers(connection)
    ahead = _grouped(
        connection,
        sa.select(occurrences.c.server_id, sa.func.count())
        .where(occurrences.c.starts_at >= now, occurrences.c.cancelled.is_(False))
        .group_by(occurrences.c.server_id),
    )
    due = _next_due(connection)
    return [
        ServerStanding(
            server_id=row.id,
            name=row.name,
            zone=row.zone,
            preset=row.preset,
            channel_id=row.channel_id,
            channel_refused=row.channel_refused,
            mention_channel_id=row.mention_channel_id,
            mention_refused=row.mention_refused,
            left_at=row.left_at,
            subscribers=subscribed.get(row.id, 0),
            reachable=reachable.get(row.id, 0),
            occurrences_ahead=ahead.get(row.id, 0),
            next_due=due.get(row.id),
            counts=counts.get(row.id, {}),
        )
        for row in connection.execute(sa.select(servers).order_by(servers.c.id))
    ]


def _subscribers(connection: sa.Connection) -> tuple[dict[int, int], dict[int, int]]:
    """By server: how many subscribe, and how many of them have an open DM."""
    query = sa.select(subscriptions.c.server_id, sa.func.count()).group_by(
        subscriptions.c.server_id
    )
    open_dm = sa.select(dm_channels.c.member_id).where(
        dm_channels.c.channel_id.is_not(None), dm_channels.c.suspended_because.is_(None)
    )
    reachable = query.where(subscriptions.c.member_id.in_(open_dm))
    return _grouped(connection, query), _grouped(connection, reachable)


def _next_due(connection: sa.Connection) -> dict[int, datetime]:
    """By server: when the next firing or the next waiting delivery is due."""
    fires = sa.select(firings.c.server_id, sa.func.min(firings.c.due_at).label("due_at")).where(
        firings.c.staged_at.is_(None)
    )
    waits = sa.select(
        deliveries.c.server_id, sa.func.min(deliveries.c.due_at).label("due_at")
    ).where(deliveries.c.state == State.PENDING, deliveries.c.kind != Kind.TEST)
    both = sa.union_all(
        fires.group_by(firings.c.server_id), waits.group_by(deliveries.c.server_id)
    ).subquery()
    return _grouped(
        connection,
        sa.select(both.c.server_id, sa.func.min(both.c.due_at)).group_by(both.c.server_id),
    )


def _grouped(connection: sa.Connection, query: sa.Select[Any]) -> dict[int, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}
