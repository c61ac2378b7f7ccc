"""Where in a TOML text a key stands, which `tomllib` does not tell."""

import re
import tomllib

from tocsin.settings.paths import Key

PART = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
NAME = rf"(?P<name>{PART}(?:\s*\.\s*{PART})*)"
HEADER = re.compile(rf"^\s*\[{{1,2}}\s*{NAME}\s*\]{{1,2}}\s*(?:#.*)?$")
ASSIGNMENT = re.compile(rf"^\s*{NAME}\s*=")


def line_of_each_key(text: str) -> dict[Key, int]:
    """Return the line, counted from 1, of each table and of each key that begins a line.

    A key inside an inline table is not found; `line_of` answers with the line of its table.
    """
    lines: dict[Key, int] = {}
    table: Key = ()
    skip_to = 0
    rows = text.splitlines()
    for number, row in enumerate(rows, start=1):
        if number <= skip_to:
            continue
        if header := HEADER.match(row):
            table = _parts(header["name"])
            lines.setdefault(table, number)
        elif assignment := ASSIGNMENT.match(row):
            lines.setdefault((*table, *_parts(assignment["name"])), number)
            skip_to = _last_line_of_value(rows, number)
    return lines


def line_of(key: Key, lines: dict[Key, int]) -> int | None:
    """Return the line of a key, else that of the nearest table around it."""
    for length in range(len(key), 0, -1):
        if key[:length] in lines:
            return lines[key[:length]]
    return None


def _parts(dotted: str) -> Key:
    """Split a dotted key as TOML does, quotes and all."""
    try:
        value = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return (dotted.strip(),)
    parts: list[str] = []
    while isinstance(value, dict):
        ((part, value),) = value.items()
        parts.append(part)
    return tuple(parts)


def _last_line_of_value(rows: list[str], first: int) -> int:
    """Return the line on which the assignment that begins on line `first` is complete."""
    if not any(mark in rows[first - 1] for mark in ('"""', "'''", "[")):
        return first
    for last in range(first, len(rows) + 1):
        try:
            tomllib.loads("\n".join(rows[first - 1 : last]))
        except tomllib.TOMLDecodeError:
            continue
        return last
    return first
