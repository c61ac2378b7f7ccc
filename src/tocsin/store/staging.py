"""Fanning a firing out into deliveries, in chunks, shortly before it is due."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.reminders.delivery import State
from tocsin.reminders.plan import STAGE_AHEAD, gives_way, order_base, rotation
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.staged_rows import COLUMNS, REVIVE, initial_state, shared_values, stage_channel
from tocsin.store.tables import (
    firings,
    occurrence_keys,
    occurrences,
    servers,
    subscription_pairs,
)
from tocsin.store.turns import GAP_MS, Turns, behind, queue_anew

CHUNK = 5_000
"""Rows in one transaction: it took 17 ms, so that no other writer is held up."""
WINDOW = timedelta(minutes=3)
"""How far ahead of its turn a recipient is staged: 12,000 of one server, which take four minutes."""
MOST_OPEN = 500
"""Firings that are looked at in one transaction."""
_FIRST, _LAST = -1, 2**63 - 1
_PROGRESS = (
    "begun_at",
    "staged_choice",
    "staged_member",
    "rank",
    "recipients",
    "staged_at",
    "turn_at",
    "passed_choice",
    "passed_member",
)

_FIRINGS = (
    sa.select(
        firings,
        occurrences.c.starts_at,
        occurrences.c.ends_at,
        occurrences.c.cancelled,
        servers.c.drop_late,
    )
    .join(occurrences, occurrences.c.id == firings.c.occurrence_id)
    .join(servers, servers.c.id == firings.c.server_id)
)


@dataclass(frozen=True, slots=True)
class Staged:
    """What one call has done: rows written, by their state, whether more could be right away, and of which firing."""

    rows: Counter[State]
    more: bool
    server_id: int | None = None
    occurrence_id: int | None = None
    lead: int | None = None


@dataclass(slots=True)
class _Firing:
    """A firing that is open, and how far it came."""

    occurrence_id: int
    lead: int
    server_id: int
    due_at: datetime
    begun_at: datetime | None
    staged_choice: str | None
    staged_member: int | None
    rank: int
    recipients: int | None
    staged_at: datetime | None
    turn_at: datetime | None
    passed_choice: str | None
    passed_member: int | None
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    drop_late: bool

    def base(self, now: datetime) -> int:
        """What the turns of the firing come after."""
        return to_ms(order_base(self.starts_at, self.lead, self.begun_at or now))

    def is_late(self, now: datetime, grace: timedelta) -> bool:
        """Whether nothing ran when it was due."""
        return self.due_at < (self.begun_at or now) - grace


def next_firing(connection: sa.Connection) -> datetime | None:
    """When the next firing that is not staged falls due."""
    due: datetime | None = connection.scalar(
        sa.select(sa.func.min(firings.c.due_at)).where(firings.c.staged_at.is_(None))
    )
    return due


def stage(
    connection: sa.Connection,
    now: datetime,
    *,
    grace: timedelta,
    hungry: bool = False,
    flowing: bool = False,
    chunk: int = CHUNK,
) -> Staged:
    """Write the next chunk of deliveries: of all open firings the one whose next recipient's turn comes first.

    So a burst in one server never keeps a neighbour waiting. A firing is staged no further ahead than its
    recipients' turns need, unless the dispatcher is `hungry`. If messages are `flowing` again or still, a queue
    that is far behind is put in line anew.
    """
    if flowing:
        queue_anew(connection, now)
    opened = _open_firings(connection, now, grace)
    if not opened:
        return Staged(Counter(), more=False)
    turns = Turns(connection, (one.server_id for one in opened), now)
    for one in opened:
        if one.turn_at is not None:
            turns.note(one.server_id, one.lead, to_ms(one.turn_at))
    chosen = _first(opened, turns, now, None if hungry else behind(connection, now))
    if chosen is None:
        return Staged(Counter(), more=False)
    rows = _stage_firing(connection, chosen, turns, now, grace, chunk)
    return Staged(rows, True, chosen.server_id, chosen.occurrence_id, chosen.lead)


def _open_firings(connection: sa.Connection, now: datetime, grace: timedelta) -> list[_Firing]:
    """The firings that may be staged by now.

    Of those that are late only the nearest of each occurrence: the farther ones then find its rows there.
    """
    found = connection.execute(
        _FIRINGS.where(firings.c.staged_at.is_(None), firings.c.due_at <= now + STAGE_AHEAD)
        .order_by(firings.c.due_at.desc())
        .limit(MOST_OPEN)
    )
    opened, nearest = [], set()
    for row in found:
        one = _Firing(**row._mapping)
        if one.is_late(now, grace):
            if one.occurrence_id in nearest:
                continue
            nearest.add(one.occurrence_id)
        opened.append(one)
    return opened


def _first(
    opened: list[_Firing], turns: Turns, now: datetime, late: timedelta | None
) -> _Firing | None:
    """The firing whose next recipient's turn comes first, and near enough; however far if `late` is None.

    By so much the queue is late: more of what has rows in it already is of no use yet.
    """
    chosen, first = None, _LAST
    for one in opened:
        turn = turns.next(one.server_id, one.lead, one.base(now))
        if late is not None:
            until = now + STAGE_AHEAD + WINDOW + gives_way(one.lead)
            if one.turn_at is not None:
                until -= max(late, timedelta())
            if turn > to_ms(until):
                continue
        if turn < first:
            chosen, first = one, turn
    return chosen


def _stage_firing(
    connection: sa.Connection,
    one: _Firing,
    turns: Turns,
    now: datetime,
    grace: timedelta,
    chunk: int,
) -> Counter[State]:
    """Write up to `chunk` rows of one firing, in the order of their turns. Returns those new or revived, by state."""
    keys = _keys(connection, one.occurrence_id)
    written: Counter[State] = Counter()
    if one.recipients is None and not one.cancelled:
        post = _begin(connection, one, keys, now)
        if post is not None:
            written[post] += 1
    for choice, after, upto in [] if one.cancelled else _stretches(one, keys):
        stretch = {"server": one.server_id, "choice": choice, "lead": one.lead}
        stretch |= {"after": after, "upto": upto, "chunk": chunk}
        read, last = connection.execute(sa.text(_COUNT), stretch).one()
        if not read:
            continue
        turn = turns.next(one.server_id, one.lead, one.base(now))
        written += _insert_members(connection, one, stretch, turn, now, grace)
        turn += GAP_MS * (read - 1)
        turns.note(one.server_id, one.lead, turn)
        one.turn_at = from_ms(turn)
        one.rank += read
        one.staged_choice, one.staged_member = choice, last
        chunk -= read
        if not chunk:
            break
    else:
        one.staged_at = now
    _keep(connection, one)
    return written


def _keep(connection: sa.Connection, one: _Firing) -> None:
    """Remember how far the firing came."""
    connection.execute(
        sa.update(firings)
        .where(firings.c.occurrence_id == one.occurrence_id, firings.c.lead == one.lead)
        .values({name: getattr(one, name) for name in _PROGRESS})
    )


def _begin(connection: sa.Connection, one: _Firing, keys: list[str], now: datetime) -> State | None:
    """The staging begins: count how many match, choose with whom, and stage the channel. Returns its row's state."""
    one.begun_at = one.begun_at or now
    rows = connection.execute(
        sa.text(
            "SELECT k.key, count(*) FROM occurrence_keys k CROSS JOIN subscription_pairs p"
            " WHERE k.occurrence_id = :occurrence AND p.server_id = :server AND p.choice = k.key"
            " AND p.lead = :lead GROUP BY k.key"
        ),
        {"server": one.server_id, "lead": one.lead, "occurrence": one.occurrence_id},
    )
    counts = {key: int(count) for key, count in rows}
    one.recipients = sum(counts.values())
    passed = rotation(one.occurrence_id, one.recipients)
    one.passed_choice = one.passed_member = None
    for key in keys if passed else []:
        count = counts.get(key, 0)
        if passed <= count:
            one.passed_choice, one.passed_member = key, _nth(connection, one, key, passed)
            break
        passed -= count
    return stage_channel(connection, one.occurrence_id, one.lead, now)


def _nth(connection: sa.Connection, one: _Firing, choice: str, number: int) -> int | None:
    """The id of the member who is that many-th, from 1, of those who made this choice."""
    member: int | None = connection.scalar(
        sa.select(subscription_pairs.c.member_id)
        .where(
            subscription_pairs.c.server_id == one.server_id,
            subscription_pairs.c.choice == choice,
            subscription_pairs.c.lead == one.lead,
        )
        .order_by(subscription_pairs.c.member_id)
        .limit(1)
        .offset(number - 1)
    )
    return member


def _keys(connection: sa.Connection, occurrence_id: int) -> list[str]:
    return sorted(
        connection.scalars(
            sa.select(occurrence_keys.c.key).where(occurrence_keys.c.occurrence_id == occurrence_id)
        )
    )


def _stretches(one: _Firing, keys: list[str]) -> list[tuple[str, int, int]]:
    """What is left to be staged, as (choice, after this member, up to this one), in the order of the turns.

    It begins after the last of those who are passed over, goes to the end, and then from the beginning up to them:
    whatever is staged comes before whatever is not.
    """
    stretches = [(key, _FIRST, _LAST) for key in keys]
    if one.passed_choice in keys and one.passed_member is not None:
        split = keys.index(one.passed_choice)
        stretches = [
            (one.passed_choice, one.passed_member, _LAST),
            *stretches[split + 1 :],
            *stretches[:split],
            (one.passed_choice, _FIRST, one.passed_member),
        ]
    for number, (choice, after, upto) in enumerate(stretches):
        member = one.staged_member
        if member is not None and choice == one.staged_choice and after < member <= upto:
            return [(choice, member, upto), *stretches[number + 1 :]]
    return stretches


_MEMBERS = (
    "SELECT p.member_id, row_number() OVER (ORDER BY p.member_id) - 1 AS n FROM subscription_pairs p"
    " WHERE p.server_id = :server AND p.choice = :choice AND p.lead = :lead AND p.member_id > :after"
    " AND p.member_id <= :upto ORDER BY p.member_id LIMIT :chunk"
)
_COUNT = f"SELECT count(*), max(member_id) FROM ({_MEMBERS}) m"


def _insert_members(
    connection: sa.Connection,
    one: _Firing,
    stretch: dict[str, Any],
    turn: int,
    now: datetime,
    grace: timedelta,
) -> Counter[State]:
    """Write one stretch of members, the first of whom has this turn. Returns the rows new or revived, by state."""
    begun = one.begun_at or now
    state, reason, settled = initial_state(one, begun, now, grace)
    # In time, which is the usual case, all of them wait, and need not be told apart.
    all_wait = state == str(State.PENDING.value)
    result = connection.execute(
        sa.text(
            f"INSERT INTO deliveries ({COLUMNS})"
            f" SELECT :occurrence, :start, 0, m.member_id, 0, :lead, 0, :server, :due, :expires,"
            f" :turn + {GAP_MS} * m.n, :due, {state}, {reason}, {settled}"
            f" FROM ({_MEMBERS}) m WHERE true{REVIVE}" + ("" if all_wait else " RETURNING state")
        ),
        shared_values(one, now) | stretch | {"turn": turn},
    )
    return Counter({State.PENDING: result.rowcount} if all_wait else map(State, result.scalars()))


def due_unstaged(connection: sa.Connection, now: datetime) -> bool:
    """Whether a firing that is due by now is still to be staged."""
    return (
        connection.scalar(
            sa.select(sa.literal(1))
            .where(firings.c.staged_at.is_(None), firings.c.due_at <= now)
            .limit(1)
        )
        is not None
    )
