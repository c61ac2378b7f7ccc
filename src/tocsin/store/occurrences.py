"""The rows of occurrences: written for what is new, matched old to new for what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.category import Group, keys_of
from tocsin.calendar.occurrence import Occurrence, match_slots, public_id
from tocsin.store import firings
from tocsin.store.change_notices import notify_cancellation, notify_move
from tocsin.store.placeholders import Placeholders
from tocsin.store.snoozes import follow_move
from tocsin.store.tables import occurrence_keys, occurrences

_TEXTS = ("title", "location", "description", "url")


@dataclass(slots=True)
class Written:
    """What was done to occurrences, and how many firings and change notices came of it.

    `restored` are those that had been cancelled and are back, wherever they are now.
    """

    added: int = 0
    moved: int = 0
    restored: int = 0
    changed: int = 0
    cancelled: int = 0
    firings: int = 0
    notices: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Both together."""
        mine, others = astuple(self), astuple(other)
        return Written(*(one + another for one, another in zip(mine, others, strict=True)))


@dataclass(slots=True)
class Ledger:
    """A server's occurrences while they are being written: its groups, the instant, and the tally."""

    connection: sa.Connection
    server_id: int
    groups: tuple[Group, ...]
    now: datetime
    written: Written = field(default_factory=Written)
    _taken: set[str] | None = None
    _placeholders: Placeholders | None = None

    def add(self, rows: Sequence[tuple[int, str, Occurrence]]) -> None:
        """Write new occurrences, each given as (event id, category, occurrence), and their firings.

        One for which a placeholder stands takes that over, with all that is owed and was told.
        """
        new = [one for one in rows if not self._adopt(*one)]
        self._insert(new, [self._public_id(category, date) for _, category, date in new])

    def place(
        self, event_id: int, category: str, occurrence: Occurrence, wanted: str | None
    ) -> str:
        """Write a placeholder's occurrence, under the public id `wanted` if it is free. Returns its id."""
        assigned = self._public_id(category, occurrence, wanted)
        self._insert([(event_id, category, occurrence)], [assigned])
        return assigned

    def _adopt(self, event_id: int, category: str, occurrence: Occurrence) -> bool:
        """Make the placeholder at this start, if there is one, the occurrence of a real event."""
        if self._placeholders is None:
            self._placeholders = Placeholders(self.connection, self.server_id)
        row = self._placeholders.take(category, occurrence, event_id)
        if row is None:
            return False
        self._update(row, category, occurrence)
        return True

    def _insert(self, rows: Sequence[tuple[int, str, Occurrence]], public_ids: list[str]) -> None:
        if not rows:
            return
        values = [
            {
                "event_id": event_id,
                "server_id": self.server_id,
                "slot": occurrence.slot,
                "public_id": assigned,
                "category": category,
                **_texts(occurrence),
                "starts_at": occurrence.start,
                "ends_at": occurrence.end,
                "all_day": occurrence.all_day,
                "cancelled": False,
                "revision": 0,
            }
            for (event_id, category, occurrence), assigned in zip(rows, public_ids, strict=True)
        ]
        ids = self.connection.scalars(
            sa.insert(occurrences).returning(occurrences.c.id, sort_by_parameter_order=True), values
        ).all()
        self._add_keys(
            (occurrence_id, category, occurrence)
            for occurrence_id, (_, category, occurrence) in zip(ids, rows, strict=True)
        )
        starts = [(i, o.start) for i, (_, _, o) in zip(ids, rows, strict=True)]
        self.written.added += len(starts)
        self.written.firings += firings.plan_occurrences(
            self.connection, self.server_id, starts, self.now
        )

    def sync(self, event_id: int, category: str, wanted: Sequence[Occurrence]) -> None:
        """Bring the rows of one event to `wanted`, all its occurrences from now to its horizon.

        A row is the same occurrence if its slot is, or else if it is the nearest by date; what is
        left over is cancelled or added. Past rows stay as they are.
        """
        rows = self.connection.execute(
            sa.select(occurrences).where(occurrences.c.event_id == event_id)
        ).all()
        pairs, gone, new = match(rows, wanted, self.now)
        for row, occurrence in pairs:
            self._update(row, category, occurrence)
        for row in gone:
            self._cancel(row)
        self.add([(event_id, category, occurrence) for occurrence in new])

    def _public_id(self, category: str, occurrence: Occurrence, wanted: str | None = None) -> str:
        if self._taken is None:
            own = occurrences.c.server_id == self.server_id
            self._taken = set(
                self.connection.scalars(sa.select(occurrences.c.public_id).where(own))
            )
        assigned = wanted or ""
        if wanted is None or wanted in self._taken:
            assigned = public_id(category, occurrence.start, self._taken, occurrence.title)
        self._taken.add(assigned)
        return assigned

    def _update(self, row: sa.Row[Any], category: str, occurrence: Occurrence) -> None:
        values: dict[str, Any] = {
            "slot": occurrence.slot,
            "category": category,
            **_texts(occurrence),
            "starts_at": occurrence.start,
            "ends_at": occurrence.end,
            "all_day": occurrence.all_day,
            "cancelled": False,
        }
        before = row._asdict()
        changed = {name for name, value in values.items() if before[name] != value}
        if not changed:
            return
        revision = row.revision + 1
        if changed & {"category", *_TEXTS}:
            values["texts_refused"] = None  # other texts get a chance of their own
        self.connection.execute(
            sa.update(occurrences)
            .where(occurrences.c.id == row.id)
            .values(**values, revision=revision)
        )
        if changed & {"category", "title", "description"}:
            self._renew_keys(
                row.id, category, occurrence.title, occurrence.description, occurrence.start
            )
        if changed & {"starts_at", "cancelled"}:
            if row.cancelled:
                self.written.restored += 1
            else:
                self.written.moved += 1
            firings.move_occurrence(
                self.connection, row.id, self.server_id, occurrence.start, self.now
            )
            follow_move(self.connection, row.id, occurrence.start, occurrence.end)
            self.written.notices += notify_move(
                self.connection,
                row.id,
                self.server_id,
                revision,
                occurrence.start,
                occurrence.end,
                self.now,
            )
        else:
            self.written.changed += 1

    def _cancel(self, row: sa.Row[Any]) -> None:
        revision = row.revision + 1
        self.connection.execute(
            sa.update(occurrences)
            .where(occurrences.c.id == row.id)
            .values(cancelled=True, revision=revision)
        )
        firings.drop_occurrence(self.connection, row.id, self.now)
        self.written.cancelled += 1
        self.written.notices += notify_cancellation(
            self.connection,
            row.id,
            self.server_id,
            revision,
            row.starts_at,
            row.ends_at,
            self.now,
        )

    def _add_keys(self, rows: Iterable[tuple[int, str, Occurrence]]) -> None:
        values = [
            {"occurrence_id": occurrence_id, "key": key}
            for occurrence_id, category, occurrence in rows
            for key in keys_of(category, occurrence.title, occurrence.description, self.groups)
        ]
        if values:
            self.connection.execute(sa.insert(occurrence_keys), values)

    def regroup(self) -> None:
        """The server's groups are others than they were: what is ahead may match other choices now."""
        ahead = self.connection.execute(
            sa.select(occurrences).where(
                occurrences.c.server_id == self.server_id,
                occurrences.c.ends_at > self.now,
                occurrences.c.cancelled.is_(False),
            )
        )
        for row in ahead.all():
            self._renew_keys(row.id, row.category, row.title, row.description, row.starts_at)

    def _renew_keys(
        self, occurrence_id: int, category: str, title: str, description: str, start: datetime
    ) -> None:
        """Other choices may match now: firings that are begun look again, and find who was not asked."""
        wanted = keys_of(category, title, description, self.groups)
        own = occurrence_keys.c.occurrence_id == occurrence_id
        if wanted == set(self.connection.scalars(sa.select(occurrence_keys.c.key).where(own))):
            return
        self.connection.execute(sa.delete(occurrence_keys).where(own))
        self.connection.execute(
            sa.insert(occurrence_keys),
            [{"occurrence_id": occurrence_id, "key": key} for key in wanted],
        )
        firings.stage_again(self.connection, occurrence_id, self.server_id, start, self.now)


def _texts(occurrence: Occurrence) -> dict[str, str]:
    return {name: getattr(occurrence, name) for name in _TEXTS}


def match(
    rows: Sequence[sa.Row[Any]], wanted: Sequence[Occurrence], now: datetime
) -> tuple[list[tuple[sa.Row[Any], Occurrence]], list[sa.Row[Any]], list[Occurrence]]:
    """Which row is which of the `wanted`: the pairs, the rows without one, the new without a row.

    The slot decides. Of what is left and not over, each row takes the nearest new start, no farther
    off than half the way to the next row: a weekly meeting that goes from Monday to Tuesday moves,
    and one that becomes monthly loses three.
    """
    slots = {one.slot for one in wanted}
    alive = [row for row in rows if not row.cancelled and row.ends_at > now]
    by_slot = {row.slot: row for row in rows if row.slot in slots} | {r.slot: r for r in alive}
    taken = match_slots(
        {slot: row.starts_at for slot, row in by_slot.items()},
        {one.slot: one.start for one in wanted},
        within=_reach(row.starts_at for row in alive),
    )
    pairs = [(by_slot[taken[one.slot]], one) for one in wanted if one.slot in taken]
    paired = {row.id for row, _ in pairs}
    gone = [row for row in alive if row.id not in paired]
    return pairs, gone, [one for one in wanted if one.slot not in taken]


def _reach(starts: Iterable[datetime]) -> timedelta:
    """Half the smallest gap between starts; where there is none, a week."""
    ordered = sorted(set(starts))
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    return min(gaps) / 2 if gaps else timedelta(days=7)
