import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dispatch.outcome import Outcome, Refused, RetryAt, Scope, Unknown, outcome_of

# status, code, what it means in a DM, what it means in a server's channel
TABLE: list[tuple[int, int, object, object]] = [
    (403, 50007, Scope.MEMBER, Scope.MEMBER),
    (403, 50278, Scope.MEMBER, Scope.MEMBER),
    (403, 40003, Scope.OPENING, Scope.OPENING),
    (403, 20026, Scope.OPENING, Scope.OPENING),
    (403, 50001, Scope.DM_CHANNEL, Scope.CHANNEL),
    (403, 50013, Scope.MEMBER, Scope.CHANNEL),
    (404, 10003, Scope.DM_CHANNEL, Scope.CHANNEL),
    (404, 10013, Scope.MEMBER, Scope.MEMBER),
    (400, 50035, Scope.CONTENT, Scope.CONTENT),
    (400, 50006, Scope.CONTENT, Scope.CONTENT),
    (400, 50109, Scope.CONTENT, Scope.CONTENT),
    (403, 20009, Scope.CONTENT, Scope.CONTENT),
    (403, 200000, Scope.CONTENT, Scope.CONTENT),
    (403, 240000, Scope.CONTENT, Scope.CONTENT),
    (403, 20016, RetryAt, RetryAt),
    (429, 20028, RetryAt, RetryAt),
    (429, 20029, RetryAt, RetryAt),
    (403, 40004, RetryAt, RetryAt),
    (429, 40062, RetryAt, RetryAt),
    (503, 130000, RetryAt, RetryAt),
    (429, 0, RetryAt, RetryAt),
    (500, 0, Unknown, Unknown),
    (502, 0, Unknown, Unknown),
    (503, 0, Unknown, Unknown),
    (504, 0, Unknown, Unknown),
    (404, 10008, Unknown, Unknown),
    (401, 0, Scope.BOT, Scope.BOT),
    (403, 40001, Scope.BOT, Scope.BOT),
    (403, 0, Scope.MEMBER, Scope.CHANNEL),
    (404, 0, Scope.DM_CHANNEL, Scope.CHANNEL),
]


def means(outcome: Outcome) -> object:
    return outcome.scope if isinstance(outcome, Refused) else type(outcome)


@pytest.mark.parametrize(("status", "code", "in_dm", "in_channel"), TABLE)
def test_each_answer_has_its_meaning(
    status: int, code: int, in_dm: object, in_channel: object
) -> None:
    """Line by line, what Discord's codes mean for a DM and for a post."""
    assert means(outcome_of(status, code, in_dm=True)) == in_dm
    assert means(outcome_of(status, code, in_dm=False)) == in_channel


def test_no_code_of_discords_table_is_left_out() -> None:
    """Every line of the table of facts that the design respects stands in the table above."""
    facts = Path(__file__).parents[4] / "shared" / "DISCORD.md"
    if not facts.exists():
        pytest.skip("DISCORD.md is not beside this checkout")
    (section,) = re.findall(
        r"^## What an error means for a DM$(.*?)^## ", facts.read_text(), re.MULTILINE | re.DOTALL
    )
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
    named = {int(number) for row in rows for number in re.findall(r"\d{3,6}", row)}
    assert len(named) > 20
    assert named <= {status for status, *_ in TABLE} | {code for _, code, *_ in TABLE}


@given(st.integers(400, 599), st.integers(0, 300_000), st.booleans())
def test_every_answer_has_a_meaning(status: int, code: int, in_dm: bool) -> None:
    """No status and code is left without an outcome; a server's error is never taken for a refusal."""
    outcome = outcome_of(status, code, in_dm=in_dm)
    assert isinstance(outcome, Refused | RetryAt | Unknown)
    assert outcome.status == status
    assert str(status) in outcome.reason
    if status >= 500 and code != 40001:
        assert not isinstance(outcome, Refused)


@given(st.integers(400, 499).filter(lambda status: status != 401), st.booleans())
def test_an_answer_that_is_not_discords_refuses_nobody(status: int, in_dm: bool) -> None:
    """A page from a proxy in between says nothing of the destination: it is tried again."""
    assert isinstance(outcome_of(status, in_dm=in_dm, is_json=False), RetryAt)


def test_a_wait_that_discord_asks_for_is_kept() -> None:
    """`retry_after` goes with the outcome."""
    outcome = outcome_of(429, in_dm=True, retry_after=2.5)
    assert isinstance(outcome, RetryAt)
    assert outcome.after == 2.5
