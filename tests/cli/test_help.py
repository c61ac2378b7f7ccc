"""What `--help` looks like on a terminal."""

from itertools import pairwise

import pytest
from tests.cli.command_line import CommandLine


def test_a_paragraph_is_wrapped_where_the_terminal_ends(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not where its line in the source does, which leaves ends of lines on lines of their own."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in bare.process("send-dm", "--help").out.splitlines()]
    first = next(at for at, line in enumerate(lines) if line.startswith("It prints"))
    paragraph = lines[first : lines.index("", first)]
    assert len(paragraph) > 2
    for line, following in pairwise(paragraph):
        assert len(line) <= 78 < len(f"{line} {following.split()[0]}")
