"""When DMs stop for all, and how they go on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dispatch.breaker import Breaker, is_foreign
from tocsin.dispatch.decision import decide
from tocsin.dispatch.outcome import Accepted, NotSent, Outcome, Unknown, outcome_of
from tocsin.reminders.delivery import Kind, Move, RecipientKind
from tocsin.store.claims import Claimed
from tocsin.store.outcomes import Setback

NOW = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
ARRIVED = Accepted(1, 2)
CLOSED = outcome_of(403, 50007, in_dm=True)
PROXY = outcome_of(403, in_dm=True, is_json=False)


def told(
    breaker: Breaker, member_id: int, outcome: Outcome, now: datetime = NOW, *, in_dm: bool = True
) -> Setback | None:
    """One attempt ends; returns the setback as it is going to be recorded."""
    kind = RecipientKind.MEMBER if in_dm else RecipientKind.CHANNEL
    claimed = Claimed(
        id=member_id,
        attempt=1,
        revision=0,
        kind=Kind.REMINDER,
        recipient_kind=kind,
        recipient_id=member_id,
        channel_id=2,
        anchor_id=1,
        lead=0,
        starts_at=now,
        due_at=now,
        occurrence_id=1,
        server_id=1,
        plain=False,
        epoch=member_id % 3,
        claimed_at=now,
    )
    decision = decide(claimed, outcome, now + timedelta(hours=1), now, 0.5)
    breaker.note(claimed, outcome, decision, now)
    return breaker.spare(decision, now) if isinstance(decision, Setback) else None


def opened(outcome: Outcome = CLOSED, times: int = 21) -> Breaker:
    """One that has just opened."""
    breaker = Breaker()
    for member in range(times):
        assert breaker.room(NOW, 0) is None
        told(breaker, member, outcome)
    assert breaker.room(NOW, 0) == 0
    return breaker


@given(st.lists(st.booleans(), max_size=300))
def test_it_opens_when_more_than_a_fifth_of_the_last_hundred_are_refused(ends: list[bool]) -> None:
    """Not sooner, and also when fewer than a hundred have been tried at all."""
    breaker, refused = Breaker(), []
    for member, is_refused in enumerate(ends):
        told(breaker, member, CLOSED if is_refused else ARRIVED)
        refused.append(is_refused)
        if breaker.room(NOW, 0) == 0:
            assert sum(refused[-100:]) == 21
            return
        assert sum(refused[-100:]) <= 20


def test_who_was_suspended_among_the_last_hundred_is_resumed() -> None:
    """Those before the last hundred are not; nobody is suspended from then on, nor by what is still under way."""
    breaker = Breaker()
    ends = [told(breaker, 0, CLOSED)]
    for member in range(1, 100):
        told(breaker, member, ARRIVED)
    ends += [told(breaker, member, CLOSED) for member in range(1_000, 1_022)]
    assert [each.suspend for each in ends if each] == [True] * 21 + [False, False]
    assert breaker.to_resume == [(member, member % 3) for member in range(1_000, 1_021)]
    last = ends[-1]
    assert last is not None
    assert (last.move, last.ready_at) == (Move.TRANSIENT, NOW + Breaker.PAUSE)
    breaker.resumed()
    assert breaker.to_resume == []


def test_five_answers_that_are_not_discords_open_it() -> None:
    """Of posts in channels as well; others in between do not matter."""
    breaker = Breaker()
    for number in range(5):
        assert breaker.room(NOW, 0) is None
        told(breaker, number, ARRIVED)
        told(breaker, number, PROXY, in_dm=number % 2 == 0)
    assert breaker.room(NOW, 0) == 0
    assert breaker.to_resume == []


@pytest.mark.parametrize(
    ("outcome", "foreign"),
    [
        (PROXY, True),
        (outcome_of(404, in_dm=True, is_json=False), True),
        (outcome_of(429, in_dm=True, is_json=False), False),
        (outcome_of(502, in_dm=True, is_json=False), False),
        (CLOSED, False),
        (outcome_of(403, in_dm=True), False),
        (outcome_of(403, 40004, in_dm=True), False),
        (Unknown("lost"), False),
        (NotSent("withheld"), False),
    ],
)
def test_which_answers_are_not_discords(outcome: Outcome, foreign: bool) -> None:
    """Refusals without its JSON; limits and errors of servers are what they are."""
    assert is_foreign(outcome) == foreign


@pytest.mark.parametrize("outcome", [CLOSED, PROXY])
def test_after_the_pause_a_few_are_tried_before_all_go_on(outcome: Outcome) -> None:
    """One of five may be refused; what came of an attempt that shows nothing is tried with another."""
    breaker, later = opened(outcome, 21 if outcome is CLOSED else 5), NOW + Breaker.PAUSE
    assert breaker.room(later, 0) == 5
    assert breaker.room(later, 4) == 1
    told(breaker, 1, NotSent("withheld"), later)
    told(breaker, 2, outcome, later)
    assert breaker.room(later, 0) == 4
    for member in range(3, 7):
        told(breaker, member, ARRIVED, later)
    assert breaker.room(later, 0) is None
    ending = told(breaker, 8, CLOSED, later)
    assert ending is not None
    assert ending.suspend


@pytest.mark.parametrize("outcome", [CLOSED, PROXY])
def test_two_refusals_among_the_few_open_it_again(outcome: Outcome) -> None:
    """For as long again; nobody is suspended by them."""
    breaker, later = opened(), NOW + Breaker.PAUSE
    breaker.resumed()
    for member in range(2):
        ending = told(breaker, member, outcome, later)
        assert ending is not None
        assert not ending.suspend
    assert breaker.room(later, 0) == 0
    assert breaker.room(later + Breaker.PAUSE, 0) == 5
    assert breaker.to_resume == []
