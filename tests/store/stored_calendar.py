"""A migrated database with a server in it, and rows as the dispatcher would have left them."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from tocsin.calendar.event import Event
from tocsin.calendar.presets import KVK
from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store import migrate, servers, tables
from tocsin.store.engine import Store, sqlite_url
from tocsin.store.stored_events import event_values
from tocsin.store.tables import deliveries, events, occurrences, subscriptions

SERVER = 4242
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@cache
def _migrated() -> Path:
    path = Path(tempfile.mkdtemp(prefix="tocsin-tests-")) / "template.db"
    store = Store(sqlite_url(path))
    migrate.upgrade(store)
    store.close()
    return path


def fresh_store(folder: Path, name: str = "tocsin.db") -> Store:
    """A store on a file of its own, at the newest schema."""
    path = folder / name
    shutil.copy(_migrated(), path)
    return Store(sqlite_url(path))


def add_server(
    connection: sa.Connection, server_id: int = SERVER, zone: str = "Europe/Berlin"
) -> None:
    """A server of the preset `kvk` with a channel."""
    servers.ensure_server(connection, server_id, NOW, KVK, "Kingdom", zone)
    connection.execute(
        sa.update(tables.servers)
        .where(tables.servers.c.id == server_id)
        .values(channel_id=server_id + 1)
    )


def add_occurrence(
    connection: sa.Connection, start: datetime, server_id: int = SERVER, title: str = "Ruins"
) -> int:
    """One occurrence of an hour, of an event of its own."""
    slot = f"{title}{start.isoformat()}"
    event = connection.scalar(
        sa.insert(events)
        .values(
            server_id=server_id,
            source="test",
            **event_values(
                Event.single(
                    uid=slot, title=title, start=start, end=timedelta(hours=1), category="ruins"
                )
            ),
            content_hash="",
            # These rows are not what an expansion would write: nothing is to expand it.
            expanded_until=start + timedelta(days=3650),
            created_at=NOW,
            updated_at=NOW,
        )
        .returning(events.c.id)
    )
    made = connection.scalar(
        sa.insert(occurrences)
        .values(
            event_id=event,
            server_id=server_id,
            slot=slot,
            public_id=f"ruins:{slot}",
            category="ruins",
            title=title,
            location="",
            description="",
            url="",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            all_day=False,
            cancelled=False,
        )
        .returning(occurrences.c.id)
    )
    return int(made or 0)


def subscribe(connection: sa.Connection, member_id: int, server_id: int = SERVER) -> None:
    """A subscription to everything, with the name `member<id>`."""
    connection.execute(
        sa.insert(subscriptions).values(
            server_id=server_id,
            member_id=member_id,
            username=f"member{member_id}",
            choices=["all"],
            leads=[3600],
            extra={},
            created_at=NOW,
            updated_at=NOW,
        )
    )


def add_delivery(
    connection: sa.Connection,
    occurrence_id: int,
    recipient_id: int,
    *,
    state: State = State.SENT,
    kind: Kind = Kind.REMINDER,
    recipient_kind: RecipientKind = RecipientKind.MEMBER,
    lead: int = 3600,
    sequence: int = 0,
    at: datetime = NOW,
) -> int:
    """A delivery that was settled, or claimed, at `at`."""
    row = connection.execute(sa.select(occurrences).where(occurrences.c.id == occurrence_id)).one()
    made = connection.scalar(
        sa.insert(deliveries)
        .values(
            occurrence_id=occurrence_id,
            starts_at=row.starts_at,
            recipient_kind=recipient_kind,
            recipient_id=recipient_id,
            kind=kind,
            lead=lead,
            sequence=sequence,
            server_id=row.server_id,
            state=state,
            due_at=at,
            expires_at=row.ends_at,
            order_at=at,
            ready_at=at,
            worker=None if state is State.PENDING else "w",
            claimed_at=at,
            message_id=5_000 if state is State.SENT else None,
            reason="answer",
            settled_at=at,
        )
        .returning(deliveries.c.id)
    )
    return int(made or 0)
