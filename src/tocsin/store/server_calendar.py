"""A server's calendar while it is being written: its zone, categories and horizon, and the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tocsin.calendar.category import Category, new_category, resolve
from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import Occurrence, expand
from tocsin.calendar.presets import GROUP_KEYS
from tocsin.errors import TocsinError
from tocsin.store import servers
from tocsin.store.engine import Connection
from tocsin.store.occurrences import Ledger
from tocsin.store.tables import events

_DAY = timedelta(days=1)
_FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_FAR = timedelta(days=400)


class ServerUnknown(TocsinError):
    """That server is not known here: invite the bot, or import events for it first."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far ahead occurrences are rows, and when an event of whole days falls due."""

    ahead: timedelta = timedelta(days=60)
    all_day_at: time = time(9)


class ServerCalendar:
    """One server's calendar within one transaction."""

    def __init__(
        self,
        connection: Connection,
        server_id: int,
        now: datetime,
        horizon: Horizon,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """`labels` are the words behind the keys of new categories. Raises ServerUnknown."""
        server = servers.find_server(connection, server_id)
        if server is None:
            raise ServerUnknown(
                f"There is no server {server_id} here: check the id, invite the bot to it, or "
                "import events for it first."
            )
        self.connection = connection
        self.server = server
        self.now = now
        self.until = now + horizon.ahead
        self._all_day_at = horizon.all_day_at
        self._zone = ZoneInfo(server.zone)
        self._categories = {one.key: one for one in servers.categories_of(connection, server_id)}
        self._labels = labels or {}
        self._resolved: dict[str, Category] = {}
        self.new_categories: list[Category] = []
        groups = servers.groups_of(connection, server_id)
        self._taken = {*self._categories, *(group.key for group in groups), *GROUP_KEYS}
        self.ledger = Ledger(connection, server_id, groups, now)

    def settled(self, event: Event) -> Event:
        """The event under the key of a category of the server; an unknown one becomes one."""
        if event.category not in self._resolved:
            self._resolved[event.category] = self._category(event.category)
        key = self._resolved[event.category].key
        return event if key == event.category else replace(event, category=key)

    def _category(self, key: str) -> Category:
        label = self._labels.get(key)
        if label is None and key in self._categories:
            return self._categories[key]
        # By its words and not by its key: that may be one which another type has had since long.
        found = resolve(label or key, self._categories.values())
        return found or self._add(new_category(label or key, self._taken))

    def _add(self, category: Category) -> Category:
        servers.add_category(self.connection, self.server.id, category)
        self._categories[category.key] = category
        self._taken.add(category.key)
        self.new_categories.append(category)
        return category

    def expand(
        self, event: Event, start: datetime | None = None, end: datetime | None = None
    ) -> list[Occurrence]:
        """The event's occurrences that are not over by `start` (now) and begin before `end`.

        `end` is the horizon unless given. Raises TooManyOccurrences.
        """
        category = self._categories.get(event.category)
        return expand(
            event,
            start or self.now,
            end or self.until,
            zone=self._zone,
            all_day_at=self._all_day_at,
            default_length=timedelta(minutes=category.default_minutes) if category else _HOUR,
        )

    def expanded_until(self, event: Event, dates: Sequence[Occurrence]) -> datetime:
        """Until when the rows are complete, once they are `dates`, all up to the horizon.

        A single event needs no second look; one that lies beyond the horizon needs it there, and a
        series that has no date within it is looked at again when its next one comes near.
        """
        if event.status == "cancelled":
            return _FOR_EVER
        if not event.recurring:
            # A whole day begins where the server's zone says, up to a day from its own.
            return _FOR_EVER if event.first_start < self.until else event.first_start - _DAY
        if dates:
            return self.until
        later = self.expand(event, self.until, self.now + _FAR)
        return later[0].start - _DAY if later else self.now + _FAR

    def is_ahead(self, event: Event) -> bool:
        """Whether any occurrence of the event is not over."""
        return bool(
            self.expand(event, self.now, self.now + (_FAR if event.recurring else 90 * _FAR))
        )

    def write(self, event_id: int, event: Event, **values: Any) -> None:
        """Write a changed event's row and bring its occurrences into line."""
        dates = self.expand(event)
        until = self.expanded_until(event, dates)
        self.ledger.sync(event_id, event.category, dates)
        self.connection.execute(
            sa.update(events)
            .where(events.c.id == event_id)
            .values(**values, expanded_until=until, updated_at=self.now)
        )
