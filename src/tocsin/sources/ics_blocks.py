"""An iCalendar text cut into its components, each with the line it begins at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tocsin.sources.reading import Problem

_LINE_END = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass
class Block:
    """One component: its content lines, unfolded, without those of components inside it."""

    line: int
    lines: list[str] = field(default_factory=list)
    # The whole of a time zone is needed: its rules are components inside it.
    inner: list[str] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        """The properties that the component has, in upper case."""
        return frozenset(name_of(line) for line in self.lines)

    @property
    def title(self) -> str:
        """What to call it in a message."""
        for name in ("SUMMARY", "UID"):
            text = self.value(name)
            if text:
                return text[:80]
        return ""

    def value(self, name: str) -> str:
        """The text after the first colon of the first line with that name, or empty."""
        for line in self.lines:
            if name_of(line) == name:
                return line.partition(":")[2].strip()
        return ""


@dataclass
class Blocks:
    """What a calendar consists of; `header` has the calendar's own properties."""

    header: dict[str, str] = field(default_factory=dict)
    zones: list[Block] = field(default_factory=list)
    events: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def name_of(line: str) -> str:
    """The name of the property on a content line, in upper case; empty if there is none."""
    found = _NAME.match(line)
    return found.group().upper() if found else ""


def split_blocks(text: str) -> Blocks:
    """The components of `text`; one that is cut short, or the whole if it is, is among the problems."""
    blocks = Blocks()
    current: Block | None = None
    stack: list[str] = []
    number = 0
    for number, line in _unfolded(text):
        name, value = name_of(line), line.partition(":")[2].strip().upper()
        if name == "BEGIN":
            current = _begun(number, line, current, stack, blocks)
        elif name == "END":
            current = _ended(value, line, current, stack, blocks)
        elif current is not None:
            (current.lines if len(stack) == 1 else current.inner).append(line)
        elif stack and stack[-1] == "VCALENDAR" and name:
            blocks.header.setdefault(name, line.partition(":")[2].strip())
    if current is not None:
        _cut_short(current, blocks)
    elif "VCALENDAR" in stack:
        _breaks_off(number, "the file breaks off here", blocks)
    return blocks


def _begun(
    number: int, line: str, current: Block | None, stack: list[str], blocks: Blocks
) -> Block | None:
    """The component that goes on after a BEGIN."""
    value = line.partition(":")[2].strip().upper()
    if value in ("VEVENT", "VCALENDAR") and current is not None:
        _cut_short(current, blocks)
        current = None
        stack[:] = ["VCALENDAR"]
    elif value == "VCALENDAR" and value in stack:
        _breaks_off(number, "the calendar before this line breaks off", blocks)
    if value == "VCALENDAR":
        stack.clear()
    if value in ("VEVENT", "VTIMEZONE") and current is None:
        stack[:] = [value]
        return Block(number)
    stack.append(value)
    if current is not None:
        current.inner.append(line)
    return current


def _ended(
    value: str, line: str, current: Block | None, stack: list[str], blocks: Blocks
) -> Block | None:
    """The component that goes on after an END."""
    if current is None:
        if value in stack:
            del stack[stack.index(value) :]
        return None
    if len(stack) > 1 and value != stack[0]:
        current.inner.append(line)
        stack.pop()
        return current
    if value == stack[0]:
        (blocks.events if value == "VEVENT" else blocks.zones).append(current)
    else:
        _cut_short(current, blocks)
    stack[:] = [] if value == "VCALENDAR" else ["VCALENDAR"]
    return None


def _cut_short(block: Block, blocks: Blocks) -> None:
    blocks.problems.append(Problem(block.line, block.title, "the file breaks off in the middle"))


def _breaks_off(line: int, what: str, blocks: Blocks) -> None:
    reason = f"{what}: END:VCALENDAR is missing, and with it perhaps more events; export it again"
    blocks.problems.append(Problem(line, "", reason))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The content lines, each with the number of the line that it begins at."""
    begin, parts = 0, [""]
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        whole = "".join(parts)
        if whole.strip():
            yield begin, whole
        begin, parts = number, [line.lstrip("\ufeff")]
    whole = "".join(parts)
    if whole.strip():
        yield begin, whole
