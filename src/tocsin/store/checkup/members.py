"""Subscriptions as they are kept, and whether their members can be reached."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from tocsin.store.tables import categories, dm_channels, groups, subscription_pairs, subscriptions


@dataclass(frozen=True, slots=True)
class Reachability:
    """A server's subscribers; `suspended` counts by reason those whose DMs Discord refuses."""

    subscribers: int
    unopened: int
    suspended: dict[str, int]


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
                sa.select(categories.c.key).where(categories.c.server_id == server_id)
            ),
            subscription_pairs.c.choice.not_in(
                sa.select(groups.c.key).where(groups.c.server_id == server_id)
            ),
            subscription_pairs.c.choice.not_in(list(always)),
        )
        .group_by(subscription_pairs.c.choice)
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
