"""What follows from an outcome, as a value. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.dispatch.backoff import retry_at
from tocsin.dispatch.opening import OPENING_PAUSE, closed_by
from tocsin.dispatch.outcome import Accepted, NotSent, Outcome, Refused, RetryAt, Scope, Unknown
from tocsin.reminders.delivery import Move
from tocsin.store.claims import REOPENED, Claimed
from tocsin.store.outcomes import Sent, Setback

UNKNOWN_MESSAGE = 10008
BOT_PAUSE = timedelta(minutes=10)
LOOK_AFTER = timedelta(seconds=15)
"""How long after its claim a delivery in doubt is looked for: no request may leave, and none be under way, then."""


def decide(
    claimed: Claimed, outcome: Outcome, ends_at: datetime, now: datetime, dice: float
) -> Sent | Setback:
    """What to record for `outcome`: the evidence that it was sent, or the setback and what follows from it."""
    decision = _decide(claimed, outcome, ends_at, now, dice)
    if isinstance(decision, Sent) or isinstance(outcome, Accepted) or outcome.trace is None:
        return decision
    return replace(decision, trace=outcome.trace)


def _decide(
    claimed: Claimed, outcome: Outcome, ends_at: datetime, now: datetime, dice: float
) -> Sent | Setback:
    match outcome:
        case Accepted(message_id, channel_id):
            return Sent(claimed, message_id, channel_id, "Discord's answer", ends_at)
        case NotSent(reason):
            return Setback(claimed, Move.RELEASE, "not sent", reason, ready_at=now)
        case RetryAt(reason, after, status, code):
            at = retry_at(now, claimed.attempt, dice, after)
            return Setback(claimed, Move.TRANSIENT, "retry", reason, status, code, ready_at=at)
        case Unknown(reason, status, code):
            return Setback(
                claimed,
                Move.LOST_TRACK,
                "unknown",
                reason,
                status,
                code,
                ready_at=claimed.claimed_at + LOOK_AFTER,
                next_revision=code == UNKNOWN_MESSAGE,
            )
        case Refused():
            return _after_refusal(claimed, outcome, now)


def _after_refusal(claimed: Claimed, refused: Refused, now: datetime) -> Setback:
    told = (refused.reason, refused.status, refused.code)
    match refused.scope:
        case Scope.MEMBER:
            return Setback(claimed, Move.REFUSED, "refused", *told, suspend=True)
        case Scope.CHANNEL:
            return Setback(claimed, Move.REFUSED, "refused", *told, channel_refused=True)
        case Scope.DM_CHANNEL if not claimed.reopened:
            # The channel may have been stale, not the member: opened anew once.
            return Setback(claimed, Move.TRANSIENT, REOPENED, *told, ready_at=now, reopen=True)
        case Scope.DM_CHANNEL:
            return Setback(claimed, Move.REFUSED, "refused", *told, suspend=True)
        case Scope.CONTENT if not claimed.plain:
            return Setback(
                claimed,
                Move.TRANSIENT,
                "refused",
                *told,
                ready_at=now,
                plain=True,
                next_revision=True,
            )
        case Scope.CONTENT:
            return Setback(claimed, Move.REFUSED, "refused", *told)
        case Scope.OPENING:
            return Setback(
                claimed,
                Move.TRANSIENT,
                "refused",
                *told,
                ready_at=now + OPENING_PAUSE,
                closes_opening=closed_by(refused, now),
            )
        case Scope.BOT:
            return Setback(claimed, Move.TRANSIENT, "refused", *told, ready_at=now + BOT_PAUSE)
