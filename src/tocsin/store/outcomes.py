"""Recording what came of an attempt. Acceptance is taken from any state; bad news only for the attempt it is of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import Kind, Move, RecipientKind, State, moved
from tocsin.store import servers
from tocsin.store.claims import Claimed
from tocsin.store.columns import to_ms
from tocsin.store.dialect import insert_new, run_many
from tocsin.store.mentions import note_unreached
from tocsin.store.opening import Closed, close_opening
from tocsin.store.tables import channel_messages, deliveries, occurrences
from tocsin.store.tables import dm_channels as dm_table
from tocsin.store.tables import servers as server_table

LONGEST_TRACE = 10_000
KEEP_POST = timedelta(minutes=5)
"""How long after the end of an occurrence its last post stays."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Evidence that a delivery arrived; `evidence` says where it is from: the answer, the history, an import."""

    claimed: Claimed
    message_id: int
    channel_id: int
    evidence: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Setback:
    """An attempt that did not end in acceptance, and what follows from it.

    `move` is the way out of `sending`; `ready_at` is when to try again where it leads back to `pending`;
    `next_revision` asks for another nonce, `plain` for the plain rendering; `suspend` ends DMs to the member,
    `reopen` forgets the DM channel, `channel_refused` ends posts in the server's channel, and
    `closes_opening` the opening of DM channels for a time. A `trace` is kept with the attempt.
    """

    claimed: Claimed
    move: Move
    outcome: str
    reason: str
    status: int | None = None
    code: int | None = None
    ready_at: datetime | None = None
    next_revision: bool = False
    plain: bool = False
    suspend: bool = False
    reopen: bool = False
    channel_refused: bool = False
    closes_opening: Closed | None = None
    trace: str | None = None


def record_sent(connection: sa.Connection, sent: list[Sent], worker: str, now: datetime) -> None:
    """Note deliveries as sent, with the evidence, and what their messages become the anchor or successor of."""
    at = to_ms(now)
    run_many(
        connection,
        f"UPDATE deliveries SET state = {State.SENT.value}, message_id = :message, channel_id = :channel,"
        f" reason = :evidence, settled_at = :at WHERE id = :id AND state <> {State.SENT.value}",
        [
            {
                "id": one.claimed.id,
                "message": one.message_id,
                "channel": one.channel_id,
                "evidence": one.evidence,
                "at": at,
            }
            for one in sent
        ],
    )
    _write_attempts(
        connection,
        [_attempt(one.claimed, worker, at, f"accepted: {one.evidence}") for one in sent],
    )
    run_many(
        connection,
        "UPDATE dm_channels SET last_message_id = :message, updated_at = :at WHERE member_id = :member"
        " AND (last_message_id IS NULL OR last_message_id < :message)",
        [
            {"message": one.message_id, "at": at, "member": one.claimed.recipient_id}
            for one in sent
            if one.claimed.recipient_kind == RecipientKind.MEMBER
        ],
    )
    for one in sent:
        if one.claimed.recipient_kind == RecipientKind.CHANNEL:
            _record_post(connection, one, now)


def _record_post(connection: sa.Connection, sent: Sent, now: datetime) -> None:
    """The post replaces the one before for the same occurrence, which is owed for deletion from here on."""
    claimed = sent.claimed
    if claimed.kind is not Kind.MENTION:
        _replace_posts(connection, sent, now)
    connection.execute(
        insert_new(connection, channel_messages).values(
            message_id=sent.message_id,
            server_id=claimed.server_id,
            channel_id=sent.channel_id,
            occurrence_id=claimed.occurrence_id,
            posted_at=now,
            remove_at=max(sent.ends_at, now) + _kept(claimed),
        )
    )
    connection.execute(
        sa.update(server_table)
        .where(server_table.c.id == claimed.server_id, server_table.c.channel_id == sent.channel_id)
        .values(channel_anchor_id=sent.message_id)
    )
    connection.execute(
        sa.update(server_table)
        .where(
            server_table.c.id == claimed.server_id,
            server_table.c.mention_channel_id == sent.channel_id,
        )
        .values(mention_anchor_id=sent.message_id)
    )


def _replace_posts(connection: sa.Connection, sent: Sent, now: datetime) -> None:
    # A mention stays until the event is over: whom it is for may not have read it yet.
    mentions = sa.select(deliveries.c.message_id).where(
        deliveries.c.occurrence_id == sent.claimed.occurrence_id,
        deliveries.c.recipient_id
        == sa.select(server_table.c.mention_channel_id)
        .where(server_table.c.id == sent.claimed.server_id)
        .scalar_subquery(),
        deliveries.c.kind == Kind.MENTION,
        deliveries.c.message_id.is_not(None),
    )
    connection.execute(
        sa.update(channel_messages)
        .where(
            channel_messages.c.occurrence_id == sent.claimed.occurrence_id,
            channel_messages.c.message_id != sent.message_id,
            channel_messages.c.message_id.not_in(mentions),
            channel_messages.c.removed_at.is_(None),
        )
        .values(remove_at=now)
    )


def _kept(claimed: Claimed) -> timedelta:
    return timedelta() if claimed.kind is Kind.TEST else KEEP_POST


def record_setbacks(
    connection: sa.Connection, setbacks: list[Setback], worker: str, now: datetime
) -> list[Setback]:
    """Note attempts that were not accepted. Returns those that were still this worker's to note."""
    noted = [one for one in setbacks if _move(connection, one, worker, now)]
    _write_attempts(
        connection,
        [
            _attempt(one.claimed, worker, to_ms(now), one.outcome)
            | {"status": one.status, "code": one.code, "detail": _detail(one)}
            for one in noted
            if one.move is not Move.RELEASE
        ],
    )
    for one in noted:
        _consequences(connection, one, now)
    return noted


def _detail(one: Setback) -> str:
    return one.reason if one.trace is None else f"{one.reason}\n{one.trace[-LONGEST_TRACE:]}"


def _move(connection: sa.Connection, one: Setback, worker: str, now: datetime) -> bool:
    claimed = one.claimed
    state = moved(State.SENDING, one.move)
    values: dict[str, Any] = {"state": state, "reason": one.reason}
    if state is State.PENDING:
        values |= {"ready_at": one.ready_at or now, "worker": None}
    if state not in (State.PENDING, State.UNKNOWN):
        values["settled_at"] = now
    if state is State.UNKNOWN:
        values["ready_at"] = one.ready_at or now
    if one.next_revision:
        values["revision"] = deliveries.c.revision + 1
    if one.plain:
        values["plain"] = True
    if one.move is Move.RELEASE:
        # The request never left: the attempt did not take place.
        values["attempt"] = claimed.attempt - 1
    return bool(
        connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.id == claimed.id,
                deliveries.c.state == State.SENDING,
                deliveries.c.attempt == claimed.attempt,
                deliveries.c.worker == worker,
            )
            .values(**values)
        ).rowcount
    )


def _consequences(connection: sa.Connection, one: Setback, now: datetime) -> None:
    claimed = one.claimed
    if one.suspend:
        connection.execute(
            sa.update(dm_table)
            .where(dm_table.c.member_id == claimed.recipient_id, dm_table.c.epoch == claimed.epoch)
            .values(suspended_because=one.reason, updated_at=now)
        )
        note_unreached(connection, [claimed.id], now)
    if one.plain:
        # One bad line of text must not be tried a hundred thousand times: the others are told plainly at once.
        connection.execute(
            sa.update(occurrences)
            .where(occurrences.c.id == claimed.occurrence_id, occurrences.c.texts_refused.is_(None))
            .values(texts_refused=one.reason)
        )
    if one.reopen:
        connection.execute(
            sa.update(dm_table)
            .where(
                dm_table.c.member_id == claimed.recipient_id,
                dm_table.c.channel_id == claimed.channel_id,
            )
            .values(channel_id=None, last_message_id=None, updated_at=now)
        )
    if one.closes_opening is not None:
        close_opening(connection, one.closes_opening)
    if one.channel_refused:
        refused = (
            servers.mention_refused if claimed.kind is Kind.MENTION else servers.channel_refused
        )
        refused(connection, claimed.server_id, claimed.channel_id, one.reason, claimed.claimed_at)


_Attempt = dict[str, int | str | None]


def _attempt(claimed: Claimed, worker: str, ended_at: int, outcome: str) -> _Attempt:
    return {
        "delivery": claimed.id,
        "attempt": claimed.attempt,
        "worker": worker,
        "claimed_at": to_ms(claimed.claimed_at),
        "ended_at": ended_at,
        "outcome": outcome,
        "status": None,
        "code": None,
        "detail": None,
    }


def _write_attempts(connection: sa.Connection, rows: list[_Attempt]) -> None:
    run_many(
        connection,
        "INSERT INTO attempts (delivery_id, attempt, worker, claimed_at, ended_at, outcome, status, code, detail)"
        " VALUES (:delivery, :attempt, :worker, :claimed_at, :ended_at, :outcome, :status, :code, :detail)"
        " ON CONFLICT DO NOTHING",
        rows,
    )


def any_expired(connection: sa.Connection, now: datetime) -> bool:
    """Whether anything waits that is of no more use."""
    return (
        connection.scalar(
            sa.select(sa.literal(1))
            .where(
                sa.text(f"deliveries.state = {State.PENDING.value}"), deliveries.c.expires_at <= now
            )
            .limit(1)
        )
        is not None
    )


@dataclass(frozen=True, slots=True)
class Missed:
    """A delivery that was not sent while it was of use."""

    id: int
    occurrence_id: int
    server_id: int
    revision: int
    kind: Kind


def expire(connection: sa.Connection, now: datetime, limit: int = 1_000) -> list[Missed]:
    """End what waits and is of no more use; returns what was missed."""
    waiting, missed = State.PENDING, moved(State.PENDING, Move.EXPIRE)
    rows = connection.execute(
        sa.text(
            f"UPDATE deliveries SET state = {missed.value}, settled_at = :now,"
            " reason = 'not sent while it was of use' WHERE id IN (SELECT id FROM deliveries"
            f" WHERE state = {waiting.value} AND expires_at <= :now LIMIT :limit)"
            " RETURNING id, occurrence_id, server_id, revision, kind"
        ),
        {"now": to_ms(now), "limit": limit},
    )
    return [
        Missed(row.id, row.occurrence_id, row.server_id, row.revision, Kind(row.kind))
        for row in rows
    ]
