import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.cli._visible import visible


@pytest.mark.parametrize(
    "text",
    [
        "Race 1 [31m",
        "Fête – “grande”\n\tŁódź",
        "می\u200cخواهم",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 ⚔️",
    ],
)
def test_what_is_seen_stays_as_it_is(text: str) -> None:
    """Letters of every language, pictures, line ends and tabs."""
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("a\rb\x85\u2028", "a\\u000db\\u0085\\u2028"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_steers_or_is_not_seen_is_written_out(text: str, shown: str) -> None:
    """As JSON would."""
    assert visible(text) == shown


@given(st.text())
def test_json_stays_what_it_is(text: str) -> None:
    """Whatever stands in it."""
    assert json.loads(visible(json.dumps([text], ensure_ascii=False))) == [text]
