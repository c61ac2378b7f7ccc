"""What becomes of deliveries, told in the log and counted.

A line on one delivery names it, its occurrence, its server and its request: this by its nonce, which Discord is shown
and which repeats of it share.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from tocsin.dispatch.nonce import nonce_of
from tocsin.dispatch.opening import announce
from tocsin.reminders.delivery import OPEN_STATES, Kind, Move, RecipientKind, State
from tocsin.store.claims import Claimed, Settled
from tocsin.store.outcomes import Missed, Sent, Setback
from tocsin.store.staging import Staged
from tocsin.telemetry.logs import get_logger
from tocsin.telemetry.tally import Tally

LINES_AT_ONCE = 25
"""After so many the event loop has its turn: two hundred lines take it 20 ms."""
_EVENT_OF = {
    Move.REFUSED: "refused",
    Move.TRANSIENT: "retried",
    Move.LOST_TRACK: "unknown",
}
_OUTCOMES = ("accepted", "retry", "refused", "unknown")

log = get_logger("tocsin.dispatch")


class Journal:
    """Writes down and counts what becomes of deliveries; `instance` salts the nonces."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self.tally = _nothing_yet()

    def names(self, claimed: Claimed) -> dict[str, int | str]:
        """What identifies a claimed delivery in every line on it."""
        return {
            "delivery": claimed.id,
            "occurrence": claimed.occurrence_id,
            "server": claimed.server_id,
            "request": nonce_of(self._instance, claimed.id, claimed.revision),
            "attempt": claimed.attempt,
        }

    def staged(self, staged: Staged) -> None:
        """These wait for their turn from now on, unless it was too late for them."""
        of = {"occurrence": staged.occurrence_id, "server": staged.server_id, "lead": staged.lead}
        log.info("staged", deliveries=staged.rows.total(), **of)
        self.outdated(staged.rows, **of)

    def outdated(self, reminders: Counter[State], **of: int | None) -> None:
        """So many reminders, by their state: those that ended did so before it was their turn."""
        for state, number in reminders.items():
            if number and state not in OPEN_STATES:
                self._end(state, Kind.REMINDER, number)
                say = log.warning if state is State.MISSED else log.info
                say(_word(state), deliveries=number, **of)

    async def claimed(self, claims: list[Claimed]) -> None:
        """These may leave now."""
        self.tally.claims.update((_word(one.kind),) for one in claims)
        for number, one in enumerate(claims):
            log.info("claimed", **self.names(one))
            await _turn(number)

    async def settled(self, settled: list[Settled]) -> None:
        """These ended when they were looked at again before the claim."""
        for one in settled:
            self._end(one.state, one.kind)
        for number, one in enumerate(settled):
            log.info(_word(one.state), **self._names_ended(one), reason=one.reason)
            await _turn(number)

    async def recorded(self, sent: list[Sent], setbacks: list[Setback], now: datetime) -> None:
        """These were accepted, and these were not."""
        for one in sent:
            self._attempt(one.claimed, "accepted", None)
            self._arrived(one.claimed, now)
        for setback in setbacks:
            # What was released never left: that was no attempt.
            if setback.move is not Move.RELEASE:
                self._attempt(setback.claimed, setback.outcome, setback.code)
            if setback.move is Move.REFUSED:
                self._end(State.FAILED, setback.claimed.kind)
        await self._write(sent, setbacks, now)

    async def _write(self, sent: list[Sent], setbacks: list[Setback], now: datetime) -> None:
        for number, one in enumerate(sent):
            late = (now - one.claimed.due_at).total_seconds()
            log.info(
                "sent", **self.names(one.claimed), message=one.message_id, late_s=round(late, 3)
            )
            await _turn(number)
        for number, setback in enumerate(setbacks):
            log.warning(
                _EVENT_OF.get(setback.move, "released"),
                **self.names(setback.claimed),
                reason=setback.reason,
                code=setback.code,
            )
            await _turn(number)
        closings = [one.closes_opening for one in setbacks if one.closes_opening is not None]
        if closings:
            announce(closings[0])  # the same for all of them

    def found(self, sent: Sent, now: datetime) -> None:
        """This one was in doubt, and the channel's history shows that it had arrived."""
        self._arrived(sent.claimed, now)
        log.info("sent", **self.names(sent.claimed), message=sent.message_id, evidence="history")

    def absent(self, claimed: Claimed) -> None:
        """This one was in doubt, and the channel's history shows that it never arrived."""
        log.info("retried", **self.names(claimed), reason="not in the channel's history")

    def unverifiable(self, claimed: Claimed, reason: str) -> None:
        """This one was in doubt, and stays so for good."""
        self._end(State.FAILED, claimed.kind)
        log.warning("refused", **self.names(claimed), reason=reason)

    async def missed(self, missed: list[Missed]) -> None:
        """These were not sent while they were of use."""
        for one in missed:
            self._end(State.MISSED, one.kind)
        for number, one in enumerate(missed):
            log.warning("missed", **self._names_ended(one))
            await _turn(number)

    def _names_ended(self, one: Settled | Missed) -> dict[str, int | str]:
        """What identifies a delivery that ended without a request; the request is the one it would have been."""
        return {
            "delivery": one.id,
            "occurrence": one.occurrence_id,
            "server": one.server_id,
            "request": nonce_of(self._instance, one.id, one.revision),
        }

    def _attempt(self, claimed: Claimed, outcome: str, code: int | None) -> None:
        told = str(code) if code else ""
        self.tally.attempts[_word(claimed.recipient_kind), outcome, told] += 1

    def _arrived(self, claimed: Claimed, now: datetime) -> None:
        self._end(State.SENT, claimed.kind)
        if claimed.kind is not Kind.TEST:
            self.tally.lateness.note((now - claimed.due_at).total_seconds())

    def _end(self, state: State, kind: Kind, number: int = 1) -> None:
        self.tally.ends[_word(state), _word(kind)] += number


def _word(member: Enum) -> str:
    return member.name.lower()


def _words(members: Iterable[Enum]) -> list[str]:
    return [_word(member) for member in members]


def _nothing_yet() -> Tally:
    """A tally that shows at 0 what has not happened: its first time is then a rise that can be seen."""
    tally = Tally()
    kinds, ends = _words(Kind), _words(state for state in State if state not in OPEN_STATES)
    tally.claims.update({(kind,): 0 for kind in kinds})
    tally.ends.update({(end, kind): 0 for end in ends for kind in kinds})
    recipients = _words(RecipientKind)
    tally.attempts.update({(to, outcome, ""): 0 for to in recipients for outcome in _OUTCOMES})
    return tally


async def _turn(number: int) -> None:
    if number % LINES_AT_ONCE == 0:
        await asyncio.sleep(0)
