"""One line for each thing that is wrong with the settings, without ever showing a secret."""

from collections.abc import Callable
from typing import Any

from tocsin.settings.paths import Key, dotted, suggestion

WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "finite_number": "must be a number, and not infinite",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "model_type": "is a section and not a single value: it needs a table",
    "string_type": "must be text in quotes",
    "time_parsing": "must be a time of day, like 09:00",
    "time_type": "must be a time of day, like 09:00",
}


def describe(error: Any, origin: Callable[[Key], str], known: list[Key]) -> str:
    """Return the line for one of pydantic's errors: where, which setting, what is wrong with it."""
    key = tuple(str(part) for part in error["loc"])
    if not key:
        return _text(error)
    if error["type"] == "extra_forbidden":
        return f"{origin(key)}: {_unknown(key, known)}"
    return f"{origin(key)}: {dotted(key)} {_text(error)}"


def _text(error: Any) -> str:
    if error["type"] in WORDS:
        return WORDS[error["type"]]
    message = str(error["msg"]).removeprefix("Value error, ")
    return message.replace("Input should be", "must be").replace("String should", "must")


def _unknown(key: Key, known: list[Key]) -> str:
    sections = sorted({setting[0] for setting in known})
    if len(key) == 1:
        near = suggestion(key, [(name,) for name in sections])
        kind = "section or setting"
    else:
        near = suggestion(key, known)
        kind = "setting"
    hint = f"; did you mean {dotted(near)}?" if near else ""
    return f"{dotted(key)} is not a {kind}{hint}"
