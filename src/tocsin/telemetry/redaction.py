"""Keeping secrets out of whatever is written down."""

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

MASK = "***"

_DISCORD_STYLE = r"\b(?:mfa\.[\w-]{20,}|[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,})"
_AUTHORIZATION = (
    r"""(?i:(?P<header>authorization\W{1,8}(?:(?:bot|bearer|basic)\s+)?))[^\s"'\\,;(){}<>]+"""
)
_LOGIN_IN_URL = r"(?P<login>://[^\s/:@\"'\\]*:)[^\s/@\"'\\]+(?=@)"
# An interaction's or a webhook's token stands in the path and lets anyone speak for the bot.
_CREDENTIAL_IN_PATH = r"(?P<path>/(?:interactions|webhooks)/\d+/)[\w.-]{20,}"


def redactor(secrets: Iterable[str] = ()) -> Callable[[str], str]:
    """Return a function that masks the secrets given, and all that looks like one, in a text.

    It is made for whole lines, JSON or text: what is masked never contains a quote or a
    backslash, so a line of JSON stays one.
    """
    spellings = {form for secret in secrets if secret for form in _spellings(secret)}
    known = [re.escape(text) for text in sorted(spellings, key=len, reverse=True)]
    pattern = re.compile(
        "|".join([*known, _AUTHORIZATION, _DISCORD_STYLE, _LOGIN_IN_URL, _CREDENTIAL_IN_PATH])
    )

    def replacement(match: re.Match[str]) -> str:
        kept = match["header"] or match["login"] or match["path"] or ""
        return kept + MASK

    return lambda text: pattern.sub(replacement, text)


def _spellings(secret: str) -> set[str]:
    """Return a secret as it looks in plain text, in an address, in Python, and each in JSON."""
    forms = {secret, quote(secret, safe=""), unquote(secret), repr(secret)[1:-1]}
    in_json = {
        json.dumps(form, ensure_ascii=escape)[1:-1] for form in forms for escape in (False, True)
    }
    return forms | in_json
