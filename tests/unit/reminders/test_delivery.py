from itertools import product

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tocsin.reminders.delivery import (
    MOVES,
    OPEN_STATES,
    IllegalMove,
    Move,
    State,
    moved,
    sources_of,
)

LEGAL = {
    (State.PENDING, Move.CLAIM): State.SENDING,
    (State.PENDING, Move.REFUSED): State.FAILED,
    (State.PENDING, Move.EXPIRE): State.MISSED,
    (State.PENDING, Move.SUPERSEDE): State.SUPERSEDED,
    (State.PENDING, Move.CANCEL): State.CANCELLED,
    (State.SENDING, Move.REFUSED): State.FAILED,
    (State.SENDING, Move.TRANSIENT): State.PENDING,
    (State.SENDING, Move.RELEASE): State.PENDING,
    (State.SENDING, Move.LOST_TRACK): State.UNKNOWN,
    (State.SENDING, Move.EXPIRE): State.MISSED,
    (State.SENDING, Move.SUPERSEDE): State.SUPERSEDED,
    (State.SENDING, Move.CANCEL): State.CANCELLED,
    (State.UNKNOWN, Move.ABSENT): State.PENDING,
    (State.UNKNOWN, Move.UNVERIFIABLE): State.FAILED,
    (State.UNKNOWN, Move.EXPIRE): State.MISSED,
    (State.UNKNOWN, Move.SUPERSEDE): State.SUPERSEDED,
    (State.UNKNOWN, Move.CANCEL): State.CANCELLED,
    (State.SUPERSEDED, Move.REVIVE): State.PENDING,
    (State.CANCELLED, Move.REVIVE): State.PENDING,
    **{(state, Move.ACCEPTED): State.SENT for state in State},
}


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_every_move_is_legal_as_drawn_or_refused(state: State, move: Move) -> None:
    """Each state and move either leads where the design says, or raises IllegalMove with both names."""
    if (state, move) in LEGAL:
        assert moved(state, move) is LEGAL[state, move]
        assert state in sources_of(move)
    else:
        with pytest.raises(IllegalMove, match=f"{state.name.lower()} cannot {move.name.lower()}"):
            moved(state, move)
        assert state not in sources_of(move)


def test_the_numbers_of_states_are_kept_for_good() -> None:
    """Databases hold the numbers: none may change its meaning."""
    assert [state.name for state in State] == [
        "PENDING",
        "SENDING",
        "UNKNOWN",
        "SENT",
        "FAILED",
        "MISSED",
        "SUPERSEDED",
        "CANCELLED",
    ]
    assert [state.value for state in State] == list(range(8))


def test_every_state_is_drawn() -> None:
    """The table of moves speaks of every state, and the open ones are those that still have a way to go."""
    assert set(MOVES) == set(State)
    assert {state for state in State if Move.EXPIRE in MOVES[state]} == OPEN_STATES


class Life(RuleBasedStateMachine):
    """A delivery that is moved at will."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.PENDING
        self.accepted = False

    @rule(move=st.sampled_from(Move))
    def move(self, move: Move) -> None:
        """Whatever happens, the delivery is sent exactly once accepted, and stays so."""
        before = self.state
        try:
            self.state = moved(self.state, move)
        except IllegalMove:
            assert self.state is before
            return
        self.accepted |= move is Move.ACCEPTED
        assert (self.state is State.SENT) == self.accepted

    @precondition(lambda self: self.state is State.UNKNOWN)
    @rule()
    def doubt_is_not_claimed(self) -> None:
        """What may have arrived is never claimed again before its doubt is settled."""
        with pytest.raises(IllegalMove):
            moved(self.state, Move.CLAIM)


test_a_life = Life.TestCase
