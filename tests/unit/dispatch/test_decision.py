from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.dispatch.decision import LOOK_AFTER, decide
from tocsin.dispatch.opening import OPENING_PAUSE
from tocsin.dispatch.outcome import Accepted, NotSent, Outcome, Refused, RetryAt, Scope, Unknown
from tocsin.reminders.delivery import Kind, Move, RecipientKind
from tocsin.store.claims import Claimed
from tocsin.store.outcomes import Sent, Setback

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLAIMED = Claimed(
    id=1,
    attempt=1,
    revision=0,
    kind=Kind.REMINDER,
    recipient_kind=RecipientKind.MEMBER,
    recipient_id=2,
    channel_id=3,
    anchor_id=4,
    lead=0,
    starts_at=NOW,
    due_at=NOW,
    occurrence_id=5,
    server_id=6,
    plain=False,
    epoch=0,
    claimed_at=NOW - timedelta(seconds=1),
)


def setback(outcome: Outcome, claimed: Claimed = CLAIMED) -> Setback:
    decided = decide(claimed, outcome, NOW + timedelta(hours=1), NOW, 0.5)
    assert isinstance(decided, Setback)
    return decided


def test_acceptance_is_kept_with_its_evidence() -> None:
    """Discord's answer names the message."""
    decided = decide(CLAIMED, Accepted(9, 3), NOW, NOW, 0.5)
    assert decided == Sent(CLAIMED, 9, 3, "Discord's answer", NOW)


def test_what_never_left_is_released() -> None:
    """It waits again at once, as if it had not been claimed."""
    assert setback(NotSent("revoked")) == Setback(
        CLAIMED, Move.RELEASE, "not sent", "revoked", ready_at=NOW
    )


def test_a_lost_answer_is_looked_for_fifteen_seconds_after_the_claim() -> None:
    """It is in doubt, with the same nonce."""
    decided = setback(Unknown("no answer"))
    assert (decided.move, decided.next_revision) == (Move.LOST_TRACK, False)
    assert decided.ready_at == CLAIMED.claimed_at + LOOK_AFTER


def test_a_message_that_is_gone_gets_the_next_nonce() -> None:
    """Unknown Message: the history decides, and a repeat must not meet the old nonce again."""
    assert setback(Unknown("gone", 404, 10008)).next_revision


def test_discord_says_when_to_try_again() -> None:
    """A rate limit puts it off as asked."""
    decided = setback(RetryAt("busy", 2.0, 429))
    assert (decided.move, decided.ready_at) == (Move.TRANSIENT, NOW + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("scope", "move", "effect"),
    [
        (Scope.MEMBER, Move.REFUSED, "suspend"),
        (Scope.CHANNEL, Move.REFUSED, "channel_refused"),
        (Scope.DM_CHANNEL, Move.TRANSIENT, "reopen"),
        (Scope.CONTENT, Move.TRANSIENT, "plain"),
    ],
)
def test_a_refusal_has_its_consequence(scope: Scope, move: Move, effect: str) -> None:
    """Who or what refused decides what follows, and nothing else does."""
    decided = setback(Refused("no", scope, 403))
    effects = ("suspend", "channel_refused", "reopen", "plain")
    assert decided.move is move
    assert [name for name in effects if getattr(decided, name)] == [effect]


def test_a_dm_channel_is_opened_anew_only_once() -> None:
    """Refused again at the new one, the member takes no DMs; attempts that ended otherwise do not count."""
    again = replace(CLAIMED, attempt=3)
    assert setback(Refused("gone", Scope.DM_CHANNEL), again).reopen
    decided = setback(Refused("gone", Scope.DM_CHANNEL), replace(again, reopened=True))
    assert (decided.move, decided.suspend, decided.reopen) == (Move.REFUSED, True, False)


def test_refused_content_is_tried_plain_once() -> None:
    """The plain rendering has a nonce of its own; refused as well, it is given up for this member alone."""
    assert setback(Refused("bad", Scope.CONTENT)).next_revision
    decided = setback(Refused("bad", Scope.CONTENT), replace(CLAIMED, plain=True))
    assert (decided.move, decided.suspend, decided.plain) == (Move.REFUSED, False, False)


@pytest.mark.parametrize("scope", [Scope.OPENING, Scope.BOT])
def test_what_is_no_fault_of_the_member_waits(scope: Scope) -> None:
    """Nobody is refused for good because the bot is: it is tried again minutes later."""
    decided = setback(Refused("no", scope))
    assert (decided.move, decided.ready_at) == (Move.TRANSIENT, NOW + OPENING_PAUSE)
    assert not decided.suspend
