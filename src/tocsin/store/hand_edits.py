"""Edits made by hand on events that a source brings: kept when the source says something new."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.event import Event
from tocsin.calendar.merging import Merged, keep_cancelled, merge_edits
from tocsin.store.audit import record
from tocsin.store.engine import Connection
from tocsin.store.stored_events import StoredEvent, events_of
from tocsin.store.tables import audit

KEPT = "kept what was changed by hand"
_IN_THE_TEXT = ("title", "location", "description", "url", "all_day", "sequence")
_BESIDE_THE_TEXT = ("category", "zone", "place_zone", "status")


def version(event: Event) -> dict[str, Any]:
    """What an audit's line keeps of an event, so that this version of it can be had again."""
    return {
        "before": event.ical,
        "was": {name: getattr(event, name) for name in _BESIDE_THE_TEXT},
    }


def last_said(connection: Connection, server_id: int, source: str) -> list[Event]:
    """The source's events as it spoke of them last, where that is still known, else as they are."""
    edits = HandEdits(connection, server_id)
    return [edits.base(one) or one.event for one in events_of(connection, server_id, source)]


@dataclass
class HandEdits:
    """A server's events as they were before each edit, looked up when the first one is needed."""

    connection: Connection
    server_id: int

    def merged(self, known: StoredEvent, event: Event) -> Merged:
        """`event`, which the source says now, with what was changed here since it last spoke."""
        if not known.edited:
            return Merged(event, kept=False, undone=())
        base = self.base(known)
        if base is not None:
            # As it would be read back from the store, like the other two.
            return merge_edits(base, known.event, replace(event))
        if known.event.status == "cancelled":
            return Merged(keep_cancelled(known.event, event), kept=True, undone=())
        return Merged(event, kept=False, undone=("what was changed",))

    def remember(self, event_id: int, event: Event, source: str, now: datetime) -> None:
        """Keep what the source says now, for the next time that it says something else."""
        details = {"event": event_id, "title": event.title, **version(event)}
        record(self.connection, now, source, KEPT, self.server_id, details)

    def base(self, known: StoredEvent) -> Event | None:
        """What the source said last of an event that was edited since; None where nobody knows."""
        if not known.edited:
            return None
        for details in self._versions.get(known.id, ()):
            # Lines of older versions name the text alone; what is beside it seldom changes.
            was = details.get("was", {"status": "confirmed"})
            one = replace(known.event, ical=details["before"], **was)
            if one.content_hash == known.said:
                texts = {name: getattr(one.master, name) for name in _IN_THE_TEXT}
                return replace(one, **texts)
        return None

    @cached_property
    def _versions(self) -> dict[int, list[dict[str, Any]]]:
        """The audit's lines that hold a version of an event, the newest first."""
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        lines = self.connection.scalars(
            sa.select(audit.c.details)
            .where(
                audit.c.server_id == self.server_id,
                sa.cast(audit.c.details, sa.Text).contains('"before"'),
            )
            .order_by(audit.c.id.desc())
        )
        for details in lines:
            if "event" in details and "before" in details:
                found[details["event"]].append(details)
        return found
