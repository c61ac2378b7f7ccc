"""Members by the thousand, written at once, and the firings that call them."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from tests.store.stored_calendar import NOW, add_occurrence, add_server

from tocsin.store import firings
from tocsin.store.staging import stage
from tocsin.store.tables import occurrence_keys

GRACE = timedelta(seconds=60)


def add_crowd(connection: sa.Connection, server: int, members: range, *leads: int) -> None:
    """A server without a channel, in which these members ask for `ruins` at these leads, with open DMs."""
    add_server(connection, server)
    connection.execute(sa.text("UPDATE servers SET channel_id = NULL"))
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT {members.start} UNION ALL SELECT i + 1 FROM n"
        f" WHERE i + 1 < {members.stop})"
    )
    connection.exec_driver_sql(
        "INSERT INTO subscriptions (server_id, member_id, choices, leads, extra, created_at, updated_at)"
        f" {numbers} SELECT {server}, i, '[\"ruins\"]', '{list(leads)}', '{{}}', 0, 0 FROM n"
    )
    for lead in leads:
        connection.exec_driver_sql(
            "INSERT INTO subscription_pairs (server_id, choice, lead, member_id)"
            f" {numbers} SELECT {server}, 'ruins', {lead}, i FROM n"
        )
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO dm_channels (member_id, channel_id, last_message_id, updated_at)"
        f" {numbers} SELECT i, i + 1000000, 1, 0 FROM n"
    )
    firings.note_leads(connection, server, leads)


def fires(connection: sa.Connection, server: int, lead: int, due: datetime, title: str = "") -> int:
    """An occurrence whose reminder `lead` before falls due at `due`, and no other."""
    start = due + timedelta(seconds=lead)
    made = add_occurrence(connection, start, server, title=title or f"{server}")
    calls(connection, server, made, start)
    connection.execute(
        sa.text("DELETE FROM firings WHERE occurrence_id = :made AND lead <> :lead"),
        {"made": made, "lead": lead},
    )
    return made


def calls(connection: sa.Connection, server: int, occurrence: int, start: datetime) -> None:
    """The occurrence matches `ruins`, and was planned long before."""
    connection.execute(sa.insert(occurrence_keys).values(occurrence_id=occurrence, key="ruins"))
    firings.plan_occurrences(connection, server, [(occurrence, start)], NOW - timedelta(days=40))


def stage_all(
    connection: sa.Connection, now: datetime, *, hungry: bool = False, flowing: bool = False
) -> int:
    """Stage as the planner does at that instant. Returns how many chunks it took."""
    chunks = 0
    while stage(connection, now, grace=GRACE, hungry=hungry, flowing=flowing).more:
        chunks += 1
    return chunks
