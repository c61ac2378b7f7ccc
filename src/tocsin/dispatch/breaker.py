"""Stops DMs when they are refused too often to be the members' doing. See DESIGN, "Pacing"."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from tocsin.dispatch.outcome import Outcome, RetryAt
from tocsin.reminders.delivery import Move, RecipientKind
from tocsin.store.claims import Claimed
from tocsin.store.outcomes import Sent, Setback
from tocsin.telemetry.logs import get_logger

HELP = (
    "DMs wait ten minutes, then a few are tried. Look whether Discord restricts the bot, or a proxy answers for it. "
    "No member is suspended for it."
)

log = get_logger("tocsin.dispatch")


class Ending(Enum):
    """How an attempt ended, as far as it matters here."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    FOREIGN = "foreign"
    """Refused, and not by Discord: its answers are JSON."""


@dataclass(frozen=True, slots=True)
class _Noted:
    ending: Ending
    member_id: int
    epoch: int


def is_foreign(outcome: Outcome) -> bool:
    """Whether the answer was a refusal without Discord's JSON, such as a proxy's; a 429 is a limit, whoever set it."""
    return (
        isinstance(outcome, RetryAt)
        and 400 <= (outcome.status or 0) < 500
        and outcome.status != 429
        and not outcome.code
    )


class Breaker:
    """Opens when more than a fifth of the last hundred DMs were refused, or a handful not by Discord.

    While it is open no DM is tried; then a few are, and unless those are refused as well it closes. Nobody is
    suspended meanwhile, and who was suspended among that last hundred is to be resumed: `to_resume` holds them as
    (member, epoch), until `resumed` is called.
    """

    LAST = 100
    MOST_REFUSED = 20
    MOST_FOREIGN = 4
    PROBES = 5
    MOST_REFUSED_PROBES = 1
    PAUSE = timedelta(minutes=10)

    def __init__(self) -> None:
        self._last: deque[_Noted] = deque(maxlen=self.LAST)
        self._open_until: datetime | None = None
        self.to_resume: list[tuple[int, int]] = []

    def room(self, now: datetime, under_way: int) -> int | None:
        """How many more DMs may be tried while so many are under way; None for any number."""
        if self._open_until is None:
            return None
        if now < self._open_until:
            return 0
        return max(0, self.PROBES - len(self._last) - under_way)

    def note(
        self, claimed: Claimed, outcome: Outcome, decision: Sent | Setback, now: datetime
    ) -> None:
        """Take note of how an attempt ended."""
        ending = _ending(claimed, outcome, decision)
        if ending is None or (self._open_until is not None and now < self._open_until):
            return
        self._last.append(_Noted(ending, claimed.recipient_id, claimed.epoch))
        refused = sum(one.ending is not Ending.ARRIVED for one in self._last)
        if self._open_until is None:
            foreign = sum(one.ending is Ending.FOREIGN for one in self._last)
            if foreign > self.MOST_FOREIGN:
                self._open("refusals came that are not Discord's", now)
            elif refused > self.MOST_REFUSED:
                self._open("more than a fifth of the last hundred DMs were refused", now)
        elif refused > self.MOST_REFUSED_PROBES:
            self._open("those that were tried were refused again", now)
        elif len(self._last) >= self.PROBES:
            self._open_until = None
            self._last.clear()
            log.info("breaker closed")

    def _open(self, reason: str, now: datetime) -> None:
        log.error("breaker opened", reason=reason, help=HELP)
        if self._open_until is None:
            self.to_resume += [
                (one.member_id, one.epoch) for one in self._last if one.ending is Ending.REFUSED
            ]
        self._last.clear()
        self._open_until = now + self.PAUSE

    def spare(self, setback: Setback, now: datetime) -> Setback:
        """Unless it is closed nobody is suspended, and the DM is tried later."""
        if self._open_until is None or not setback.suspend:
            return setback
        later = max(self._open_until, now)
        return replace(setback, move=Move.TRANSIENT, suspend=False, ready_at=later)

    def resumed(self) -> None:
        """Those who were to be resumed have been."""
        self.to_resume.clear()


def _ending(claimed: Claimed, outcome: Outcome, decision: Sent | Setback) -> Ending | None:
    if is_foreign(outcome):
        return Ending.FOREIGN
    if claimed.recipient_kind != RecipientKind.MEMBER:
        return None
    if isinstance(decision, Sent):
        return Ending.ARRIVED
    return Ending.REFUSED if decision.suspend else None
