"""JSON as people keep it: with a byte-order mark, and with comments that the seed's examples show."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tocsin.errors import TocsinError

# Strings come first, so that what looks like a comment within one stays.
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


class NotJson(TocsinError):
    """A file is no JSON."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's value, and the keys that one of its objects holds twice (the last one counts)."""

    value: Any
    repeated: list[str] = field(default_factory=list)


def parse(name: str, data: bytes) -> Parsed:
    """The value of a JSON file. Raises NotJson with the file's name, the line and the column."""
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.extend(key for key in made if keys.count(key) > 1)
        return made

    text = _decoded(name, data)
    try:
        value = json.loads(
            _without_comments(text), object_pairs_hook=members, parse_constant=_refuse
        )
    except json.JSONDecodeError as error:
        raise _not_json(name, error.lineno, error.colno, error.msg) from None
    except (ValueError, RecursionError) as error:
        raise _not_json(name, 1, 1, str(error)) from None
    return Parsed(value, repeated)


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise _not_json(name, line, column, "it is no text in UTF-8") from None


def _without_comments(text: str) -> str:
    """The text with each comment blanked, so that lines and columns stay what they are."""

    def blank(found: re.Match[str]) -> str:
        part = found.group()
        return part if part.startswith('"') else re.sub(r"[^\n]", " ", part)

    return _STRING_OR_COMMENT.sub(blank, text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number in JSON")


def _not_json(name: str, line: int, column: int, why: str) -> NotJson:
    return NotJson(
        f"{name}, line {line}, column {column}: {why}. The file is no JSON, so nothing was changed: "
        "mend it, or take it out of the folder."
    )
