"""One delivery in a real database, pushed about at will: it only ever moves as docs/lifecycle.md draws it."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_occurrence,
    add_server,
    fresh_store,
)

from tocsin.reminders.delivery import MOVES, IllegalMove, Move, State, moved
from tocsin.reminders.subscription import Subscription
from tocsin.store import firings
from tocsin.store.claims import Claimed, claim
from tocsin.store.dm_channels import dm_worked
from tocsin.store.doubts import adopt_orphans, list_doubts, settle_doubt
from tocsin.store.engine import Unit
from tocsin.store.outcomes import Sent, Setback, expire, record_sent, record_setbacks
from tocsin.store.subscriptions import remove_subscription, save_subscription
from tocsin.store.tables import deliveries, occurrence_keys

MEMBER, DM, LEAD = 7, 70, 3_600
BAD_NEWS = (
    Move.REFUSED,
    Move.TRANSIENT,
    Move.RELEASE,
    Move.LOST_TRACK,
    Move.CANCEL,
    Move.SUPERSEDE,
)
ENDED = (State.CANCELLED, State.SUPERSEDED)
ASKED = Subscription(SERVER, MEMBER, frozenset({"ruins"}), (LEAD,))


class Life(RuleBasedStateMachine):
    """Whatever workers, members and admins do, and in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="tocsin-life-")
        self.store = fresh_store(Path(self.folder.name))
        self.claims: list[Claimed] = []
        self.tries = 0
        self.occurrence, self.delivery = self.write(self._begin)
        self.state = State.PENDING
        self.may_have_arrived = False

    @staticmethod
    def _begin(connection: sa.Connection) -> tuple[int, int]:
        add_server(connection)
        occurrence = add_occurrence(connection, NOW + timedelta(hours=1))
        connection.execute(sa.insert(occurrence_keys).values(occurrence_id=occurrence, key="ruins"))
        save_subscription(connection, ASKED, NOW - timedelta(hours=3))
        dm_worked(connection, MEMBER, DM, 700, NOW)
        return occurrence, add_delivery(connection, occurrence, MEMBER, state=State.PENDING)

    def teardown(self) -> None:
        """Close the database."""
        self.store.close()
        self.folder.cleanup()

    def write(self, unit: Unit[..., Any], *args: Any) -> Any:
        """Run a unit of work."""
        return self.store.write_now(unit, *args)

    def row(self) -> sa.Row[Any]:
        """The delivery as it is kept."""
        row: sa.Row[Any] = self.store.read_now(
            lambda connection: connection.execute(
                sa.select(deliveries).where(deliveries.c.id == self.delivery)
            ).one()
        )
        return row

    @invariant()
    def moved_as_drawn(self) -> None:
        """Each rule moved it along one arrow, or not at all; what is sent stays sent; what waits is nobody's."""
        row = self.row()
        after = row.state
        if after is not self.state:
            assert after in MOVES[self.state].values(), f"{self.state.name} → {after.name}"
            if after in ENDED:
                self.may_have_arrived = self.state is not State.PENDING
        assert after is not State.PENDING or row.worker is None
        assert self.state is not State.SENT or after is State.SENT
        self.state = after

    @rule()
    def claims_it(self) -> None:
        """A worker claims whatever is due: only ever what waits."""
        taken = self.write(claim, NOW, "w", 10).taken
        assert not taken or self.state is State.PENDING
        self.claims += taken
        self.tries += len(taken)

    @rule(move=st.sampled_from(BAD_NEWS), which=st.integers(0, 9))
    def bad_news(self, move: Move, which: int) -> None:
        """An answer comes, perhaps to an older attempt: that changes nothing."""
        if not self.claims:
            return
        claimed = self.claims[which % len(self.claims)]
        current = self.state is State.SENDING and claimed.attempt == self.row().attempt
        noted = self.write(
            record_setbacks, [Setback(claimed, move, "told", "told", ready_at=NOW)], "w", NOW
        )
        assert bool(noted) == current
        if current:
            assert self.row().state is moved(State.SENDING, move)

    @rule(move=st.sampled_from([move for move in Move if move not in MOVES[State.SENDING]]))
    def impossible_news(self, move: Move) -> None:
        """A move that is not drawn is refused, whatever the row says."""
        if self.claims:
            with pytest.raises(IllegalMove):
                self.write(record_setbacks, [Setback(self.claims[-1], move, "", "")], "w", NOW)

    @rule(which=st.integers(0, 9))
    def accepted(self, which: int) -> None:
        """Evidence counts from any state and for any attempt."""
        if self.claims:
            claimed = self.claims[which % len(self.claims)]
            self.write(record_sent, [Sent(claimed, 701, DM, "Discord's answer", NOW)], "w", NOW)
            assert self.row().state is State.SENT

    @rule()
    def another_process_starts(self) -> None:
        """What the old one had claimed is in doubt."""
        self.write(adopt_orphans, "another", NOW, frozenset())
        assert self.row().state is not State.SENDING

    @rule(move=st.sampled_from([Move.ABSENT, Move.UNVERIFIABLE]))
    def history_tells(self, move: Move) -> None:
        """A doubt is settled; there is one only where it is unknown."""
        doubts = self.store.read_now(list_doubts, NOW + timedelta(minutes=1), 10)
        assert bool(doubts) == (self.state is State.UNKNOWN)
        for doubt in doubts:
            assert self.write(settle_doubt, doubt, move, "the history", NOW)

    @rule()
    def time_runs_out(self) -> None:
        """What waits is missed once it is of no more use."""
        missed = self.write(expire, NOW + timedelta(days=1))
        assert len(missed) == (self.state is State.PENDING)

    @rule()
    def unsubscribes(self) -> None:
        """The member does not want it any more."""
        self.write(remove_subscription, SERVER, MEMBER, NOW)

    @rule()
    def subscribes(self) -> None:
        """The member wants it again: what was ended while it waited is brought back, whatever else is not."""
        before = self.state
        self.write(save_subscription, ASKED, NOW)
        back = before in ENDED and not self.may_have_arrived
        assert self.row().state is (State.PENDING if back else before)

    @rule()
    def is_called_off(self) -> None:
        """The event does not take place."""
        self.write(firings.drop_occurrence, self.occurrence, NOW)

    @rule(by=st.sampled_from([timedelta(0), timedelta(minutes=30)]))
    def is_moved(self, by: timedelta) -> None:
        """The event starts later, or again when it first did; the clock of the row's own start stays."""
        start = NOW + timedelta(hours=1) + by
        self.write(firings.move_occurrence, self.occurrence, SERVER, start, NOW)


Life.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
test_a_life = Life.TestCase
