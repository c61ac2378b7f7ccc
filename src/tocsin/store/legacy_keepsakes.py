"""What the old files said beyond our own tables: entries of the failed log, and posts to be taken over."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.store.audit import record
from tocsin.store.facts import get_fact, set_fact
from tocsin.store.outcomes import KEEP_POST
from tocsin.store.tables import audit, channel_messages, facts, occurrences

FAILED = "a DM failed, says the old log"
_POSTS = "old post {server}:"

WAITING = "waiting"
TAKEN_OVER = "taken over"


@dataclass(frozen=True, slots=True)
class OldPost:
    """A post of the bot before; `state` is WAITING, TAKEN_OVER, or why it is left alone."""

    server_id: int
    channel_id: int
    message_id: int
    occurrence_id: int
    state: str
    raw: dict[str, Any]


def failed_entries(connection: sa.Connection, server_id: int) -> list[Any]:
    """The entries of imported failed logs, as they were, in their order."""
    return failed_entries_after(connection, server_id, 0)[1]


def failed_entries_after(
    connection: sa.Connection, server_id: int, seen: int
) -> tuple[int, list[Any]]:
    """What was imported after the line `seen` of the audit, and the line that has been seen now."""
    last = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(audit.c.id), 0))) or 0
    details = connection.scalars(
        sa.select(audit.c.details)
        .where(
            audit.c.id > seen,
            audit.c.id <= last,
            audit.c.server_id == server_id,
            audit.c.action == FAILED,
        )
        .order_by(audit.c.id)
    )
    return last, [each["entry"] for each in details]


def keep_failed_entry(
    connection: sa.Connection, server_id: int, actor: str, entry: Any, at: datetime
) -> None:
    """Keep one entry of an imported failed log."""
    record(connection, at, actor, FAILED, server_id, {"entry": entry})


def _name(server_id: int, message_id: int) -> str:
    return f"{_POSTS.format(server=server_id)}{message_id}"


def find_old_post(connection: sa.Connection, server_id: int, message_id: int) -> OldPost | None:
    """The old post with that message, or None."""
    value = get_fact(connection, _name(server_id, message_id))
    return None if value is None else OldPost(**json.loads(value))


def keep_old_post(connection: sa.Connection, post: OldPost) -> None:
    """Keep the post, or its new state."""
    set_fact(connection, _name(post.server_id, post.message_id), json.dumps(asdict(post)))


def old_posts(connection: sa.Connection, server_id: int | None = None) -> list[OldPost]:
    """The old posts of a server, or of all, in no order."""
    prefix = _POSTS.format(server=server_id) if server_id is not None else "old post "
    values = connection.scalars(
        sa.select(facts.c.value).where(facts.c.name.startswith(prefix, autoescape=True))
    )
    return [OldPost(**json.loads(value)) for value in values]


def waiting_posts(connection: sa.Connection) -> list[OldPost]:
    """The old posts that the bot has not looked at yet."""
    return [post for post in old_posts(connection) if post.state == WAITING]


def take_over(connection: sa.Connection, post: OldPost, now: datetime) -> None:
    """From here on the post is as one of ours: replaced by the next, removed when its event is over.

    It is owed for removal at once where a newer post of the same occurrence stands already.
    """
    ends_at = connection.scalar(
        sa.select(occurrences.c.ends_at).where(occurrences.c.id == post.occurrence_id)
    )
    newer = connection.scalar(
        sa.select(sa.func.count())
        .select_from(channel_messages)
        .where(
            channel_messages.c.occurrence_id == post.occurrence_id,
            channel_messages.c.message_id > post.message_id,
        )
    )
    known = connection.scalar(
        sa.select(channel_messages.c.message_id).where(
            channel_messages.c.message_id == post.message_id
        )
    )
    if known is None and ends_at is not None:
        connection.execute(
            sa.insert(channel_messages).values(
                message_id=post.message_id,
                server_id=post.server_id,
                channel_id=post.channel_id,
                occurrence_id=post.occurrence_id,
                posted_at=now,
                remove_at=now if newer else ends_at + KEEP_POST,
            )
        )
    leave_alone(connection, post, TAKEN_OVER)


def start_of(connection: sa.Connection, occurrence_id: int) -> datetime | None:
    """When the occurrence starts, or None where it is gone."""
    start: datetime | None = connection.scalar(
        sa.select(occurrences.c.starts_at).where(occurrences.c.id == occurrence_id)
    )
    return start


def leave_alone(connection: sa.Connection, post: OldPost, state: str) -> None:
    """Keep what became of the post: it is not looked at again."""
    keep_old_post(
        connection,
        OldPost(
            post.server_id, post.channel_id, post.message_id, post.occurrence_id, state, post.raw
        ),
    )
