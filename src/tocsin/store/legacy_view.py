"""The store as the five files of the system before show it: the trackers as a view of 48 hours.

The trackers can hold a hundred thousand members, so the database itself writes their text.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.legacy_rows import IMPORTED
from tocsin.store.tables import channel_messages, deliveries, events, occurrences, subscriptions

VIEW = timedelta(hours=48)
LONG_AGO = from_ms(0)
_OPEN = f"{State.PENDING.value}, {State.SENDING.value}, {State.UNKNOWN.value}"
_A_MEMBERS = (
    f"d.recipient_kind = {RecipientKind.MEMBER.value} AND d.kind = {Kind.REMINDER.value}"
    " AND d.occurrence_id = o.id AND d.starts_at = o.starts_at"
)

# CROSS JOIN fixes the order for SQLite: from the few occurrences in view to the rows of each.
_SENT = (
    "SELECT o.id, d.recipient_id AS member_id, d.lead FROM occurrences o CROSS JOIN deliveries d"
    f" WHERE o.server_id = :server AND o.starts_at >= :since AND {_A_MEMBERS}"
    f" AND d.state = {State.SENT.value}"
)
_OWED = (
    "SELECT o.id, d.recipient_id AS member_id, d.lead FROM occurrences o CROSS JOIN deliveries d"
    f" WHERE o.server_id = :server AND o.starts_at >= :since AND NOT o.cancelled AND {_A_MEMBERS}"
    f" AND d.state IN ({_OPEN})"
)
# What the subscriptions ask for and nothing has come of yet: it is staged only when it is nearly due.
_ASKED = (
    "SELECT o.id, p.member_id, p.lead FROM occurrences o CROSS JOIN occurrence_keys k"
    " CROSS JOIN subscription_pairs p WHERE o.server_id = :server AND NOT o.cancelled"
    " AND o.starts_at BETWEEN :now AND :until AND k.occurrence_id = o.id"
    " AND p.server_id = o.server_id AND p.choice = k.key"
    " AND o.starts_at - 1000 * p.lead >= :now"
    f" AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE {_A_MEMBERS}"
    f" AND d.recipient_id = p.member_id AND d.lead = p.lead AND d.state NOT IN ({_OPEN}))"
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One member's row, as an entry of the subscriptions is made of it."""

    member_id: int
    username: str
    choices: tuple[str, ...]
    leads: tuple[int, ...]
    extra: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FailedReminder:
    """One reminder that failed for good."""

    member_id: int
    title: str
    starts_at: datetime
    lead: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StandingPost:
    """A post that stands in a channel, and the event that it tells of."""

    public_id: str
    channel_id: int
    message_id: int
    title: str
    category: str
    starts_at: datetime
    ends_at: datetime
    zone: str


def sent_tracker(connection: sa.Connection, server_id: int, now: datetime) -> str:
    """The text of the tracker of what was sent, for events that began at most 48 hours ago."""
    return _tracker(connection, _SENT, server_id, now)


def scheduled_tracker(connection: sa.Connection, server_id: int, now: datetime) -> str:
    """The text of the tracker of what is to come: what waits, and what is asked for in the next 48 hours."""
    return _tracker(connection, f"{_OWED} UNION {_ASKED}", server_id, now)


def _tracker(connection: sa.Connection, markers: str, server_id: int, now: datetime) -> str:
    rows = connection.execute(
        sa.text(
            "SELECT o.public_id, e.members FROM (SELECT id, group_concat(entry, ', ') AS members"
            " FROM (SELECT id, '\"' || member_id || '\": [' || group_concat(lead, ', ') || ']'"
            f" AS entry FROM (SELECT * FROM ({markers}) ORDER BY id, member_id, lead DESC)"
            " GROUP BY id, member_id) GROUP BY id) e"
            " JOIN occurrences o ON o.id = e.id ORDER BY o.starts_at, o.public_id"
        ),
        {
            "server": server_id,
            "now": to_ms(now),
            "since": to_ms(now - VIEW),
            "until": to_ms(now + VIEW),
        },
    )
    entries = ",\n  ".join(f"{_quoted(row.public_id)}: {{{row.members}}}" for row in rows)
    return f"{{\n  {entries}\n}}\n" if entries else "{}\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def subscribers_mark(connection: sa.Connection, server_id: int) -> tuple[int, datetime]:
    """How many subscribe and when one last changed: the same as long as nothing has changed."""
    count, last = connection.execute(
        sa.select(sa.func.count(), sa.func.max(subscriptions.c.updated_at)).where(
            subscriptions.c.server_id == server_id
        )
    ).one()
    return count, last or LONG_AGO


def subscriber_ids(connection: sa.Connection, server_id: int) -> set[int]:
    """The members who subscribe."""
    return set(
        connection.scalars(
            sa.select(subscriptions.c.member_id).where(subscriptions.c.server_id == server_id)
        )
    )


def subscriber_rows(
    connection: sa.Connection, server_id: int, since: datetime = LONG_AGO
) -> list[Subscriber]:
    """The subscriptions of the server that changed at or after `since`, by member."""
    rows = connection.execute(
        sa.select(subscriptions)
        .where(subscriptions.c.server_id == server_id, subscriptions.c.updated_at >= since)
        .order_by(subscriptions.c.member_id)
    )
    return [
        Subscriber(
            row.member_id,
            row.username,
            tuple(row.choices),
            tuple(row.leads),
            row.extra,
            row.created_at,
        )
        for row in rows
    ]


def failed_reminders(
    connection: sa.Connection, server_id: int, since: datetime
) -> list[FailedReminder]:
    """Our own failed reminders of events that began after `since`, in the order in which they failed."""
    rows = connection.execute(
        sa.select(
            deliveries.c.recipient_id,
            occurrences.c.title,
            deliveries.c.starts_at,
            deliveries.c.lead,
            deliveries.c.reason,
            deliveries.c.settled_at,
        )
        .join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)
        .where(
            occurrences.c.server_id == server_id,
            occurrences.c.starts_at >= since,
            deliveries.c.state == State.FAILED,
            deliveries.c.kind == Kind.REMINDER,
            deliveries.c.recipient_kind == RecipientKind.MEMBER,
            sa.func.coalesce(deliveries.c.worker, "") != IMPORTED,
        )
        .order_by(deliveries.c.settled_at, deliveries.c.id)
    )
    return [
        FailedReminder(
            row.recipient_id,
            row.title,
            row.starts_at,
            row.lead,
            row.reason or "",
            row.settled_at or row.starts_at,
        )
        for row in rows
    ]


def standing_posts(connection: sa.Connection, server_id: int) -> list[StandingPost]:
    """The newest post of each occurrence that stands in a channel, by start."""
    rows = connection.execute(
        _posts(channel_messages.c.channel_id, channel_messages.c.message_id)
        .join(channel_messages, channel_messages.c.occurrence_id == occurrences.c.id)
        .where(
            channel_messages.c.server_id == server_id,
            channel_messages.c.removed_at.is_(None),
        )
        .order_by(occurrences.c.starts_at, channel_messages.c.message_id)
    )
    newest = {row.public_id: StandingPost(**row._asdict()) for row in rows}
    return list(newest.values())


def posted_about(
    connection: sa.Connection, occurrence_id: int, channel_id: int, message_id: int
) -> StandingPost | None:
    """What a post that is not ours yet tells of, or None where the occurrence is gone."""
    row = connection.execute(
        _posts(
            sa.literal(channel_id).label("channel_id"), sa.literal(message_id).label("message_id")
        ).where(occurrences.c.id == occurrence_id)
    ).first()
    return None if row is None else StandingPost(**row._asdict())


def _posts(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(
            occurrences.c.public_id,
            *columns,
            occurrences.c.title,
            occurrences.c.category,
            occurrences.c.starts_at,
            occurrences.c.ends_at,
            sa.func.coalesce(events.c.place_zone, "").label("zone"),
        )
        .select_from(occurrences)
        .join(events, events.c.id == occurrences.c.event_id)
    )


def next_change(connection: sa.Connection, server_id: int, now: datetime) -> datetime | None:
    """When the view next changes by the mere passing of time: an event comes into it, or leaves it."""
    comes = connection.scalar(
        sa.select(sa.func.min(occurrences.c.starts_at)).where(
            occurrences.c.server_id == server_id, occurrences.c.starts_at > now + VIEW
        )
    )
    leaves = connection.scalar(
        sa.select(sa.func.min(occurrences.c.starts_at)).where(
            occurrences.c.server_id == server_id, occurrences.c.starts_at >= now - VIEW
        )
    )
    changes = [comes - VIEW] if comes else []
    if leaves:
        changes.append(leaves + VIEW + timedelta(milliseconds=1))
    return min(changes, default=None)
