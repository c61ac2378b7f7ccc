"""Subscriptions, and the pairs of (choice, lead) by which a firing finds its members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, State
from tocsin.reminders.subscription import Subscription
from tocsin.store import firings
from tocsin.store.audit import record
from tocsin.store.dialect import insert_into
from tocsin.store.mentions import forget_unreached
from tocsin.store.restaging import restage_member
from tocsin.store.tables import audit, deliveries, subscription_pairs, subscriptions

UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Removed:
    """What unsubscribing took away: the subscription, and how many reminders had been waiting."""

    subscription: Subscription
    cancelled: int


def _subscription(row: sa.Row[Any]) -> Subscription:
    return Subscription(
        server_id=row.server_id,
        member_id=row.member_id,
        choices=frozenset(row.choices),
        leads=tuple(row.leads),
        username=row.username,
        created_at=row.created_at,
        updated_at=row.updated_at,
        extra=row.extra,
    )


def find_subscription(
    connection: sa.Connection, server_id: int, member_id: int
) -> Subscription | None:
    """The member's subscription in the server, or None."""
    row = connection.execute(
        sa.select(subscriptions).where(
            subscriptions.c.server_id == server_id, subscriptions.c.member_id == member_id
        )
    ).first()
    return None if row is None else _subscription(row)


def save_subscription(
    connection: sa.Connection, subscription: Subscription, now: datetime
) -> Subscription | None:
    """Keep the subscription, and bring what is already staged into line. Returns the one before, if any."""
    server_id, member_id = subscription.server_id, subscription.member_id
    before = find_subscription(connection, server_id, member_id)
    values = {
        "username": subscription.username,
        "choices": sorted(subscription.choices),
        "leads": list(subscription.leads),
        "extra": subscription.extra,
        "updated_at": now,
    }
    created = subscription.created_at or (before.created_at if before else now)
    connection.execute(
        insert_into(connection, subscriptions)
        .values(server_id=server_id, member_id=member_id, created_at=created, **values)
        .on_conflict_do_update(index_elements=["server_id", "member_id"], set_=values)
    )
    wanted = subscription.pairs()
    had = before.pairs() if before else set()
    _remove_pairs(connection, server_id, member_id, had - wanted)
    added = [
        {"server_id": server_id, "member_id": member_id, "choice": choice, "lead": lead}
        for choice, lead in sorted(wanted - had)
    ]
    if added:
        connection.execute(sa.insert(subscription_pairs), added)
    if firings.note_leads(connection, server_id, subscription.leads):
        firings.plan_server(connection, server_id, now)
    restage_member(connection, server_id, member_id, now)
    record(
        connection,
        now,
        str(member_id),
        "changed the subscription" if before else "subscribed",
        server_id,
        {"choices": values["choices"], "leads": values["leads"]},
    )
    return before


def _remove_pairs(
    connection: sa.Connection, server_id: int, member_id: int, pairs: set[tuple[str, int]]
) -> None:
    for choice, lead in pairs:
        connection.execute(
            sa.delete(subscription_pairs).where(
                subscription_pairs.c.server_id == server_id,
                subscription_pairs.c.choice == choice,
                subscription_pairs.c.lead == lead,
                subscription_pairs.c.member_id == member_id,
            )
        )


def remove_subscription(
    connection: sa.Connection, server_id: int, member_id: int, now: datetime
) -> Removed | None:
    """Forget the subscription and cancel everything that waits for the member in the server."""
    before = find_subscription(connection, server_id, member_id)
    if before is None:
        return None
    _remove_pairs(connection, server_id, member_id, before.pairs())
    connection.execute(
        sa.delete(subscriptions).where(
            subscriptions.c.server_id == server_id, subscriptions.c.member_id == member_id
        )
    )
    cancelled = connection.execute(
        sa.update(deliveries)
        .where(
            sa.text(f"deliveries.state = {State.PENDING.value}"),
            deliveries.c.recipient_id == member_id,
            deliveries.c.server_id == server_id,
            deliveries.c.kind != Kind.TEST,
        )
        .values(state=State.CANCELLED, reason="the member unsubscribed", settled_at=now)
    ).rowcount
    _disown_under_way(connection, server_id, member_id)
    forget_unreached(connection, server_id, member_id)
    record(connection, now, str(member_id), UNSUBSCRIBED, server_id, {"cancelled": cancelled})
    return Removed(before, cancelled)


def who_unsubscribed(connection: sa.Connection, server_id: int) -> set[int]:
    """The members who have unsubscribed in the server, whether or not they came back."""
    actors = connection.scalars(
        sa.select(audit.c.actor).where(
            audit.c.server_id == server_id, audit.c.action == UNSUBSCRIBED
        )
    )
    return {int(actor) for actor in actors}


def _disown_under_way(connection: sa.Connection, server_id: int, member_id: int) -> None:
    """What is claimed right now and does not leave after all must not be taken up again."""
    connection.execute(
        sa.update(deliveries)
        .where(
            sa.text(f"deliveries.state IN ({State.SENDING.value}, {State.UNKNOWN.value})"),
            deliveries.c.recipient_id == member_id,
            deliveries.c.server_id == server_id,
            deliveries.c.kind != Kind.TEST,
        )
        .values(owed=False)
    )
