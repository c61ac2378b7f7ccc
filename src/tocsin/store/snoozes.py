"""Snoozes: one more reminder of an occurrence, which a member asked for and no firing knows of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.errors import TocsinError
from tocsin.reminders.delivery import Kind, Move, RecipientKind, State, moved
from tocsin.reminders.plan import expires_at
from tocsin.reminders.snooze import in_time, rings_at
from tocsin.store.audit import record
from tocsin.store.subscriptions import find_subscription
from tocsin.store.tables import deliveries, occurrences


class OccurrenceForgotten(TocsinError):
    """This reminder is from long ago, and its event is no longer on the calendar: there is nothing to snooze."""


class OccurrenceCancelled(TocsinError):
    """This event has been cancelled, so there is nothing to snooze."""


class OccurrenceOver(TocsinError):
    """This event is over, or will be by then: there is nothing left to be reminded of."""


class NotSubscribed(TocsinError):
    """You get no reminders from that server any more, so nothing was snoozed. Use /subscribe there to come back."""


@dataclass(frozen=True, slots=True)
class Snoozable:
    """An occurrence of which a member may be reminded once more.

    `leads` are those of the member's subscription, in seconds; `waiting` is when a snooze that was
    asked for before rings, if there is one.
    """

    occurrence_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    leads: tuple[int, ...]
    waiting: datetime | None


def find_snoozable(
    connection: sa.Connection, server_id: int, occurrence_id: int, member_id: int, now: datetime
) -> Snoozable:
    """What the member may snooze.

    Raises OccurrenceForgotten, OccurrenceCancelled, OccurrenceOver and NotSubscribed.
    """
    row = connection.execute(
        sa.select(occurrences).where(
            occurrences.c.id == occurrence_id, occurrences.c.server_id == server_id
        )
    ).first()
    if row is None:
        raise OccurrenceForgotten
    if row.cancelled:
        raise OccurrenceCancelled
    if not in_time(now + timedelta(seconds=1), row.starts_at, row.ends_at, now):
        raise OccurrenceOver
    subscription = find_subscription(connection, server_id, member_id)
    if subscription is None:
        raise NotSubscribed
    waiting = connection.scalar(
        sa.select(deliveries.c.due_at).where(*_waiting(occurrence_id, member_id))
    )
    return Snoozable(
        row.id, row.title, row.starts_at, row.ends_at, subscription.leads, waiting=waiting
    )


def snooze(
    connection: sa.Connection,
    server_id: int,
    occurrence_id: int,
    member_id: int,
    pause: int,
    now: datetime,
) -> Snoozable:
    """Owe the member one more reminder after `pause` seconds; one that waits already is put off until then.

    Raises what `find_snoozable` raises, and OccurrenceOver for a pause that is too long.
    """
    found = find_snoozable(connection, server_id, occurrence_id, member_id, now)
    at = rings_at(pause, found.starts_at, now)
    if not in_time(at, found.starts_at, found.ends_at, now):
        raise OccurrenceOver
    values = {
        "due_at": at,
        "ready_at": at,
        "order_at": at,
        **_speaking_of(found.starts_at, found.ends_at, at),
    }
    put_off = connection.execute(
        sa.update(deliveries).where(*_waiting(occurrence_id, member_id)).values(**values)
    )
    if not put_off.rowcount:
        connection.execute(
            sa.insert(deliveries).values(
                occurrence_id=occurrence_id,
                recipient_kind=RecipientKind.MEMBER,
                recipient_id=member_id,
                kind=Kind.SNOOZE,
                sequence=_next_sequence(connection, occurrence_id, member_id),
                server_id=server_id,
                state=State.PENDING,
                **values,
            )
        )
    details = {"occurrence": occurrence_id, "pause": pause}
    record(connection, now, str(member_id), "snoozed", server_id, details)
    return Snoozable(
        occurrence_id, found.title, found.starts_at, found.ends_at, found.leads, waiting=at
    )


def end_snooze(
    connection: sa.Connection, occurrence_id: int, member_id: int, now: datetime
) -> bool:
    """Cancel the snooze that waits. Returns whether there was one."""
    return bool(
        connection.execute(
            sa.update(deliveries)
            .where(*_waiting(occurrence_id, member_id))
            .values(
                state=moved(State.PENDING, Move.CANCEL),
                reason="the member no longer wants it",
                settled_at=now,
            )
        ).rowcount
    )


def follow_move(
    connection: sa.Connection, occurrence_id: int, start: datetime, end: datetime
) -> None:
    """The occurrence starts at another time: what is snoozed rings when it was to, and says the new time."""
    waiting = connection.execute(
        sa.select(deliveries.c.id, deliveries.c.due_at).where(
            *_waiting(occurrence_id), deliveries.c.starts_at != start
        )
    )
    for row in waiting.all():
        connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(**_speaking_of(start, end, row.due_at))
        )


def _speaking_of(start: datetime, end: datetime, at: datetime) -> dict[str, datetime | int]:
    """What a snooze that rings at `at` says of when; its lead is negative after the start."""
    lead = int((start - at).total_seconds())
    return {"starts_at": start, "lead": lead, "expires_at": expires_at(start, end, lead)}


def _waiting(occurrence_id: int, member_id: int | None = None) -> list[sa.ColumnElement[bool]]:
    """Snoozes that wait and were never tried: one that was tried may have arrived as it is."""
    conditions = [
        deliveries.c.occurrence_id == occurrence_id,
        deliveries.c.kind == Kind.SNOOZE,
        deliveries.c.state == State.PENDING,
        deliveries.c.attempt == 0,
    ]
    if member_id is not None:
        conditions.append(deliveries.c.recipient_id == member_id)
    return conditions


def _next_sequence(connection: sa.Connection, occurrence_id: int, member_id: int) -> int:
    # Over all starts and leads: a snooze that follows a move must not meet the key of another one.
    last = connection.scalar(
        sa.select(sa.func.max(deliveries.c.sequence)).where(
            deliveries.c.occurrence_id == occurrence_id,
            deliveries.c.recipient_id == member_id,
            deliveries.c.kind == Kind.SNOOZE,
        )
    )
    return 0 if last is None else int(last) + 1
