"""The second look: whether a delivery that is about to be claimed is still wanted as things stand now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, Move, RecipientKind, State, moved
from tocsin.store.columns import to_ms
from tocsin.store.tables import occurrences, servers

_OF_A_START = (Kind.REMINDER, Kind.SNOOZE, Kind.MENTION)
"""What says nothing true any more once its occurrence starts at another time, or does not take place."""


@dataclass(frozen=True, slots=True)
class Place:
    """How an occurrence and its server stand now."""

    starts_at: int
    cancelled: bool
    texts_refused: str | None
    left: bool
    channel_id: int | None
    anchor_id: int | None
    channel_refused: str | None
    windows: tuple[int, ...]
    mention_channel_id: int | None
    mention_anchor_id: int | None
    mention_refused: str | None

    def target(self, kind: int) -> tuple[int | None, int | None]:
        """The channel into which a post of this kind goes, and the last message known there."""
        if kind == Kind.MENTION:
            return self.mention_channel_id, self.mention_anchor_id
        return self.channel_id, self.anchor_id


def places_of(connection: sa.Connection, occurrence_ids: set[int]) -> dict[int, Place]:
    """The places of these occurrences, by id."""
    rows = connection.execute(
        sa.select(
            occurrences.c.id,
            occurrences.c.starts_at,
            occurrences.c.cancelled,
            occurrences.c.texts_refused,
            servers.c.left_at,
            servers.c.channel_id,
            servers.c.channel_anchor_id,
            servers.c.channel_refused,
            servers.c.windows,
            servers.c.mention_channel_id,
            servers.c.mention_anchor_id,
            servers.c.mention_refused,
        )
        .join(servers, servers.c.id == occurrences.c.server_id)
        .where(occurrences.c.id.in_(occurrence_ids))
    )
    return {
        row.id: Place(
            to_ms(row.starts_at),
            row.cancelled,
            row.texts_refused,
            row.left_at is not None,
            row.channel_id,
            row.channel_anchor_id,
            row.channel_refused,
            tuple(row.windows),
            row.mention_channel_id,
            row.mention_anchor_id,
            row.mention_refused,
        )
        for row in rows
    }


def ended(row: sa.Row[Any], place: Place, now: datetime) -> tuple[State, str] | None:
    """The state and reason that end the delivery before it is tried, or None if it may go."""
    pending = State.PENDING
    if row.expires_at <= to_ms(now):
        return moved(pending, Move.EXPIRE), "not sent while it was of use"
    if place.left:
        return moved(pending, Move.CANCEL), "the bot is no longer in the server"
    if row.kind in _OF_A_START and row.starts_at != place.starts_at:
        return moved(pending, Move.SUPERSEDE), "the occurrence was moved"
    if row.kind in _OF_A_START and place.cancelled:
        return moved(pending, Move.CANCEL), "the occurrence was cancelled"
    if not row.asked:
        return moved(pending, Move.CANCEL), "no longer asked for"
    if row.recipient_kind == RecipientKind.CHANNEL:
        return _ended_in_channel(row, place)
    if row.suspended_because is not None:
        return moved(pending, Move.REFUSED), row.suspended_because
    return None


def _ended_in_channel(row: sa.Row[Any], place: Place) -> tuple[State, str] | None:
    if place.target(row.kind)[0] != row.recipient_id:
        return moved(State.PENDING, Move.CANCEL), "the server's channel was changed"
    if row.kind == Kind.REMINDER and row.lead not in place.windows:
        return moved(State.PENDING, Move.CANCEL), "the server's windows were changed"
    refused = place.mention_refused if row.kind == Kind.MENTION else place.channel_refused
    if refused is not None:
        return moved(State.PENDING, Move.REFUSED), refused
    return None
