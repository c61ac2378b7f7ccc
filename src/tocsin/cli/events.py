"""`tocsin events`: the calendar of a server, brought in, looked at, and changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar, cast
from zoneinfo import ZoneInfo

import typer

from tocsin.calendar.category import category_key
from tocsin.calendar.errors import CalendarError
from tocsin.calendar.event import Event, Texts
from tocsin.calendar.slot import Time
from tocsin.cli import _event_edit as editing
from tocsin.cli import _event_import as importing
from tocsin.cli import _import_report as report
from tocsin.cli import _output as output
from tocsin.cli import _when as when
from tocsin.cli._database import Desk, open_desk
from tocsin.cli._sources import obtain
from tocsin.clock import jitter
from tocsin.errors import UsageError
from tocsin.sources.calendar_file import read_calendar
from tocsin.store import calendar_view, event_edits
from tocsin.store.dm_channels import Reach, reach_of
from tocsin.store.server_calendar import ServerUnknown

app = typer.Typer(no_args_is_help=True, help="Bring in, look at and change a server's calendar.")

MaybeText = TypeVar("MaybeText", str, str | None)
EventName = Annotated[
    str,
    typer.Argument(metavar="EVENT", help="The event's number, or the id of one of its dates."),
]
On = Annotated[
    str | None,
    typer.Option("--date", help="Only the date that starts then: 2026-03-07, or with a time."),
]
One = Annotated[bool, typer.Option("--one", help="Only the date whose id was given.")]
Start = Annotated[str | None, typer.Option(help="Like 2026-03-07 20:00, or a day: 2026-03-07.")]
End = Annotated[str | None, typer.Option(help="Like --start; a day is the last day.")]
Duration = Annotated[str | None, typer.Option(help="Instead of --end: 90m, 2h, 1h30m, 3d.")]
Location = Annotated[str | None, typer.Option(help="Where it is.")]
Description = Annotated[str | None, typer.Option(help="What it is.")]
Url = Annotated[str | None, typer.Option(help="An address on the web.")]
Category = Annotated[str | None, typer.Option(help="The type; an unknown one becomes one.")]
Rule = Annotated[
    str | None, typer.Option(help="The recurrence: FREQ=WEEKLY;BYDAY=SA. Empty for none.")
]


class PresetName(StrEnum):
    """The sets of types that a new server can start with."""

    KVK = "kvk"
    PLAIN = "plain"


@app.command("import")
def import_(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|ADDRESS", help="An ICS or CSV calendar.")],
    server: output.ServerId,
    category: Annotated[
        str | None, typer.Option(help="The type of all its events, whatever the file says.")
    ] = None,
    zone: when.ZoneName = None,
    preset: Annotated[
        PresetName, typer.Option(help="The types that a server starts with that is new here.")
    ] = PresetName.PLAIN,
    name: Annotated[
        str | None,
        typer.Option("--source", help="What this calendar is called; else its file or address."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Cancel nothing that the file no longer mentions.")
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take the place of another calendar of the same name."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing, and say what would happen.")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """Import a calendar. Imported again, only what has changed in it is written.

    A server that is new here takes the zone given with --zone as its own.
    Exit code 1 says that some events could not be read, and the others went in.
    """
    asked = None if zone is None else when.parse_zone(zone).key
    category, name = _filled("--category", category), _filled("--source", name)
    with open_desk(context, scratch=dry_run) as desk:
        data, called = obtain(source)
        default = desk.settings.reminders.default_zone
        known = desk.store.read_now(importing.zone_of_server, server)
        reading = read_calendar(
            data, called, zone=importing.zone_for(asked, known, default), category=category
        )
        order = importing.Order(
            server_id=server,
            source=name or called,
            reading=reading,
            now=desk.now,
            preset=preset.value,
            default_zone=asked or default,
            horizon=timedelta(days=desk.settings.reminders.horizon_days),
            all_day_at=desk.settings.reminders.all_day_at,
            keep=keep,
            replace=replace,
            dry_run=dry_run,
        )
        outcome = importing.carry_out(desk, order)
    if as_json:
        output.print_json(report.as_json(order, outcome))
    else:
        output.say("\n".join(report.tell(order, outcome)))
    if any(not problem.taken for problem in report.problems_of(order, outcome)):
        raise typer.Exit(1)


@app.command("list")
def list_(
    context: typer.Context,
    server: output.ServerId,
    from_: Annotated[
        str | None, typer.Option("--from", help="From this month, day or time; else now.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="To the end of this; else 30 days after --from.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """List what is on the calendar, however far ahead or back."""
    with open_desk(context, scratch=True) as desk:
        zone = _zone(desk, server)
        start = desk.now if from_ is None else when.parse_from(from_, zone)
        end = start + timedelta(days=30) if to is None else when.parse_to(to, zone)
        if start >= end:
            raise UsageError("--to has to be after --from.")
        all_day_at = desk.settings.reminders.all_day_at
        with _sensible():
            found = desk.store.read_now(
                calendar_view.between, server, start, end, all_day_at=all_day_at
            )
        ids = [entry.occurrence_id for entry in found if entry.occurrence_id is not None]
        reach = desk.store.read_now(reach_of, server, ids)
    if as_json:
        output.print_json(
            [{**asdict(entry), "reach": reach.get(entry.occurrence_id or 0)} for entry in found]
        )
        return
    output.say(
        f"{output.count(len(found), 'date')} from {output.at(start, zone.key)}"
        f" to {output.at(end, zone.key)}, {zone.key}"
    )
    if found:
        output.print_table(
            ("event", "when", "type", "reached by DM", "what"),
            [
                (
                    f"#{entry.event_id}",
                    output.span(entry.starts_at, entry.ends_at, entry.all_day, zone.key),
                    entry.category,
                    _reached(reach.get(entry.occurrence_id or 0)),
                    entry.title + (f" ({entry.location})" if entry.location else ""),
                )
                for entry in found
            ],
        )


@app.command()
def add(
    context: typer.Context,
    server: output.ServerId,
    title: Annotated[str, typer.Option(help="What it is called.")],
    start: Annotated[str, typer.Option(help="Like 2026-03-07 20:00, or a day: 2026-03-07.")],
    end: End = None,
    duration: Duration = None,
    category: Category = None,
    zone: when.ZoneName = None,
    location: Location = None,
    description: Description = None,
    url: Url = None,
    rrule: Rule = None,
    as_json: output.AsJson = False,
) -> None:
    """Add an event, recurring with --rrule."""
    title, category = _filled("--title", title), _filled("--category", category)
    with open_desk(context) as desk:
        own = _zone(desk, server)
        typed = own if zone is None else when.parse_zone(zone)
        first = _aware(start, typed)
        last = None if end is None else _aware(end, typed)
        with _sensible():
            event = Event.single(
                uid=f"{jitter.getrandbits(128):032x}@tocsin",
                title=title,
                start=first,
                end=editing.length_of(first, last, _length(duration)),
                zone=typed,
                category=category_key(category or ""),
                location=location or "",
                description=description or "",
                url=url or "",
                rrule=rrule,
            )
            unit = partial(event_edits.add_event, actor="tocsin events add", **_horizon(desk))
            edited = desk.store.write_now(unit, server, event, desk.now, label=category)
    _print_edit(edited, own, as_json=as_json)


@app.command()
def edit(
    context: typer.Context,
    event: EventName,
    server: output.ServerId,
    on: On = None,
    one: One = False,
    title: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    start: Start = None,
    end: End = None,
    duration: Duration = None,
    category: Category = None,
    zone: when.ZoneName = None,
    location: Location = None,
    description: Description = None,
    url: Url = None,
    rrule: Rule = None,
    as_json: output.AsJson = False,
) -> None:
    """Change an event: all its dates alike, or one of them with --date or --one.

    --start is where the date that was named shall start; the others move along.
    """
    title, category = _filled("--title", title), _filled("--category", category)
    given = {"title": title, "location": location, "description": description, "url": url}
    texts = cast("Texts", {key: text for key, text in given.items() if text is not None})
    with open_desk(context) as desk:
        own = _zone(desk, server)
        typed = own if zone is None else when.parse_zone(zone)
        target = _target(desk, server, event, on, typed, one=one)
        change = editing.Change(
            texts=texts,
            start=None if start is None else _aware(start, typed),
            end=None if end is None else _aware(end, typed),
            length=_length(duration),
            category=category,
            rrule=rrule,
        )
        only = target.date if one or on is not None else None
        apply = partial(change.to_one, only) if only else partial(change.to_all, target.date)
        unit = partial(event_edits.edit_event, actor="tocsin events edit", **_horizon(desk))
        with _sensible():
            edited = desk.store.write_now(
                unit, server, target.stored.id, apply, desk.now, label=category
            )
    _print_edit(edited, own, as_json=as_json)


@app.command()
def cancel(
    context: typer.Context,
    event: EventName,
    server: output.ServerId,
    on: On = None,
    one: One = False,
    as_json: output.AsJson = False,
) -> None:
    """Cancel an event, or one of its dates with --date or --one."""
    with open_desk(context) as desk:
        own = _zone(desk, server)
        target = _target(desk, server, event, on, own, one=one)
        slot = target.date.slot if target.date and (one or on is not None) else None
        unit = partial(
            event_edits.cancel_event, actor="tocsin events cancel", slot=slot, **_horizon(desk)
        )
        with _sensible():
            edited = desk.store.write_now(unit, server, target.stored.id, desk.now)
    _print_edit(edited, own, as_json=as_json)


def _zone(desk: Desk, server_id: int) -> ZoneInfo:
    name = desk.store.read_now(importing.zone_of_server, server_id)
    if name is None:
        raise ServerUnknown(
            f"There is no server {server_id} here: check the id, invite the bot to it, or import "
            f"a calendar with `tocsin events import FILE --server {server_id}`."
        )
    return ZoneInfo(name)


def _target(
    desk: Desk, server_id: int, name: str, on: str | None, zone: ZoneInfo, *, one: bool
) -> editing.Target:
    day = None if on is None else when.parse_time(on)
    target = desk.store.read_now(editing.find_target, server_id, name, day, zone)
    if one and target.date is None:
        raise UsageError("--one needs the id of a date, or use --date with the event's number.")
    return target


def _aware(text: str, zone: ZoneInfo) -> Time:
    moment = when.parse_time(text)
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=zone)
    return moment


def _reached(reach: Reach | None) -> str:
    return f"{reach.reachable:,} of {reach.total:,}" if reach is not None and reach.total else ""


def _length(text: str | None) -> timedelta | None:
    return None if text is None else when.parse_length(text)


def _horizon(desk: Desk) -> dict[str, Any]:
    reminders = desk.settings.reminders
    return {
        "horizon": timedelta(days=reminders.horizon_days),
        "all_day_at": reminders.all_day_at,
    }


def _filled(option: str, text: MaybeText) -> MaybeText:
    """The text of an option. Raises UsageError for one that was given and says nothing."""
    if text is not None and not text.strip():
        raise UsageError(f"{option} is empty: give it a text, or leave it out.")
    return text


@contextmanager
def _sensible() -> Iterator[None]:
    """What does not make sense about an event is wrong use of the command."""
    try:
        yield
    except CalendarError as error:
        raise UsageError(f"That cannot be done: {error}") from error


def _print_edit(edited: event_edits.Edited, zone: ZoneInfo, *, as_json: bool) -> None:
    if not as_json:
        output.say("\n".join(editing.tell(edited, zone.key)))
        return
    event = edited.after
    output.print_json(
        {
            "event_id": edited.event_id,
            "title": event.title,
            "category": event.category,
            "status": event.status,
            "zone": zone.key,
            "next": edited.dates,
            "occurrences": edited.written,
        }
    )
