"""`tocsin legacy`: the five JSON files of the system before, read and written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.cli import _legacy_report as report
from tocsin.cli import _output as output
from tocsin.cli import _when as when
from tocsin.cli._database import Desk, open_desk
from tocsin.errors import UsageError
from tocsin.legacy import exporting, importing
from tocsin.legacy.files import Names, read_folder
from tocsin.legacy.reading import read_seed

app = typer.Typer(
    no_args_is_help=True, help="Move from the system before: read and write its JSON files."
)

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR", help="The folder of the files; without it legacy.directory of the settings."
    ),
]
Now = Annotated[
    str | None,
    typer.Option(help="Act as if it were this instant, like 2026-03-07T20:00:00Z.", metavar="ISO"),
]


def _name(of: str) -> Any:
    return typer.Option(metavar="NAME", help=f"Another name for the file of {of}.")


Subscriptions = Annotated[str | None, _name("the subscriptions")]
Scheduled = Annotated[str | None, _name("what is scheduled")]
Sent = Annotated[str | None, _name("what was sent")]
Failed = Annotated[str | None, _name("what failed")]
Reminders = Annotated[str | None, _name("the posts in channels")]
EventCache = Annotated[str | None, _name("the events that were cached")]


@app.command("import")
def import_(
    context: typer.Context,
    server: output.ServerId,
    folder: Folder = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing, and say what would happen.")
    ] = False,
    now: Now = None,
    grace: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=3600,
            metavar="SECONDS",
            help="How late something scheduled may be and still be sent.",
        ),
    ] = None,
    subscriptions: Subscriptions = None,
    scheduled: Scheduled = None,
    sent: Sent = None,
    failed: Failed = None,
    reminders: Reminders = None,
    event_cache: EventCache = None,
    as_json: output.AsJson = False,
) -> None:
    """Import the files: subscriptions, what was sent, failed or is still scheduled, and posts.

    All of them go in, or nothing does. Imported again, nothing changes. A bot may run meanwhile.
    """
    with open_desk(context, scratch=dry_run) as desk:
        legacy, settings = desk.settings.legacy, desk.settings.reminders
        names = _names(
            desk,
            subscriptions=subscriptions,
            scheduled=scheduled,
            sent=sent,
            failed=failed,
            reminders=reminders,
            event_cache=event_cache,
        )
        where = _folder(desk, folder)
        order = importing.Order(
            server_id=server,
            seed=read_seed(read_folder(where, names), names),
            names=names,
            now=_instant(now, desk.now),
            grace=timedelta(seconds=legacy.grace_seconds if grace is None else grace),
            horizon=timedelta(days=settings.horizon_days),
            all_day_at=settings.all_day_at,
            default_zone=settings.default_zone,
            dry_run=dry_run,
        )
        outcome = importing.carry_out(desk.store, order)
    if as_json:
        output.print_json(report.as_json(where, outcome, dry_run=dry_run))
    else:
        output.say("\n".join(report.tell(where, outcome, dry_run=dry_run)))


@app.command()
def export(
    context: typer.Context,
    server: output.ServerId,
    folder: Folder = None,
    now: Now = None,
    subscriptions: Subscriptions = None,
    scheduled: Scheduled = None,
    sent: Sent = None,
    failed: Failed = None,
    reminders: Reminders = None,
    as_json: output.AsJson = False,
) -> None:
    """Write the five files as the system before would have them; files that are there are replaced.

    The trackers show the 48 hours before and after the instant, as they always did.
    """
    with open_desk(context) as desk:
        names = _names(
            desk,
            subscriptions=subscriptions,
            scheduled=scheduled,
            sent=sent,
            failed=failed,
            reminders=reminders,
        )
        where = _folder(desk, folder)
        written = exporting.carry_out(desk.store, where, server, _instant(now, desk.now), names)
    if as_json:
        output.print_json({"folder": str(where), "server_id": server, "files": written})
        return
    output.say(f"Server {server} → {where}")
    for file in written:
        output.say(f"  {file.name:<28} {output.count(file.entries, 'entry', 'entries')}")


def _names(desk: Desk, **given: str | None) -> Names:
    """The names from the settings, and those that the command line gives instead."""
    names = Names.of(desk.settings.legacy)
    named = replace(names, **{key: name for key, name in given.items() if name is not None})
    for name in named.all():
        if Path(name).name != name:
            raise UsageError(f"“{name}” is no file's name: give the folder as DIR.")
    if len(set(named.all())) < len(named.all()):
        raise UsageError("Two of the files have the same name: each needs its own.")
    return named


def _folder(desk: Desk, given: Path | None) -> Path:
    if given is not None:
        return given
    if desk.settings.legacy.directory is None:
        raise UsageError("Name the folder of the files, or set legacy.directory in the settings.")
    return Path(desk.settings.legacy.directory)


def _instant(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    given = when.parse_time(text)
    if not isinstance(given, datetime):
        raise UsageError("--now takes an instant, like 2026-03-07T20:00:00Z.")
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
