"""Posts in server channels that are owed for deletion: replaced ones, and those of events that are over."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.store.tables import channel_messages


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the bot's in a server's channel."""

    message_id: int
    channel_id: int
    server_id: int
    tries: int


def posts_to_remove(connection: sa.Connection, now: datetime, limit: int) -> list[Post]:
    """The posts whose time has come, the longest owed first."""
    rows = connection.execute(
        sa.select(channel_messages)
        .where(channel_messages.c.removed_at.is_(None), channel_messages.c.remove_at <= now)
        .order_by(channel_messages.c.remove_at)
        .limit(limit)
    )
    return [Post(row.message_id, row.channel_id, row.server_id, row.tries) for row in rows]


def next_removal(connection: sa.Connection) -> datetime | None:
    """When the next post has to go."""
    at: datetime | None = connection.scalar(
        sa.select(sa.func.min(channel_messages.c.remove_at)).where(
            channel_messages.c.removed_at.is_(None)
        )
    )
    return at


def post_removed(connection: sa.Connection, message_id: int, now: datetime) -> None:
    """The post is gone."""
    connection.execute(
        sa.update(channel_messages)
        .where(channel_messages.c.message_id == message_id)
        .values(removed_at=now)
    )


def try_removal_later(connection: sa.Connection, message_id: int, at: datetime) -> None:
    """The post could not be deleted now."""
    connection.execute(
        sa.update(channel_messages)
        .where(channel_messages.c.message_id == message_id)
        .values(remove_at=at, tries=channel_messages.c.tries + 1)
    )
