"""`tocsin invite` gives an admin the address, without asking Discord."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.cli.invite import ApplicationUnknown, application_id
from tocsin.settings import Discord, Settings


def with_token(token: str, application: int | None = None) -> Settings:
    return Settings(discord=Discord(token=SecretStr(token), application_id=application))


@given(st.integers(1, 2**63 - 1))
def test_the_token_tells_the_application(number: int) -> None:
    """The first part of a token is the id, in base64 without padding."""
    first = base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")
    assert application_id(with_token(f"{first}.x.y")) == number


def test_an_id_that_is_set_goes_before_the_token() -> None:
    """Tokens of other shapes still lead to an invitation."""
    assert application_id(with_token("anything", 42)) == 42


@given(st.text())
def test_a_token_of_another_form_is_refused_without_showing_it(token: str) -> None:
    """Whatever stands there is either an id or refused; the message has nothing of it."""
    try:
        found = application_id(with_token(f"~{token}"))
    except ApplicationUnknown as refused:
        message = str(refused)
    else:
        message = ""
        assert found >= 0
    with pytest.raises(ApplicationUnknown) as usual:
        application_id(with_token("~"))
    # A word of the message itself is no secret, even if somebody's token is that word.
    assert len(token) < 12 or token in str(usual.value) or token not in message


def test_without_id_and_token_it_says_what_to_set() -> None:
    """The message names both settings."""
    with pytest.raises(ApplicationUnknown, match=r"discord\.application_id.*discord\.token"):
        application_id(Settings())


def test_the_address_asks_for_exactly_what_is_needed() -> None:
    """Two scopes, four permissions, nothing else."""
    ran = CliRunner().invoke(
        app, ["invite", "--json"], env={"TOCSIN_DISCORD__APPLICATION_ID": "42"}
    )
    told = json.loads(ran.stdout)
    asked = parse_qs(urlsplit(told["address"]).query)
    view, send, embed, history = 1 << 10, 1 << 11, 1 << 14, 1 << 16
    assert asked == {
        "client_id": ["42"],
        "scope": ["bot applications.commands"],
        "permissions": [str(view | send | embed | history)],
    }
    assert len(told["permissions"]) == 4
