"""The DM channel of each member: opened when they subscribe, so that none is opened when a reminder is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.reminders.delivery import State
from tocsin.store.claims import UNOPENED
from tocsin.store.columns import to_ms
from tocsin.store.dialect import insert_into
from tocsin.store.tables import (
    deliveries,
    dm_channels,
    occurrence_keys,
    occurrences,
    subscription_pairs,
    subscriptions,
)

LONGEST_TEST = timedelta(minutes=3)
"""From the command to the end of its event; see `rehearsal`."""
TRY_AGAIN_AFTER = timedelta(hours=1)
FAILED_FOR = timedelta(days=1)
LOOK_AHEAD = timedelta(days=7)
"""Who is told later than this waits with those who are told nothing."""
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class DmChannel:
    """One member's DM channel; `suspended_because` is None while DMs are welcome.

    `epoch` counts the resumptions: an answer to an attempt from before one cannot suspend again.
    """

    member_id: int
    channel_id: int | None
    last_message_id: int | None
    suspended_because: str | None
    epoch: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many members a server's reminders have, and how many of them can be reached by DM."""

    total: int
    reachable: int


def find_dm(connection: sa.Connection, member_id: int) -> DmChannel | None:
    """What is known of the member's DM channel."""
    row = connection.execute(
        sa.select(dm_channels).where(dm_channels.c.member_id == member_id)
    ).first()
    if row is None:
        return None
    return DmChannel(
        row.member_id, row.channel_id, row.last_message_id, row.suspended_because, row.epoch
    )


def dm_worked(
    connection: sa.Connection,
    member_id: int,
    channel_id: int,
    message_id: int | None,
    now: datetime,
) -> None:
    """A DM arrived, or the channel was opened: keep it, lift a suspension, and let go what waited for it."""
    values = {"channel_id": channel_id, "suspended_because": None, "updated_at": now}
    if message_id is not None:
        values["last_message_id"] = message_id
    epoch = sa.case((dm_channels.c.suspended_because.is_not(None), 1), else_=0)
    connection.execute(
        insert_into(connection, dm_channels)
        .values(member_id=member_id, **values)
        .on_conflict_do_update(
            index_elements=["member_id"], set_={**values, "epoch": dm_channels.c.epoch + epoch}
        )
    )

    _bring_forward(connection, member_id, now)


def _bring_forward(connection: sa.Connection, member_id: int, now: datetime) -> None:
    # By way of the member's servers and what is ahead there: deliveries have no index of members.
    theirs = sa.select(subscriptions.c.server_id).where(subscriptions.c.member_id == member_id)
    ahead = sa.select(occurrences.c.id).where(
        occurrences.c.server_id.in_(theirs), occurrences.c.ends_at >= now
    )
    # Whoever tries reminders out need not have subscribed.
    tests = sa.select(occurrences.c.id).where(
        occurrences.c.cancelled, occurrences.c.ends_at.between(now, now + LONGEST_TEST)
    )
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.occurrence_id.in_(sa.union(ahead, tests)),
            deliveries.c.recipient_id == member_id,
            deliveries.c.state == State.PENDING,
            deliveries.c.reason == UNOPENED,
        )
        .values(ready_at=deliveries.c.due_at, reason=None)
    )


def dm_refused(
    connection: sa.Connection, member_id: int, channel_id: int | None, reason: str, now: datetime
) -> None:
    """The member takes no DMs: suspend them until the member acts."""
    values = {"suspended_because": reason, "updated_at": now}
    if channel_id is not None:
        values["channel_id"] = channel_id
    connection.execute(
        insert_into(connection, dm_channels)
        .values(member_id=member_id, **values)
        .on_conflict_do_update(index_elements=["member_id"], set_=values)
    )


def resume(connection: sa.Connection, suspended: Sequence[tuple[int, int]], now: datetime) -> None:
    """Lift suspensions that were not the members' doing; each is named by the member and the epoch it is of."""
    for member_id, epoch in suspended:
        connection.execute(
            sa.update(dm_channels)
            .where(
                dm_channels.c.member_id == member_id,
                dm_channels.c.epoch == epoch,
                dm_channels.c.suspended_because.is_not(None),
            )
            .values(suspended_because=None, epoch=epoch + 1, updated_at=now)
        )


def subscribers(connection: sa.Connection, server_id: int) -> Reach:
    """How many members of the server subscribed, and how many can be reached by DM."""
    return _reach(
        connection,
        sa.select(subscriptions.c.member_id).where(subscriptions.c.server_id == server_id),
    )


def reach_of(
    connection: sa.Connection, server_id: int, occurrence_ids: Sequence[int]
) -> dict[int, Reach]:
    """For each occurrence, how many members asked to be reminded of it, and how many can be reached by DM."""
    keys: dict[int, set[str]] = {occurrence_id: set() for occurrence_id in occurrence_ids}
    for row in connection.execute(
        sa.select(occurrence_keys).where(occurrence_keys.c.occurrence_id.in_(occurrence_ids))
    ):
        keys[row.occurrence_id].add(row.key)
    # Occurrences are many and kinds of them few: members are counted once for each.
    counted: dict[frozenset[str], Reach] = {}
    for chosen in {frozenset(each) for each in keys.values()}:
        asked = sa.select(subscription_pairs.c.member_id).where(
            subscription_pairs.c.server_id == server_id, subscription_pairs.c.choice.in_(chosen)
        )
        counted[chosen] = _reach(connection, asked.distinct())
    return {occurrence_id: counted[frozenset(each)] for occurrence_id, each in keys.items()}


def _reach(connection: sa.Connection, members: sa.Select[tuple[int]]) -> Reach:
    asked = members.subquery()
    is_open = dm_channels.c.channel_id.is_not(None) & dm_channels.c.suspended_because.is_(None)
    total, reachable = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.case((is_open, 1), else_=0)), 0),
        )
        .select_from(asked)
        .join(dm_channels, dm_channels.c.member_id == asked.c.member_id, isouter=True)
    ).one()
    return Reach(total, int(reachable))


# Servers by what is due next there, and in each whoever has no channel: so many, that an import of a million is no
# matter. Of these each is then looked at for what they themselves are told next.
_WITHOUT_CHANNEL = """
WITH some AS (
 SELECT s.server_id, s.member_id, coalesce(c.updated_at, 0) > :yesterday AS failed
 FROM (SELECT id, (SELECT min(due_at) FROM firings WHERE server_id = servers.id AND due_at > :now) AS next_at
  FROM servers WHERE left_at IS NULL) v
 JOIN subscriptions s ON s.server_id = v.id LEFT JOIN dm_channels c ON c.member_id = s.member_id
 WHERE c.channel_id IS NULL AND c.suspended_because IS NULL AND coalesce(c.updated_at, 0) <= :tried
 ORDER BY failed, v.next_at IS NULL, v.next_at LIMIT :most),
told AS (
 SELECT member_id, failed, (SELECT f.due_at FROM firings f
  WHERE f.server_id = some.server_id AND f.due_at > :now AND f.due_at < :far
  AND EXISTS (SELECT 1 FROM occurrence_keys k CROSS JOIN subscription_pairs p WHERE k.occurrence_id = f.occurrence_id
   AND p.server_id = f.server_id AND p.choice = k.key AND p.lead = f.lead AND p.member_id = some.member_id)
  ORDER BY f.due_at LIMIT 1) AS due_at FROM some)
SELECT member_id FROM told GROUP BY member_id
ORDER BY max(failed), min(due_at) IS NULL, min(due_at), member_id LIMIT :limit
"""


def members_without_channel(connection: sa.Connection, now: datetime, limit: int) -> list[int]:
    """Members who have subscribed and with whom no DM channel is open, as after an import; none of them suspended.

    Who is told next comes first. Whose channel could not be opened is left alone for an hour, and comes after
    everybody else for a day.
    """
    return list(
        connection.scalars(
            sa.text(_WITHOUT_CHANNEL),
            {
                "now": to_ms(now),
                "far": to_ms(now + LOOK_AHEAD),
                "tried": to_ms(now - TRY_AGAIN_AFTER),
                "yesterday": to_ms(now - FAILED_FOR),
                "most": MOST_LOOKED_AT,
                "limit": limit,
            },
        )
    )


def dm_not_opened(connection: sa.Connection, member_id: int, now: datetime) -> None:
    """The channel could not be opened now, for whatever reason."""
    connection.execute(
        insert_into(connection, dm_channels)
        .values(member_id=member_id, updated_at=now)
        .on_conflict_do_update(index_elements=["member_id"], set_={"updated_at": now})
    )
