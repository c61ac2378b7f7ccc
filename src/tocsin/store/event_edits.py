"""Changing the calendar by hand: one event added, edited or cancelled, whole or at one date."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tocsin.calendar.category import category_key
from tocsin.calendar.event import Event
from tocsin.calendar.occurrence import NINE, Occurrence
from tocsin.errors import TocsinError
from tocsin.store.audit import record
from tocsin.store.engine import Connection
from tocsin.store.events import SIXTY_DAYS, Expanded, insert_events
from tocsin.store.hand_edits import version
from tocsin.store.occurrences import Written
from tocsin.store.server_calendar import Horizon, ServerCalendar
from tocsin.store.stored_events import event_values, find_event
from tocsin.store.type_keys import separate_keys

BY_HAND = "hand"
"""The source of events that no file or feed brought."""


class EventUnknown(TocsinError):
    """There is no such event: it may have been removed meanwhile."""


class EventCancelled(TocsinError):
    """The event is cancelled already: add a new one in its place."""


class DateUnknown(TocsinError):
    """The event has no such date: it may have been skipped or moved already."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: the event before (None for a new one) and after, and what became of its rows.

    `dates` are the next ones after the edit, at most three.
    """

    event_id: int
    before: Event | None
    after: Event
    dates: list[Occurrence]
    written: Written


def add_event(
    connection: Connection,
    server_id: int,
    event: Event,
    now: datetime,
    *,
    actor: str,
    label: str | None = None,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
) -> Edited:
    """Put a new event on the server's calendar; `label` names its category should it be new.

    Raises ServerUnknown, and TooManyOccurrences for a series that cannot be followed.
    """
    labels = {category_key(label): label} if label else None
    separate_keys(connection, server_id)
    calendar = ServerCalendar(connection, server_id, now, Horizon(horizon, all_day_at), labels)
    settled = calendar.settled(event)
    (event_id,) = insert_events(calendar, BY_HAND, [Expanded.by(calendar, settled)])
    _note(calendar, actor, "added an event", event_id, settled)
    return _edited(calendar, event_id, None, settled)


def edit_event(
    connection: Connection,
    server_id: int,
    event_id: int,
    change: Callable[[Event], Event],
    now: datetime,
    *,
    actor: str,
    action: str = "edited an event",
    label: str | None = None,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
) -> Edited:
    """Change one event by a pure function, and bring all its rows into line.

    Whoever was told of a start that is no longer right is owed a change notice. The source keeps
    its say in what it changes itself: the rest stays as it was edited (see `merge_events`).
    Raises ServerUnknown, EventUnknown, EventCancelled, and what `change` raises.
    """
    labels = {category_key(label): label} if label else None
    separate_keys(connection, server_id)
    calendar = ServerCalendar(connection, server_id, now, Horizon(horizon, all_day_at), labels)
    found = find_event(connection, server_id, event_id)
    if found is None:
        raise EventUnknown
    if found.event.status == "cancelled":
        raise EventCancelled(f"“{found.event.title}” is cancelled already: add a new one instead.")
    after = calendar.settled(change(found.event))
    if after.content_hash != found.event.content_hash:
        calendar.write(event_id, after, **event_values(after))
        _note(calendar, actor, action, event_id, after, before=found.event)
    return _edited(calendar, event_id, found.event, after)


def cancel_event(
    connection: Connection,
    server_id: int,
    event_id: int,
    now: datetime,
    *,
    actor: str,
    slot: str | None = None,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
) -> Edited:
    """Cancel an event, or only its date at `slot`. Raises as `edit_event` does."""
    return edit_event(
        connection,
        server_id,
        event_id,
        Event.cancel if slot is None else lambda event: event.skip(slot),
        now,
        actor=actor,
        action="cancelled an event" if slot is None else f"cancelled the date {slot} of an event",
        horizon=horizon,
        all_day_at=all_day_at,
    )


def _note(
    calendar: ServerCalendar,
    actor: str,
    action: str,
    event_id: int,
    event: Event,
    before: Event | None = None,
) -> None:
    details: dict[str, Any] = {"event": event_id, "title": event.title}
    if before is not None:
        # What can be undone by hand has to be known, and what the source said before the edit.
        details |= version(before)
    record(calendar.connection, calendar.now, actor, action, calendar.server.id, details)


def _edited(calendar: ServerCalendar, event_id: int, before: Event | None, after: Event) -> Edited:
    return Edited(event_id, before, after, calendar.expand(after)[:3], calendar.ledger.written)
