"""Texts from calendars cannot dress up, ping, or grow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.discord_bot.render.text import (
    button_address,
    cut,
    safe,
    safe_line,
    safe_title,
    web_address,
)


@given(st.text(max_size=300), st.integers(min_value=1, max_value=100))
def test_a_safe_text_keeps_its_limit(text: str, limit: int) -> None:
    """Whatever is escaped, the result is no longer than asked."""
    assert len(safe(text, limit)) <= limit
    assert len(safe_line(text, limit)) <= limit
    assert "\n" not in safe_line(text, limit)


@pytest.mark.parametrize(
    "text", ["@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>"]
)
def test_a_safe_text_names_nobody(text: str) -> None:
    """A mention is shown as it was written and stays one no longer."""
    assert text not in safe(text, 200)


@pytest.mark.parametrize("text", ["**bold**", "# head", "> quote", "[a](https://b.example)", "`x`"])
def test_a_safe_text_has_no_markdown(text: str) -> None:
    """Every mark is escaped."""
    assert "\\" in safe(text, 200)


def test_a_safe_text_has_no_direction_marks() -> None:
    """Characters that turn or hide text are left out."""
    assert safe("a\u202eb\u200bc\x00d", 100) == "abcd"


def test_a_safe_text_keeps_what_words_and_emoji_are_joined_by() -> None:
    """A family of emoji is one picture, and Persian is not written without the joiners."""
    family, wish = (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    )
    assert safe_line(f"{family} {wish}", 100) == f"{family} {wish}"


@pytest.mark.parametrize("title", ["", " ", "\u200b\u200b", "\u200d\u200c", "\u202e"])
def test_a_title_of_which_nothing_is_seen_gives_way_to_the_types_name(title: str) -> None:
    """Four asterisks are no title."""
    assert safe_title(title, "Ruins", 100) == "Ruins"
    assert safe_title(title, "\u200b", 100) == "Event"


def test_what_is_cut_says_so() -> None:
    """An ellipsis stands where something is missing."""
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 4) == "abc"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "ftp://a.example",
        "https://",
        "https://a b.example",
        "http://[::1",
    ],
)
def test_only_web_addresses_are_linked(address: str) -> None:
    """Anything else is left out, rather than refused by Discord with the whole message."""
    assert web_address(address) is None


def test_a_long_address_is_no_button() -> None:
    """A link button takes 512 characters, a title 2,048."""
    address = "https://a.example/" + "x" * 600
    assert web_address(address) == address
    assert button_address(address) is None
