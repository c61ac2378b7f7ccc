"""Folders of the five files, written by hand in the seed's shapes, and what is in a store afterwards."""

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tests.store.stored_calendar import NOW, SERVER

from tocsin.legacy.files import Names, read_folder
from tocsin.legacy.importing import Imported, Order, carry_out
from tocsin.legacy.reading import read_seed
from tocsin.legacy.view import folder_texts
from tocsin.store import tables
from tocsin.store.engine import Connection, Store

NAMES = Names()
ANN, BEN, CAT = 123456789012345678, 987654321098765432, 555666777888999000
Json = Any


def event_id(hours: float, category: str = "ruins", name: str = "") -> str:
    """The id of an event so many hours from NOW."""
    start = (NOW + timedelta(hours=hours)).isoformat()
    return ":".join(part for part in (category, name, start) if part)


def member(*types: str, times: tuple[str, ...] = ("1h", "15m"), **more: Json) -> dict[str, Json]:
    """An entry of the subscriptions."""
    return {
        "username": "someone#1",
        "subscriptions": list(types),
        "reminder_times": list(times),
        "created_at": "2026-02-20T12:00:00Z",
        **more,
    }


def write(folder: Path, **files: Json) -> Path:
    """Write the files, each given as text, bytes or a value under its name in `Names`; all five are there."""
    folder.mkdir(exist_ok=True)
    empty: Mapping[str, Json] = {"failed": []}
    for part in ("subscriptions", "scheduled", "sent", "failed", "reminders"):
        files.setdefault(part, empty.get(part, {}))
    for part, value in files.items():
        data = value if isinstance(value, bytes | str) else json.dumps(value)
        (folder / getattr(NAMES, part)).write_bytes(
            data if isinstance(data, bytes) else data.encode()
        )
    return folder


def bring_in(store: Store, folder: Path, *, now: datetime = NOW, dry_run: bool = False) -> Imported:
    """Import the folder into the server."""
    seed = read_seed(read_folder(folder, NAMES), NAMES)
    order = Order(
        server_id=SERVER,
        seed=seed,
        names=NAMES,
        now=now,
        grace=timedelta(seconds=60),
        horizon=timedelta(days=60),
        all_day_at=time(9),
        default_zone="UTC",
        dry_run=dry_run,
    )
    return carry_out(store, order)


def shown(store: Store, *, now: datetime = NOW) -> dict[str, Json]:
    """What an export would write, by the parts of `Names`."""
    texts = store.read_now(folder_texts, SERVER, now, NAMES)
    parts = {getattr(NAMES, part): part for part in Names.__dataclass_fields__}
    return {parts[name]: in_any_order(json.loads(text)) for name, text in texts.items()}


def in_any_order(value: Json) -> Json:
    """The value with the numbers of its lists in order, as far as they are a tracker's."""
    if isinstance(value, dict):
        return {key: in_any_order(each) for key, each in value.items()}
    if isinstance(value, list) and all(isinstance(each, int) for each in value):
        return sorted(value)
    return value


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""

    def rows(connection: Connection) -> dict[str, list[Any]]:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in tables.metadata.sorted_tables
        }

    return store.read_now(rows)


def lines(outcome: Imported) -> str:
    """The whole report as text."""
    report = outcome.report
    return "\n".join(map(str, [*report.fixes, *report.drops, *report.notes]))
