"""Firings: which (occurrence, lead) falls due when. Few rows: occurrences ahead × leads in use."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, State
from tocsin.reminders.plan import due_at, worth_making_up
from tocsin.store.dialect import insert_new
from tocsin.store.tables import deliveries, firings, leads_in_use, occurrences

STILL_DUE = timedelta(minutes=1)
"""How long after it fell due a firing still takes in whom an edit adds to it."""


def note_leads(connection: sa.Connection, server_id: int, leads: Iterable[int]) -> tuple[int, ...]:
    """Remember that these leads are in use; returns those that are new to the server."""
    known = set(leads_of(connection, server_id))
    new = tuple(lead for lead in leads if lead not in known)
    if new:
        connection.execute(
            insert_new(connection, leads_in_use),
            [{"server_id": server_id, "lead": lead} for lead in new],
        )
    return new


def leads_of(connection: sa.Connection, server_id: int) -> tuple[int, ...]:
    """The leads in use in the server, shortest first."""
    return tuple(
        connection.scalars(
            sa.select(leads_in_use.c.lead)
            .where(leads_in_use.c.server_id == server_id)
            .order_by(leads_in_use.c.lead)
        )
    )


def plan_server(connection: sa.Connection, server_id: int, now: datetime) -> None:
    """Write the firings that a newly used lead needs for what is ahead in the server."""
    ahead = connection.execute(
        sa.select(occurrences.c.id, occurrences.c.starts_at).where(
            occurrences.c.server_id == server_id,
            occurrences.c.starts_at >= now,
            occurrences.c.cancelled.is_(False),
        )
    ).all()
    plan_occurrences(connection, server_id, [(row.id, row.starts_at) for row in ahead], now)


def plan_occurrences(
    connection: sa.Connection, server_id: int, starts: list[tuple[int, datetime]], now: datetime
) -> int:
    """Write the firings of these occurrences, given as (id, start); those already past write no rows.

    A lead that has passed is made up for only near the start: it is written with its true due time, and of those
    only the nearest to now reaches a recipient, as after a time in which the bot was down. Returns how many rows
    were new.
    """
    leads = leads_of(connection, server_id)
    rows = [
        {
            "occurrence_id": occurrence_id,
            "lead": lead,
            "server_id": server_id,
            "due_at": due_at(start, lead),
        }
        for occurrence_id, start in starts
        for lead in _leads_worth(start, leads, now)
    ]
    if not rows:
        return 0
    result = connection.execute(insert_new(connection, firings), rows)
    return int(result.rowcount)


def _leads_worth(start: datetime, leads: Iterable[int], now: datetime) -> list[int]:
    """The leads still ahead, and of those past the nearest to now where it is worth making up."""
    ordered = sorted(leads)
    ahead = [lead for lead in ordered if due_at(start, lead) >= now]
    return ordered if worth_making_up(start, now) else ahead


def stage_again(
    connection: sa.Connection, occurrence_id: int, server_id: int, start: datetime, now: datetime
) -> None:
    """Other subscriptions match the occurrence now: what is ahead or not staged to its end is staged from the start.

    A firing that has just fallen due, or whose burst is under way, keeps its row: those who wait for it are still owed.
    When it first began stays, too: nobody is late because of an edit.
    """
    connection.execute(
        sa.update(firings)
        .where(
            firings.c.occurrence_id == occurrence_id,
            sa.or_(firings.c.staged_at.is_(None), firings.c.due_at >= now - STILL_DUE),
        )
        .values(recipients=None, staged_choice=None, staged_member=None, rank=0, staged_at=None)
    )
    plan_occurrences(connection, server_id, [(occurrence_id, start)], now)


def move_occurrence(
    connection: sa.Connection, occurrence_id: int, server_id: int, start: datetime, now: datetime
) -> None:
    """The occurrence starts at another time: what waited for the old start is superseded, the rest planned anew.

    Rows that speak of the new start and did not arrive come back to life: a move that is undone finds its own.
    """
    connection.execute(sa.delete(firings).where(firings.c.occurrence_id == occurrence_id))
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.occurrence_id == occurrence_id,
            deliveries.c.starts_at != start,
            deliveries.c.state == State.PENDING,
            deliveries.c.kind == Kind.REMINDER,
        )
        .values(state=State.SUPERSEDED, reason="the occurrence was moved", settled_at=now)
    )
    plan_occurrences(connection, server_id, [(occurrence_id, start)], now)


def drop_occurrence(connection: sa.Connection, occurrence_id: int, now: datetime) -> None:
    """The occurrence does not take place: nothing more falls due, and what waits is cancelled.

    What is in doubt stays so until it is settled: it may have arrived, and whoever it reached has to hear of this.
    """
    connection.execute(sa.delete(firings).where(firings.c.occurrence_id == occurrence_id))
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.occurrence_id == occurrence_id,
            deliveries.c.state == State.PENDING,
            deliveries.c.kind == Kind.REMINDER,
        )
        .values(state=State.CANCELLED, reason="the occurrence was cancelled", settled_at=now)
    )
