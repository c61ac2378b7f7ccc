"""The occurrence behind each id and each description in the files: the calendar's own, or a placeholder."""

from dataclasses import replace
from datetime import datetime

from tocsin.calendar.category import slugify
from tocsin.calendar.errors import CalendarError
from tocsin.legacy.files import Names
from tocsin.legacy.report import Report
from tocsin.legacy.seed import Seed, Snapshot
from tocsin.legacy.types import Types
from tocsin.legacy.values import EventId, spell
from tocsin.store.legacy_rows import Dated, find_dated, place
from tocsin.store.server_calendar import ServerCalendar


class Places:
    """Finds the occurrences of one server, and makes placeholders of those that it does not know."""

    def __init__(
        self, calendar: ServerCalendar, types: Types, report: Report, names: Names
    ) -> None:
        self._calendar = calendar
        self._types = types
        self._report = report
        self._names = names
        self._known: dict[EventId, Dated | None] = {}
        self.made = 0
        """How many placeholders were made."""

    def know(self, seed: Seed) -> None:
        """Take in what the files describe; an id that comes later finds its event by then."""
        names = self._names
        for post in seed.posts:
            if post.snapshot is not None:
                self._learn(names.reminders, post.event, post.snapshot)
        for snapshot in seed.cached:
            if (snapshot.end or snapshot.start) > self._calendar.now:
                self._described(names.event_cache, snapshot)
        for file, markers in ((names.sent, seed.sent), (names.scheduled, seed.scheduled)):
            for one in markers:
                self._learn(file, one.event)
        for post in seed.posts:
            self._learn(names.reminders, post.event)

    def _learn(self, file: str, event: EventId, snapshot: Snapshot | None = None) -> None:
        if event in self._known:
            return
        category = self._types.category(event.type)
        if snapshot is None:
            title = event.name or self._types.label(category)
            snapshot = Snapshot(title, category, event.start, None)
        else:
            snapshot = replace(snapshot, type=category, start=event.start)
        wanted = self._wanted(event)
        found = self._find(wanted, category, event.start, event.name)
        self._known[event] = known = found or self._made(file, wanted, snapshot)
        if known is not None and known.public_id != event.text:
            self._report.fix(file, event.text, f"is {known.public_id} here")

    def of(self, event: EventId) -> Dated | None:
        """The occurrence that the id means, or None where there cannot be one."""
        return self._known[event]

    def name(self, event: EventId) -> str:
        """The id under which the occurrence is shown from now on."""
        known = self._known.get(event)
        return known.public_id if known else self._wanted(event)

    def _wanted(self, event: EventId) -> str:
        parts = (self._types.category(event.type), event.name, spell(event.start))
        return ":".join(part for part in parts if part)

    def _described(self, file: str, snapshot: Snapshot) -> None:
        category, start = self._types.category(snapshot.type), snapshot.start
        wanted = self._wanted(EventId(category, "", start))
        found = self._find(wanted, category, start, snapshot.name)
        if found is not None and slugify(found.title) != slugify(snapshot.name):
            # A second event of that type at that start: its id has its name in it.
            wanted = self._wanted(EventId(category, slugify(snapshot.name), start))
            found = self._find(wanted, category, start, snapshot.name)
        if found is None:
            self._made(file, wanted, replace(snapshot, type=category))

    def _find(self, wanted: str, category: str, start: datetime, title: str) -> Dated | None:
        connection, server = self._calendar.connection, self._calendar.server.id
        return find_dated(connection, server, wanted, category, start, title)

    def _made(self, file: str, wanted: str, snapshot: Snapshot) -> Dated | None:
        start, end = snapshot.start, snapshot.end
        try:
            made = place(
                self._calendar,
                category=snapshot.type,
                title=snapshot.name,
                start=start,
                end=end if end and end > start else None,
                zone=snapshot.zone,
                description=snapshot.description,
                public_id=wanted,
            )
        except CalendarError as error:
            self._report.drop(file, wanted, f"cannot be put on the calendar: {error}")
            return None
        self.made += 1
        return made
