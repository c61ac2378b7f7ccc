"""The states of a delivery and the legal moves between them, drawn once, as data."""

from enum import IntEnum

from tocsin.errors import TocsinError


class State(IntEnum):
    """Where a delivery stands. The numbers are what the store keeps; they are never reused."""

    PENDING = 0
    SENDING = 1
    UNKNOWN = 2
    SENT = 3
    FAILED = 4
    MISSED = 5
    SUPERSEDED = 6
    CANCELLED = 7


class Kind(IntEnum):
    """What a delivery says."""

    REMINDER = 0
    SNOOZE = 1
    CHANGE = 2
    CANCELLATION = 3
    TEST = 4
    MENTION = 5
    """Members whose DMs are closed, told of a reminder together in a channel."""


class RecipientKind(IntEnum):
    """To whom it is owed."""

    MEMBER = 0
    CHANNEL = 1


class Move(IntEnum):
    """What can happen to a delivery."""

    CLAIM = 0
    ACCEPTED = 1
    """Evidence that it arrived: Discord's answer, its history, or an import."""
    REFUSED = 2
    """Refused for good."""
    TRANSIENT = 3
    """It did not arrive and may be tried again."""
    RELEASE = 4
    """Claimed, but the request never left this process."""
    LOST_TRACK = 5
    """A crash, a time-out or a lost answer: nobody knows yet."""
    ABSENT = 6
    """The history was read back to before it was claimed, and it is not there."""
    UNVERIFIABLE = 7
    """No evidence is to be had."""
    EXPIRE = 8
    SUPERSEDE = 9
    CANCEL = 10
    REVIVE = 11
    """Asked for again: only what was ended while it waited can be revived, for it is known not to have arrived."""


_BAD_END = {
    Move.EXPIRE: State.MISSED,
    Move.SUPERSEDE: State.SUPERSEDED,
    Move.CANCEL: State.CANCELLED,
}

MOVES: dict[State, dict[Move, State]] = {
    State.PENDING: {Move.CLAIM: State.SENDING, Move.REFUSED: State.FAILED, **_BAD_END},
    State.SENDING: {
        Move.REFUSED: State.FAILED,
        Move.TRANSIENT: State.PENDING,
        Move.RELEASE: State.PENDING,
        Move.LOST_TRACK: State.UNKNOWN,
        # Once the outcome is known to be "not there", the second look may end it instead of retrying it.
        **_BAD_END,
    },
    State.UNKNOWN: {
        Move.ABSENT: State.PENDING,
        Move.UNVERIFIABLE: State.FAILED,
        **_BAD_END,
    },
    State.SENT: {},
    State.FAILED: {},
    State.MISSED: {},
    State.SUPERSEDED: {Move.REVIVE: State.PENDING},
    State.CANCELLED: {Move.REVIVE: State.PENDING},
}
for _moves in MOVES.values():
    # Acceptance can be recorded from any state and by any worker; only bad news is fenced.
    _moves[Move.ACCEPTED] = State.SENT

OPEN_STATES = frozenset({State.PENDING, State.SENDING, State.UNKNOWN})


class IllegalMove(TocsinError):
    """A delivery was asked to move in a way that its state does not allow: a defect, please report it."""


def moved(state: State, move: Move) -> State:
    """The state after `move`. Raises IllegalMove where the table has none."""
    try:
        return MOVES[state][move]
    except KeyError:
        raise IllegalMove(
            f"A delivery that is {state.name.lower()} cannot {move.name.lower()}."
        ) from None


def sources_of(move: Move) -> frozenset[State]:
    """The states from which `move` is legal: what an UPDATE has to ask for in its WHERE."""
    return frozenset(state for state, moves in MOVES.items() if move in moves)
