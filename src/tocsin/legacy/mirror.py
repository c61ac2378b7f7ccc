"""The five files, kept up by the running bot for tools that read them."""

import asyncio
import json
import shutil
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tocsin.clock import Clock
from tocsin.legacy.files import Names, write_folder
from tocsin.legacy.json_text import NotJson, parse
from tocsin.legacy.view import failed_entry, in_object, reminders_text, subscription_line, written
from tocsin.store.engine import ChangeWatch, Connection, Store
from tocsin.store.legacy_keepsakes import failed_entries_after
from tocsin.store.legacy_view import (
    LONG_AGO,
    VIEW,
    failed_reminders,
    next_change,
    scheduled_tracker,
    sent_tracker,
    subscriber_ids,
    subscriber_rows,
    subscribers_mark,
)
from tocsin.store.servers import find_server
from tocsin.telemetry.logs import get_logger

PAUSE = 2.0
"""Seconds between two writings, at the least."""
REST = 25
"""How much longer than it took the next one waits: so the mirror takes 4 % of one core's time at the most."""
WATCH = 0.5
MARK = ".tocsin-mirror"
"""The file that says that the others in the folder are the mirror's."""
ASIDE = ".before-tocsin"
"""What is appended to the name of a file that was there before the mirror."""

log = get_logger("tocsin.mirror")


class Mirror:
    """Writes what has changed, at most every two seconds, each file whole at every instant.

    It rests in proportion to what a look costs, so that a burst is not slowed by being watched. A look reads
    what is in view of the trackers, and the subscriptions and the failed log only where they changed.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        server_id: int,
        folder: Path,
        names: Names,
        pause: float = PAUSE,
    ) -> None:
        self._pause = pause
        self._store = store
        self._clock = clock
        self._server = server_id
        self._folder = folder
        self._names = names
        self._written: dict[str, str] = {}
        self._subscribers = Subscribers()
        self._log: FailedLog | None = None
        self._next: datetime | None = None
        self._writing = threading.Lock()
        self._never = asyncio.Event()

    async def run(self) -> None:
        """Follow the store, for ever. Raises FolderUnusable, after which it begins anew."""
        watch = ChangeWatch(self._store)
        try:
            while True:
                watch.changed()
                started = self._clock.monotonic()
                await self.refresh()
                took = self._clock.monotonic() - started
                await self._clock.wait(None, self._never, at_most=max(self._pause, REST * took))
                await self._wait_for_change(watch)
        finally:
            watch.close()

    async def _wait_for_change(self, watch: ChangeWatch) -> None:
        while not watch.changed():
            if self._next is not None and self._clock.now() >= self._next:
                return
            await self._clock.wait(self._next, self._never, at_most=min(WATCH, self._pause))

    async def refresh(self) -> None:
        """Write the files that are not as the store is now; until the server is known, none."""
        texts = await self._store.read(self._look, self._clock.now())
        changed = {name: text for name, text in texts.items() if self._written.get(name) != text}
        if not changed:
            return
        try:
            await asyncio.to_thread(self._write, changed)
        except BaseException:
            # Nobody knows what was written: the next look is at everything.
            self._written.clear()
            raise
        self._written |= changed
        log.debug("mirrored", files=len(changed))

    def _look(self, connection: Connection, now: datetime) -> dict[str, str]:
        """The texts of the files that may have changed."""
        names, server = self._names, self._server
        self._next = next_change(connection, server, now)
        if find_server(connection, server) is None:
            return {}
        texts = {
            names.scheduled: scheduled_tracker(connection, server, now),
            names.sent: sent_tracker(connection, server, now),
            names.reminders: reminders_text(connection, server),
        }
        if self._subscribers.look(connection, server) or names.subscriptions not in self._written:
            texts[names.subscriptions] = self._subscribers.text()
        if self._log is None:
            self._log = FailedLog.begun(self._folder / names.failed)
        if self._log.look(connection, server, now) or names.failed not in self._written:
            texts[names.failed] = written(self._log.entries)
        return texts

    def _write(self, texts: Mapping[str, str]) -> None:
        # One after the other, also where a task was cancelled and its thread goes on.
        with self._writing:
            if not (self._folder / MARK).exists():
                for name in self._names.all():
                    set_aside(self._folder / name)
                write_folder(self._folder, {MARK: f"{self._server}\n"})
            write_folder(self._folder, texts)


class Subscribers:
    """The lines of the subscriptions' file; only those that changed are made anew."""

    def __init__(self) -> None:
        self._lines: dict[int, str] = {}
        self._mark: tuple[int, datetime] = (0, LONG_AGO)

    def look(self, connection: Connection, server_id: int) -> bool:
        """Take in what has changed since the last look. Returns whether anything has."""
        mark = subscribers_mark(connection, server_id)
        if mark == self._mark:
            return False
        # At that very instant too: another may have followed within the millisecond.
        for row in subscriber_rows(connection, server_id, self._mark[1]):
            self._lines[row.member_id] = subscription_line(row)
        if len(self._lines) != mark[0]:
            there = subscriber_ids(connection, server_id)
            self._lines = {key: line for key, line in self._lines.items() if key in there}
        self._mark = mark
        return True

    def text(self) -> str:
        """The text of the file, by member."""
        return in_object(self._lines[key] for key in sorted(self._lines))


class FailedLog:
    """The entries of the failed log: those that the file held, and then each that came; none is ever taken out."""

    def __init__(self, entries: list[Any]) -> None:
        self.entries = entries
        self._held = Counter(map(_key, entries))
        self._imported: Counter[str] = Counter()
        self._seen = 0

    @classmethod
    def begun(cls, path: Path) -> "FailedLog":
        """The log that the file holds; an empty one where it holds none that can be read."""
        try:
            value = parse(path.name, path.read_bytes()).value if path.exists() else []
        except NotJson as error:
            log.warning("the failed log is begun anew", reason=str(error))
            value = []
        return cls(value if isinstance(value, list) else [])

    def look(self, connection: Connection, server_id: int, now: datetime) -> bool:
        """Take in what has failed since the last look. Returns whether there was anything."""
        before = len(self.entries)
        self._seen, imported = failed_entries_after(connection, server_id, self._seen)
        for entry in imported:
            self._imported[_key(entry)] += 1
            self._hold(entry, self._imported[_key(entry)])
        for failed in failed_reminders(connection, server_id, now - VIEW):
            self._hold(failed_entry(failed), 1)
        return len(self.entries) > before

    def _hold(self, entry: Any, times: int) -> None:
        key = _key(entry)
        if self._held[key] < times:
            self._held[key] += 1
            self.entries.append(entry)


def _key(entry: Any) -> str:
    """What makes an entry this one: an event can be renamed afterwards."""
    if isinstance(entry, dict):
        parts = ("user_id", "event_time", "delta_seconds", "timestamp")
        return json.dumps([str(entry.get(part)) for part in parts])
    return json.dumps(entry, sort_keys=True)


def set_aside(path: Path) -> None:
    """Keep a copy of a file that was there before the mirror, unless there is one already."""
    copy = path.with_name(path.name + ASIDE)
    if path.exists() and not copy.exists():
        shutil.copy2(path, copy)
        log.info("kept a copy of what was there", file=str(copy))
