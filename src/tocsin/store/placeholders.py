"""Events that stand in for those that a calendar has yet to bring: made by an import of old files."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.category import slugify
from tocsin.calendar.occurrence import Occurrence
from tocsin.store.tables import events, occurrences

PLACEHOLDER = "seed"
"""The source of such events."""


class Placeholders:
    """The placeholders of one server while its calendar is written."""

    def __init__(self, connection: sa.Connection, server_id: int) -> None:
        self._connection = connection
        self._free: dict[tuple[str, datetime], list[sa.Row[Any]]] = defaultdict(list)
        for row in connection.execute(
            sa.select(occurrences)
            .join(events, events.c.id == occurrences.c.event_id)
            .where(
                occurrences.c.server_id == server_id,
                events.c.source == PLACEHOLDER,
                events.c.status == "confirmed",
            )
            .order_by(occurrences.c.id)
        ):
            self._free[row.category, row.starts_at].append(row)

    def take(self, category: str, occurrence: Occurrence, event_id: int) -> sa.Row[Any] | None:
        """Hand the placeholder for this occurrence over to the event, or return None.

        The row returned is as it was; its texts are still to be brought into line. Of several at one
        start the one with the same title goes first, and one alone whatever its title says.
        """
        free = self._free.get((category, occurrence.start), [])
        wanted = slugify(occurrence.title)
        same = [row for row in free if slugify(row.title) == wanted]
        unnamed = [row for row in free if row.public_id.count(":") == _plain_colons(row)]
        candidates = same or unnamed or (free if len(free) == 1 else [])
        if not candidates:
            return None
        row = candidates[0]
        free.remove(row)
        self._connection.execute(
            sa.update(occurrences)
            .where(occurrences.c.id == row.id)
            .values(event_id=event_id, slot=occurrence.slot)
        )
        self._connection.execute(sa.delete(events).where(events.c.id == row.event_id))
        return row


def _plain_colons(row: sa.Row[Any]) -> int:
    return f"{row.category}:{row.starts_at.isoformat()}".count(":")
