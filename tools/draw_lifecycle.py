"""Draw docs/lifecycle.md from the states and moves of a delivery: `python tools/draw_lifecycle.py`."""

import sys
from pathlib import Path

from tocsin.reminders.delivery import MOVES, Move, State

TARGET = Path(__file__).resolve().parent.parent / "docs" / "lifecycle.md"

STATES = {
    State.PENDING: "waits until it is due, or until a backoff is over",
    State.SENDING: "claimed by one worker, on disk, before its request leaves",
    State.UNKNOWN: "nobody knows whether it arrived: the channel's history is asked, 15 s after the claim",
    State.SENT: "there is evidence: Discord's answer, its history, or an import",
    State.FAILED: "refused for good, or no evidence is to be had",
    State.MISSED: "nothing could send it while it was of use",
    State.SUPERSEDED: "another reminder took its place, or its occurrence was moved",
    State.CANCELLED: "no longer asked for, or its occurrence was cancelled",
}
MOVES_SAID = {
    Move.CLAIM: "a worker takes it, after a second look at all that could have changed",
    Move.ACCEPTED: "evidence that it arrived, taken from any state and by any worker",
    Move.REFUSED: "Discord refuses it for good",
    Move.TRANSIENT: "it did not arrive, and is tried again",
    Move.RELEASE: "its request never left",
    Move.LOST_TRACK: "a crash, a time-out, a lost answer",
    Move.ABSENT: "the history was read back to before it was claimed, and it is not there",
    Move.UNVERIFIABLE: "the history cannot be read",
    Move.EXPIRE: "it is of no more use",
    Move.SUPERSEDE: "another one takes its place",
    Move.CANCEL: "nobody asks for it any more",
    Move.REVIVE: "it is asked for again, and was ended while it was pending: it is known not to have arrived",
}


def drawing() -> str:
    """The whole page."""
    lines = [
        "# What can become of a reminder",
        "",
        "Drawn from `src/tocsin/reminders/delivery.py` by `python tools/draw_lifecycle.py`; a test holds it true.",
        "Whatever is not in this table is refused.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {State.PENDING.name.lower()}",
    ]
    for state, moves in MOVES.items():
        for move, target in moves.items():
            if move is Move.ACCEPTED and state is not State.SENDING:
                continue  # legal from every state; drawn once, or nothing else would be seen
            lines.append(f"    {state.name.lower()} --> {target.name.lower()}: {_said(move)}")
    lines += ["```", "", "## States", "", "| state | means |", "|---|---|"]
    lines += [f"| `{state.name.lower()}` | {STATES[state]} |" for state in State]
    lines += ["", "## Moves", "", "| move | happens when | from | to |", "|---|---|---|---|"]
    for move in Move:
        sources = [state for state, moves in MOVES.items() if move in moves]
        targets = {MOVES[state][move] for state in sources}
        lines.append(
            f"| {_said(move)} | {MOVES_SAID[move]} | {_names(sources)} | {_names(sorted(targets))} |"
        )
    return "\n".join(lines) + "\n"


def _said(move: Move) -> str:
    return move.name.lower().replace("_", " ")


def _names(states: list[State]) -> str:
    return (
        "any" if len(states) == len(State) else ", ".join(f"`{one.name.lower()}`" for one in states)
    )


if __name__ == "__main__":
    TARGET.write_text(drawing(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} drawn\n")
