"""Members whose DMs are closed, told together in a channel where the server wants it. See docs/decisions/0006.

A reminder that closed DMs kept from a member is noted in the transaction that ends it, and owes the server's channel
one mention for all of the same firing. The mention is a delivery like any other: claimed, sent once, recovered. Whom
it names is fixed at its first claim.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.tables import deliveries, occurrences, servers, unreached

MOST_NAMED = 60
"""In one message: 60 mentions take 1,400 of its 2,000 characters."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(seconds=60)
"""How long a mention waits for the firing's other members before it goes out with those that there are."""

_OTHERS_OPEN = (
    "SELECT 1 FROM deliveries m WHERE m.occurrence_id = :occurrence AND m.starts_at = :start AND m.lead = :lead"
    f" AND m.recipient_kind = {RecipientKind.MEMBER.value} AND m.kind = {Kind.REMINDER.value} AND m.state IN"
    f" ({State.PENDING.value}, {State.SENDING.value}, {State.UNKNOWN.value})"
    " UNION ALL SELECT 1 FROM firings f WHERE f.occurrence_id = :occurrence AND f.lead = :lead"
    " AND f.staged_at IS NULL LIMIT 1"
)


def note_unreached(connection: sa.Connection, delivery_ids: Sequence[int], now: datetime) -> None:
    """These ended because the member's DMs are closed: where the server wants it, a mention is owed for them."""
    rows = connection.execute(
        sa.select(
            deliveries.c.id.label("delivery_id"),
            deliveries.c.occurrence_id,
            deliveries.c.starts_at,
            deliveries.c.lead,
            deliveries.c.recipient_id.label("member_id"),
            deliveries.c.expires_at,
            deliveries.c.server_id,
            servers.c.mention_channel_id,
        )
        .join(servers, servers.c.id == deliveries.c.server_id)
        .where(
            deliveries.c.id.in_(delivery_ids),
            deliveries.c.recipient_kind == RecipientKind.MEMBER,
            deliveries.c.kind == Kind.REMINDER,
            servers.c.mention_channel_id.is_not(None),
            servers.c.mention_refused.is_(None),
        )
    ).all()
    if not rows:
        return
    noted = ("delivery_id", "occurrence_id", "starts_at", "lead", "member_id")
    connection.execute(
        sa.insert(unreached), [{name: getattr(row, name) for name in noted} for row in rows]
    )
    for row in {(row.occurrence_id, row.starts_at, row.lead): row for row in rows}.values():
        _owe(connection, row, now)


def _owe(connection: sa.Connection, row: Any, now: datetime) -> None:
    """Owe the firing's mention, unless one waits that has not been tried."""
    states = connection.execute(
        sa.select(deliveries.c.state, deliveries.c.attempt).where(
            deliveries.c.occurrence_id == row.occurrence_id,
            deliveries.c.recipient_id == row.mention_channel_id,
            deliveries.c.starts_at == row.starts_at,
            deliveries.c.lead == row.lead,
            deliveries.c.recipient_kind == RecipientKind.CHANNEL,
            deliveries.c.kind == Kind.MENTION,
        )
    ).all()
    if any(one.state is State.PENDING and one.attempt == 0 for one in states):
        return
    connection.execute(
        sa.insert(deliveries).values(
            occurrence_id=row.occurrence_id,
            starts_at=row.starts_at,
            recipient_kind=RecipientKind.CHANNEL,
            recipient_id=row.mention_channel_id,
            kind=Kind.MENTION,
            lead=row.lead,
            sequence=len(states),
            server_id=row.server_id,
            state=State.PENDING,
            due_at=now,
            expires_at=row.expires_at,
            order_at=now,
            ready_at=now + FIRST_WAIT,
        )
    )


def still_gathering(
    connection: sa.Connection, rows: Sequence[sa.Row[Any]], now: datetime
) -> frozenset[int]:
    """Of these candidates the mentions that wait for other members of their firing, by id."""
    waiting = set()
    for row in rows:
        if row.kind != Kind.MENTION or row.attempt or row.due_at + _LONGEST_WAIT_MS <= to_ms(now):
            continue
        key = {"occurrence": row.occurrence_id, "start": row.starts_at, "lead": row.lead}
        if connection.scalar(sa.text(_OTHERS_OPEN), key) is not None:
            waiting.add(row.id)
    return frozenset(waiting)


def without_members(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> frozenset[int]:
    """Of these candidates the mentions that nobody is left for: all have unsubscribed meanwhile."""
    empty = set()
    for row in rows:
        if row.kind != Kind.MENTION:
            continue
        theirs = sa.or_(
            unreached.c.mention_id == row.id,
            sa.and_(
                unreached.c.occurrence_id == row.occurrence_id,
                unreached.c.starts_at == from_ms(row.starts_at),
                unreached.c.lead == row.lead,
                unreached.c.mention_id.is_(None),
            ),
        )
        if connection.scalar(sa.select(sa.literal(1)).where(theirs).limit(1)) is None:
            empty.add(row.id)
    return frozenset(empty)


_LONGEST_WAIT_MS = LONGEST_WAIT // timedelta(milliseconds=1)


def members_named(
    connection: sa.Connection, mention_id: int, *, first_time: bool, now: datetime
) -> tuple[int, ...]:
    """The ids of the members whom the claimed mention names; those beyond the first 60 are owed another."""
    if first_time:
        _take(connection, mention_id, now)
    return tuple(
        connection.scalars(
            sa.select(unreached.c.member_id)
            .where(unreached.c.mention_id == mention_id)
            .order_by(unreached.c.delivery_id)
        )
    )


def _take(connection: sa.Connection, mention_id: int, now: datetime) -> None:
    row = connection.execute(
        sa.select(
            *(deliveries.c[name] for name in ("occurrence_id", "starts_at", "lead", "expires_at")),
            deliveries.c.server_id,
            deliveries.c.recipient_id.label("mention_channel_id"),
        ).where(deliveries.c.id == mention_id)
    ).one()
    nobody_yet = sa.and_(
        unreached.c.occurrence_id == row.occurrence_id,
        unreached.c.starts_at == row.starts_at,
        unreached.c.lead == row.lead,
        unreached.c.mention_id.is_(None),
    )
    # Claimed before and let go of, it has some already.
    room = MOST_NAMED - len(members_named(connection, mention_id, first_time=False, now=now))
    first = (
        sa.select(unreached.c.delivery_id)
        .where(nobody_yet)
        .order_by(unreached.c.delivery_id)
        .limit(room)
    )
    connection.execute(
        sa.update(unreached).where(unreached.c.delivery_id.in_(first)).values(mention_id=mention_id)
    )
    if connection.scalar(sa.select(sa.literal(1)).where(nobody_yet).limit(1)) is not None:
        _owe(connection, row, now)


def forget_unreached(connection: sa.Connection, server_id: int, member_id: int) -> None:
    """The member does not want to be told any more, in a channel either."""
    theirs = sa.select(occurrences.c.id).where(occurrences.c.server_id == server_id)
    connection.execute(
        sa.delete(unreached).where(
            unreached.c.member_id == member_id, unreached.c.occurrence_id.in_(theirs)
        )
    )
