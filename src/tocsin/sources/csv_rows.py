"""A table cut into its rows, so that a quote out of place costs one row and not those below it.

Spreadsheets put a cell in quotes to hold commas and line ends. A quote that nobody closes would
therefore take the rest of the file into one cell, and say nothing of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

_TWICE = 'close it, or write a quote within a text twice ("")'


def split_rows(
    text: str, delimiter: str, is_row: Callable[[list[str]], bool]
) -> Iterator[tuple[int, list[str] | str]]:
    """The line of each row with its cells, or with the reason why it cannot be read.

    After a row that cannot be read the next one begins a line below. `is_row` says whether the
    cells of a line are those of a row: such a line is never part of a cell.
    """
    lines = list(io.StringIO(text, newline=""))
    first = 0
    while first < len(lines):
        row, taken = _row_at(lines, first, delimiter, is_row)
        yield first + 1, row
        first += taken


def _row_at(
    lines: list[str], first: int, delimiter: str, is_row: Callable[[list[str]], bool]
) -> tuple[list[str] | str, int]:
    """The row that begins at a line, or what is wrong with it, and how many lines it takes."""
    rest = (lines[number] for number in range(first, len(lines)))
    reader = csv.reader(rest, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        cells = next(reader)
        other = _row_inside(lines[first : first + reader.line_num], delimiter, is_row)
    except csv.Error as error:
        whole = _whole_line(lines[first], delimiter)
        return whole or _reason(error, reader.line_num), 1
    if other:
        line = first + 1 + other
        return f"a quote that is opened here goes on into line {line}, another row; {_TWICE}", 1
    return cells, reader.line_num


def _row_inside(lines: list[str], delimiter: str, is_row: Callable[[list[str]], bool]) -> int:
    """How many lines below the first one of a row another row begins; 0 if none does."""
    for number, line in enumerate(lines[1:], start=1):
        # With fewer cells than the line above it is text: that may well have a time in it.
        if line.count(delimiter) < max(1, lines[0].count(delimiter)):
            continue
        if is_row(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))):
            return number
    return 0


def _whole_line(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line with blanks between a closing quote and the next cell; else None."""
    closed = re.sub(rf'"[ \t]+(?={delimiter}|\s*$)', '"', line)
    try:
        return next(csv.reader([closed], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return None


def _reason(error: csv.Error, lines: int) -> str:
    if "field larger" in str(error) and lines == 1:
        return f"the row cannot be read ({error})"
    if lines == 1 and "expected after" in str(error):
        return f"the row cannot be read: text comes after the quote that ends a cell; {_TWICE}"
    return f"a quote that is opened here is never closed; {_TWICE}"
