"""What the bot's database says, read beside it and never believed: for telling how a kill hit, and when all is done."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tocsin.dispatch.decision import LOOK_AFTER
from tocsin.reminders.delivery import Kind, State
from tocsin.store.engine import sqlite_module

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _instant(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


@dataclass(frozen=True, slots=True)
class Look:
    """How many deliveries stand where; `next_at` is when the bot will go on of itself, if it is waiting."""

    pending: int
    sending: int
    unknown: int
    unstaged: int
    next_at: datetime | None

    @property
    def over(self) -> bool:
        """Whether nothing is owed any more."""
        return not (self.pending or self.sending or self.unknown or self.unstaged)


class Ledger:
    """Short looks at the database, each on a connection of its own that cannot write."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def rows(self, query: str, **values: Any) -> list[Any]:
        """The rows of a query."""
        connection = sqlite_module().connect(f"file:{self._database}?mode=ro", uri=True, timeout=30)
        try:
            found: list[Any] = connection.execute(query, values).fetchall()
        finally:
            connection.close()
        return found

    def look(self, now: datetime) -> Look:
        """Where everything stands that is due by `now`."""
        by_state = {
            state: (count, ready, claimed)
            for state, count, ready, claimed in self.rows(
                "SELECT state, count(*), min(ready_at), min(max(ready_at, coalesce(claimed_at, 0) + :patience))"
                " FROM deliveries WHERE state IN (0, 1, 2) GROUP BY state",
                patience=int(LOOK_AFTER.total_seconds() * 1000),
            )
        }
        ((unstaged,),) = self.rows(
            "SELECT count(*) FROM firings WHERE staged_at IS NULL AND due_at <= :now",
            now=int((now - _EPOCH).total_seconds() * 1000),
        )
        instants = []
        if State.PENDING in by_state:
            instants.append(by_state[State.PENDING][1])
        if State.UNKNOWN in by_state:
            instants.append(by_state[State.UNKNOWN][2])
        return Look(
            pending=by_state.get(State.PENDING, (0,))[0],
            sending=by_state.get(State.SENDING, (0,))[0],
            unknown=by_state.get(State.UNKNOWN, (0,))[0],
            unstaged=unstaged,
            next_at=_instant(min(instants)) if instants else None,
        )

    def members(self, *states: State) -> list[int]:
        """The members with a delivery in one of these states, in the order in which those were staged."""
        numbers = ", ".join(str(state.value) for state in states)
        rows = self.rows(
            f"SELECT recipient_id FROM deliveries WHERE state IN ({numbers}) AND recipient_kind = 0 ORDER BY id"
        )
        return [row[0] for row in rows]

    def story(self, recipient_id: int, title: str) -> str:
        """What the database believes of one delivery, for whoever looks for the defect."""
        rows = self.rows(
            "SELECT d.id, d.kind, d.lead, d.starts_at, d.state, d.attempt, d.revision, d.message_id, d.reason"
            " FROM deliveries d JOIN occurrences o ON o.id = d.occurrence_id"
            " WHERE d.recipient_id = :recipient AND o.title = :title",
            recipient=recipient_id,
            title=title,
        )
        told = [
            f"delivery {id_} ({Kind(kind).name}, lead {lead}, start {_instant(start):%H:%M:%S}) {State(state).name},"
            f" attempt {attempt}, revision {revision}, message {message}: {why}"
            for id_, kind, lead, start, state, attempt, revision, message, why in rows
        ]
        return "; ".join(told) or "the database knows nothing of it"
