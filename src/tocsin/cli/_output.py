"""How commands speak: JSON for programs, lines and tables 80 wide for people."""

import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tocsin.cli._visible import visible

LARGEST_ID = 2**63 - 1
_DISCORDS_IDS = ("server_id", "member_id", "recipient_id", "channel_id", "message_id")


def discord_id(text: str) -> int:
    """The id that somebody typed. Raises typer.BadParameter."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LARGEST_ID:
        raise typer.BadParameter(
            f"“{text}” is no id of Discord's. Switch Developer Mode on in Discord (Settings, Advanced), then "
            "right-click the server or the member and choose “Copy ID”."
        )
    return int(text)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with instants in UTC.")]
ServerId = Annotated[
    int,
    typer.Option("--server", metavar="ID", parser=discord_id, help="The server's id on Discord."),
]
OptionalServerId = Annotated[
    int | None,
    typer.Option(
        "--server",
        metavar="ID",
        parser=discord_id,
        help="Only this server, by its id on Discord.",
    ),
]
OptionalMemberId = Annotated[
    int | None,
    typer.Option(
        "--member",
        metavar="ID",
        parser=discord_id,
        help="Only this member, by their id on Discord.",
    ),
]


def print_json(value: Any) -> None:
    """Print a value as JSON: dataclasses as objects, instants in ISO 8601, ids of Discord as text.

    Discord does the same: its ids do not fit the numbers of JavaScript, and jq rounds them.
    """
    say(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Print what may hold text from elsewhere."""
    print(visible(text))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {_name(key): _member(_name(key), each) for key, each in value.items()}
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value


def _member(name: str, value: Any) -> Any:
    is_discords = name.endswith(_DISCORDS_IDS) and isinstance(value, int)
    return str(value) if is_discords else _plain(value)


def _name(key: Any) -> str:
    return key.name.lower() if isinstance(key, Enum) else str(key)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows below headings. Cells wrap, and none is cut off."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(" ".join(str(cell).split("\n")))) for cell in row))
    if sys.stdout.isatty():
        Console(highlight=False).print(table)
        return
    # What is piped into another program keeps each row on one line.
    text = io.StringIO()
    Console(file=text, width=1000, highlight=False).print(table)
    print("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def at(instant: datetime, zone: str) -> str:
    """`Sat 2026-03-07 15:00` on the clocks of `zone`, which the caller names beside it."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


def count(number: int, thing: str, things: str | None = None) -> str:
    """`1 event`, `2 events`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def span(start: datetime, end: datetime, all_day: bool, zone: str) -> str:
    """`Sat 2026-03-07 15:00–16:00` on the clocks of `zone`; the end's day where it is another."""
    own = ZoneInfo(zone)
    first, last = start.astimezone(own), end.astimezone(own)
    if all_day:
        # The end is the midnight after the last day.
        last -= timedelta(microseconds=1)
        until = "" if first.date() == last.date() else f" to {last:%a %Y-%m-%d}"
        return f"{first:%a %Y-%m-%d}{until}, all day"
    until = f"{last:%H:%M}" if first.date() == last.date() else f" {last:%a %Y-%m-%d %H:%M}"
    return f"{first:%a %Y-%m-%d %H:%M}–{until}"
