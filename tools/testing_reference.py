"""Write docs/sandbox-testing.md from the docstrings of discord_sandbox.testing: `python tools/testing_reference.py`."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from discord_sandbox import testing
from discord_sandbox.testing.faults import Clock

PAGE = Path(__file__).resolve().parent.parent / "docs" / "sandbox-testing.md"
HEAD = """\
# discord_sandbox.testing

Written from the program by `.venv/bin/python tools/testing_reference.py`. A first test is in [sandbox.md](sandbox.md).

Everything that a member does is done at once; what a bot does to it is waited for. A wait that is in vain says what
was seen instead (`WaitedInVain`), and what the sandbox refuses says why (`SandboxError`). Where a `place` is asked for
it is a channel, a message in it, or its id. `timeout` is in seconds.
"""
CLASSES: tuple[type, ...] = (
    testing.Sandbox,
    testing.Guild,
    testing.Channel,
    testing.Member,
    testing.Exchange,
    testing.Message,
    testing.Modal,
    testing.Activity,
    testing.File,
    testing.Emoji,
    testing.Fault,
    Clock,
)


def render() -> str:
    """Return the text of the page."""
    lines = [HEAD]
    for cls in CLASSES:
        lines += [f"## {cls.__name__}", "", _first(cls), "", "| | |", "|---|---|"]
        lines += [*(f"| `{name}` | {text} |" for name, text in _members(cls)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _members(cls: type) -> Iterator[tuple[str, str]]:
    # What a class has itself goes before what it has from those it is made of.
    own: dict[str, Any] = {}
    for part in cls.__mro__[:-1]:
        own = own | {name: one for name, one in vars(part).items() if name not in own}
    for name, member in own.items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield name, _first(member.fget)
        elif callable(member) or isinstance(member, classmethod | staticmethod):
            function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            yield f"{name}{_signature(function)}", _first(function)


def _signature(function: Any) -> str:
    parameters = [
        each.replace(annotation=inspect.Parameter.empty)
        for each in inspect.signature(function).parameters.values()
        if each.name not in ("self", "cls")
    ]
    # A predicate that takes everything has no spelling of its own.
    return re.sub(
        r"<function [^>]*>+ at 0x\w+>|<function \w+ at 0x\w+>",
        "…",
        str(inspect.Signature(parameters)),
    )


def _first(thing: Any) -> str:
    """The first paragraph of a docstring on one line; nothing where the name says it all."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
