"""Forgetting what is long over: whole occurrences, and servers left long ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.store.placeholders import PLACEHOLDER
from tocsin.store.tables import (
    attempts,
    audit,
    categories,
    channel_messages,
    deliveries,
    dm_channels,
    events,
    facts,
    firings,
    groups,
    leads_in_use,
    occurrence_keys,
    occurrences,
    servers,
    subscription_pairs,
    subscriptions,
    unreached,
)

BATCH = 50
"""Occurrences in one transaction."""
DELIVERIES = 5_000
"""Deliveries in one transaction: a burst of a hundred thousand goes in twenty."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one call has removed, and whether there is more to remove."""

    occurrences: int = 0
    deliveries: int = 0
    servers: int = 0
    more: bool = False


def prune(connection: sa.Connection, now: datetime, retention: timedelta) -> Pruned:
    """Remove one bounded batch of what ended, or was left, longer than `retention` ago.

    An occurrence goes whole: a delivery's row guards its key for as long as the occurrence is
    there. One whose post still stands in a channel waits for its removal. Call again while `more`.
    """
    before = now - retention
    old = list(
        connection.scalars(
            sa.select(occurrences.c.id)
            .where(occurrences.c.ends_at < before, ~_post_stands())
            .order_by(occurrences.c.ends_at)
            .limit(BATCH)
        )
    )
    if old:
        return forget_occurrences(connection, old)
    left = connection.scalar(
        sa.select(servers.c.id)
        .where(servers.c.left_at < before)
        .order_by(servers.c.left_at)
        .limit(1)
    )
    return Pruned() if left is None else _prune_server(connection, left)


def _post_stands() -> sa.ColumnElement[bool]:
    return (
        sa.select(channel_messages.c.message_id)
        .where(
            channel_messages.c.occurrence_id == occurrences.c.id,
            channel_messages.c.removed_at.is_(None),
        )
        .exists()
    )


def forget_occurrences(connection: sa.Connection, ids: list[int]) -> Pruned:
    """Remove these occurrences with all that belongs to them, as far as one transaction goes."""
    connection.execute(sa.delete(unreached).where(unreached.c.occurrence_id.in_(ids)))
    removed = _remove_deliveries(connection, ids)
    if removed == DELIVERIES:
        return Pruned(deliveries=removed, more=True)
    for table in (channel_messages, firings, occurrence_keys):
        connection.execute(sa.delete(table).where(table.c.occurrence_id.in_(ids)))
    theirs = sa.select(occurrences.c.event_id).where(occurrences.c.id.in_(ids))
    stand_ins = connection.scalars(
        sa.select(events.c.id).where(events.c.id.in_(theirs), events.c.source == PLACEHOLDER)
    ).all()
    connection.execute(sa.delete(occurrences).where(occurrences.c.id.in_(ids)))
    if stand_ins:
        connection.execute(sa.delete(events).where(events.c.id.in_(stand_ins)))
    return Pruned(occurrences=len(ids), deliveries=removed, more=True)


def _remove_deliveries(connection: sa.Connection, occurrence_ids: list[int]) -> int:
    ids = list(
        connection.scalars(
            sa.select(deliveries.c.id)
            .where(deliveries.c.occurrence_id.in_(occurrence_ids))
            .limit(DELIVERIES)
        )
    )
    if ids:
        connection.execute(sa.delete(attempts).where(attempts.c.delivery_id.in_(ids)))
        connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(ids)))
    return len(ids)


def _prune_server(connection: sa.Connection, server_id: int) -> Pruned:
    """Remove a server with everything; its occurrences first, in batches of their own."""
    ids = list(
        connection.scalars(
            sa.select(occurrences.c.id).where(occurrences.c.server_id == server_id).limit(BATCH)
        )
    )
    if ids:
        return forget_occurrences(connection, ids)
    members = sa.select(subscriptions.c.member_id).where(subscriptions.c.server_id == server_id)
    elsewhere = sa.select(subscriptions.c.member_id).where(subscriptions.c.server_id != server_id)
    connection.execute(
        sa.delete(dm_channels).where(
            dm_channels.c.member_id.in_(members), dm_channels.c.member_id.not_in(elsewhere)
        )
    )
    for table in (
        subscription_pairs,
        subscriptions,
        events,
        groups,
        categories,
        leads_in_use,
        channel_messages,
        audit,
    ):
        connection.execute(sa.delete(table).where(table.c.server_id == server_id))
    connection.execute(
        sa.delete(facts).where(facts.c.name.startswith(f"old post {server_id}:", autoescape=True))
    )
    connection.execute(sa.delete(servers).where(servers.c.id == server_id))
    return Pruned(servers=1, more=True)
