import json

from hypothesis import given
from hypothesis import strategies as st

from tocsin.telemetry.redaction import MASK, redactor

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz-_12345"

# Letters that no other part of the line below contains, so that finding one means it leaked.
secrets = st.text(st.sampled_from("QZ9\"'\\ äß\n%/@"), min_size=4).filter(lambda s: "Q" in s)


@given(secrets)
def test_a_known_secret_never_survives_in_any_spelling(secret: str) -> None:
    """Plain, as a Python literal, within JSON or both: what was given as secret is masked."""
    redact = redactor([secret])
    for line in (
        f"before {secret} after",
        f"before {secret!r} after",
        json.dumps({"field": secret}),
        json.dumps({"field": secret}, ensure_ascii=False),
        json.dumps({"field": repr([secret])}, ensure_ascii=False),
    ):
        assert "Q" not in redact(line)


@given(
    st.dictionaries(st.text(), st.text() | st.just(TOKEN) | st.just(f"Authorization: Bot {TOKEN}"))
)
def test_a_line_of_json_stays_json(fields: dict[str, str]) -> None:
    """Masking never breaks the quoting of a line."""
    assert isinstance(json.loads(redactor()(json.dumps(fields, ensure_ascii=False))), dict)


def test_a_token_is_masked_though_nobody_named_it() -> None:
    """Whatever looks like a bot's token is masked."""
    assert redactor()(f"Improper token: {TOKEN}!") == f"Improper token: {MASK}!"


def test_an_authorization_header_keeps_only_its_scheme() -> None:
    """The header's value is masked in a mapping, in JSON and as a plain header."""
    redact = redactor()
    assert redact("{'Authorization': 'Bot abc'}") == "{'Authorization': 'Bot ***'}"
    assert redact('{"authorization": "Bearer abc"}') == '{"authorization": "Bearer ***"}'
    assert redact("authorization: abc") == "authorization: ***"


def test_a_password_within_an_address_is_masked() -> None:
    """The rest of the address stays, because it helps."""
    assert redactor()("postgresql://bell:pass@db/x") == "postgresql://bell:***@db/x"


def test_the_credential_of_an_interaction_is_masked() -> None:
    """The path of an interaction's answer would let its reader answer for the bot."""
    credential = "aW50ZXJhY3Rpb246" * 4
    line = f"POST /interactions/12/{credential}/callback"
    assert redactor()(line) == "POST /interactions/12/***/callback"


@given(st.from_regex(r"[a-z:]{1,20} [0-9]{1,20} [a-z ]{0,40}", fullmatch=True))
def test_ordinary_lines_are_left_alone(line: str) -> None:
    """Nothing is masked where there is no secret."""
    assert redactor(["S3cret"])(line) == line
