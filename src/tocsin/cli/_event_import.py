"""Bringing a calendar into the store: what is ordered, done, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.calendar.category import Category, resolve
from tocsin.calendar.event import Event
from tocsin.calendar.presets import PRESETS
from tocsin.cli import _output as output
from tocsin.cli._database import Desk
from tocsin.errors import UsageError
from tocsin.sources.match import match_without_uids, speaks_of_the_same
from tocsin.sources.reading import Reading
from tocsin.store import servers
from tocsin.store.audit import record
from tocsin.store.engine import Connection
from tocsin.store.events import Merge, events_ahead, merge_events
from tocsin.store.hand_edits import last_said

_AT_ONCE = 500
"""Events in one transaction: some 300 ms of it, while the bot waits for its turn."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and how; `source` is the name under which it is known from now on."""

    server_id: int
    source: str
    reading: Reading
    now: datetime
    preset: str
    default_zone: str
    horizon: timedelta
    all_day_at: time
    keep: bool
    replace: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import; `server_name` may be empty, `zone` is the server's."""

    merge: Merge
    new_server: bool
    server_name: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The events under the UIDs by which they are known, and the server that they go to."""

    events: list[Event]
    new_server: bool
    server_name: str
    zone: str


class AnotherCalendar(UsageError):
    """What was read is not the calendar that is known under that name."""


class _Undo(Exception):
    def __init__(self, outcome: Imported) -> None:
        self.outcome = outcome


def zone_of_server(connection: Connection, server_id: int) -> str | None:
    """The zone of a server that is known."""
    server = servers.find_server(connection, server_id)
    return None if server is None else server.zone


def carry_out(desk: Desk, order: Order) -> Imported:
    """Do the import, a large one in several transactions so that the bot gets its turn between.

    A dry run is one that is rolled back, and writes nothing.
    """
    try:
        prepared = desk.store.write_now(_prepare, order)
    except _Undo as undo:
        return undo.outcome
    merges = [
        desk.store.write_now(_merge, order, prepared.events[first : first + _AT_ONCE], part=True)
        for first in range(0, len(prepared.events), _AT_ONCE)
        if len(prepared.events) > _AT_ONCE
    ]
    return desk.store.write_now(_finish, order, prepared, merges)


def _prepare(connection: Connection, order: Order) -> _Prepared:
    """Make a new server, and find out which events were known before."""
    new = servers.find_server(connection, order.server_id) is None
    server = servers.ensure_server(
        connection,
        order.server_id,
        order.now,
        PRESETS[order.preset],
        zone=order.default_zone,
    )
    events = order.reading.events
    if not order.reading.identified:
        events = _recognized(connection, order, events)
    _refuse_another_calendar(connection, order, events)
    prepared = _Prepared(events, new, server.name, server.zone)
    if order.dry_run:
        raise _Undo(_finish(connection, order, prepared, []))
    return prepared


def _finish(
    connection: Connection, order: Order, prepared: _Prepared, parts: list[Merge]
) -> Imported:
    """Merge the whole, of which parts may be in already, and leave a line in the audit."""
    merge = _merge(connection, order, prepared.events, part=False)
    for done in parts:
        merge = replace(
            merge,
            added=merge.added + done.added,
            changed=merge.changed + done.changed,
            unchanged=merge.unchanged - done.added - len(done.changed),
            new_categories=merge.new_categories + done.new_categories,
            kept=merge.kept + done.kept,
            undone=merge.undone + done.undone,
            written=merge.written + done.written,
        )
    if not merge.changes_nothing:
        record(
            connection,
            order.now,
            "tocsin events import",
            "imported a calendar",
            order.server_id,
            {
                "source": order.source,
                "added": merge.added,
                "changed": len(merge.changed),
                "removed": len(merge.removed),
            },
        )
    return Imported(merge, prepared.new_server, prepared.server_name, prepared.zone)


def _merge(connection: Connection, order: Order, events: list[Event], *, part: bool) -> Merge:
    # What could not be read this time is not gone: with one bad row, nothing is taken away.
    unread = any(not problem.taken for problem in order.reading.problems)
    return merge_events(
        connection,
        order.server_id,
        order.source,
        events,
        order.now,
        horizon=order.horizon,
        all_day_at=order.all_day_at,
        labels=order.reading.types,
        complete=not unread and not order.keep,
        part=part,
    )


def _recognized(connection: Connection, order: Order, events: list[Event]) -> list[Event]:
    """The events of a table under the UIDs by which they were known before."""
    categories = servers.categories_of(connection, order.server_id)
    # As the file had them: what was changed here by hand is no reason not to know them again.
    before = last_said(connection, order.server_id, order.source)
    settled = [_in_category(event, categories, order.reading.types) for event in events]
    # The file's own word for the type goes on: the store has to find out itself which one it is.
    own = {id(one): event for one, event in zip(settled, events, strict=True)}
    matching = match_without_uids(before, settled)
    paired = [_under(old.uid, own[id(new)]) for old, new in matching.pairs]
    return paired + [own[id(new)] for new in matching.added]


def _refuse_another_calendar(connection: Connection, order: Order, events: list[Event]) -> None:
    """Two files of one name must not cancel each other's events without a word."""
    if order.keep or order.replace or not events:
        return
    source = (connection, order.server_id, order.source)
    if speaks_of_the_same(last_said(*source), events, identified=order.reading.identified):
        return
    ahead = {event.uid for event in events_ahead(*source, order.now, all_day_at=order.all_day_at)}
    # Rows that all got other titles are still the plan that they were, if most of it is there.
    if 2 * len(ahead & {event.uid for event in events}) >= len(ahead):
        return
    unread = [str(problem) for problem in order.reading.problems if not problem.taken]
    unsaid = f" ({len(unread):,} not read, first {unread[0]})" if unread else ""
    raise AnotherCalendar(
        f"{order.source} is known here with {output.count(len(ahead), 'event')} ahead, of which what "
        f"was read now{unsaid} has none: it looks like another calendar. Nothing was changed. Give this one a "
        "name of its own with --source NAME; or give --replace if it takes the place of the other, "
        "whose events are then cancelled."
    )


def _in_category(event: Event, categories: tuple[Category, ...], types: Mapping[str, str]) -> Event:
    known = resolve(types.get(event.category, event.category), categories)
    return event if known is None else replace(event, category=known.key)


def _under(uid: str, event: Event) -> Event:
    if event.uid == uid:
        return event
    return event.with_vevents([replace(vevent, uid=uid) for vevent in event.vevents])


def zone_for(reading_zone: str | None, server_zone: str | None, default: str) -> ZoneInfo:
    """The zone of times that name none: the one asked for, else the server's, else the default."""
    return ZoneInfo(reading_zone or server_zone or default)
