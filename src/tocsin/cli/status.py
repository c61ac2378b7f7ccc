"""`tocsin status`: whether a bot runs, how the database is, how each server stands."""

import json
from dataclasses import dataclass
from typing import Any

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import Desk, open_desk
from tocsin.store import listing, migrate
from tocsin.store.engine import driver_note
from tocsin.store.lock import InstanceLock
from tocsin.store.opening import Closed, opening_closed
from tocsin.telemetry.status import ask

app = typer.Typer()
TOLD_IN_WORDS = {"shards", "shards_connected", "loops"}
"""What of the bot's report is not shown as it stands; see `bootstrap.Engine.report`."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where everything is kept; `bytes` counts what is not yet in the main file, too."""

    path: str
    exists: bool
    bytes: int
    revision: str | None
    driver: str


@app.command()
def status(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Say whether a bot runs, how the database is, and how each server stands."""
    with open_desk(context, scratch=True) as desk:
        running, holder = _bot(desk)
        database = _database(desk)
        standings = desk.store.read_now(listing.standings, desk.now)
        closed = desk.store.read_now(opening_closed, desk.now)
        live, silence = ask(desk.settings.status.host, desk.settings.status.port)
        now = desk.now
    if as_json:
        output.print_json(
            {
                "now": now,
                "bot": {"running": running, "holder": holder},
                "database": database,
                "opening_closed": closed,
                "servers": standings,
                "live": live,
                "live_error": silence,
            }
        )
        return
    state = f"running: {holder}" if running else "not running: start it with `tocsin run`"
    output.say(f"Bot       {state}")
    _print_database(database)
    if closed is not None:
        output.say(_opening(closed))
    for standing in standings:
        _print_standing(standing)
    if not standings:
        output.say("No servers yet: invite the bot, or import events with `tocsin events import`.")
    if live is not None:
        _print_live(live)
    elif silence is not None and running:
        output.say(f"Live      {silence}")


def _bot(desk: Desk) -> tuple[bool, str | None]:
    """Whether a bot holds the database, and who."""
    if desk.store.path is None:
        return False, None
    lock = InstanceLock(desk.store.path)
    running = lock.held_by_another()
    return running, lock.holder() if running else None


def _database(desk: Desk) -> Database:
    if desk.missing is not None:
        return Database(str(desk.missing), False, 0, None, driver_note())
    path = desk.store.path
    files = [] if path is None else [path, path.with_name(path.name + "-wal")]
    return Database(
        path=str(path or desk.store.url.render_as_string(hide_password=True)),
        exists=True,
        bytes=sum(file.stat().st_size for file in files if file.exists()),
        revision=desk.store.read_now(migrate.revision_of) or "none",
        driver=driver_note(),
    )


def _print_database(database: Database) -> None:
    if not database.exists:
        output.say(
            f"Database  {database.path} is not there yet: the first import or start makes it"
        )
        return
    output.say(f"Database  {database.path}, {database.bytes / 1e6:.1f} MB")
    output.say(f"          revision {database.revision}, {database.driver}")


def _print_live(live: dict[str, Any]) -> None:
    output.say("Live")
    for name, value in live.items():
        if name not in TOLD_IN_WORDS:
            output.say(f"  {name}: {value if isinstance(value, str) else json.dumps(value)}")
    for line in (*_gateway(live), *_loops(live)):
        output.say(f"  {line}")


def _opening(closed: Closed) -> str:
    """A line on what keeps direct messages from being opened."""
    until = "you run `tocsin resume-opening`"
    if closed.until is not None:
        until = output.at(closed.until, "UTC")
    return f"New DMs   none are opened until {until}: {closed.reason}"


def _gateway(live: dict[str, Any]) -> list[str]:
    """A line on the connections to Discord's gateway; none where nothing is told of them."""
    wanted, connected = live.get("shards"), live.get("shards_connected")
    if not isinstance(wanted, int) or not isinstance(connected, int):
        return []
    if connected >= wanted:
        return [f"gateway: connected, {output.count(wanted, 'shard')}"]
    return [
        f"gateway: {connected} of {output.count(wanted, 'shard')} connected; without it nobody's commands and "
        "buttons are answered, and reminders go out all the same"
    ]


def _loops(live: dict[str, Any]) -> list[str]:
    """A line for each background loop that has failed; one for all where none has."""
    loops = [each for each in live.get("loops", []) if isinstance(each, dict)]
    failed = [each for each in loops if each.get("failures")]
    lines = []
    for each in failed:
        state = "runs again after" if each.get("running") else "waits after"
        times = output.count(each["failures"], "failure")
        when = each.get("failed_at")
        lines.append(
            f"loop {each.get('name')}: {state} {times}, at {when}: {each.get('last_error')}"
        )
    if loops and not failed:
        lines.append(f"loops: all {len(loops)} run")
    return lines


def _print_standing(standing: listing.ServerStanding) -> None:
    print()
    output.say(f"{standing.name or 'Server'} ({standing.server_id}), times in {standing.zone}")
    if standing.left_at is not None:
        output.say(f"  the bot was removed on {output.at(standing.left_at, standing.zone)}")
    if standing.channel_id is None:
        output.say("  channel      none: an admin has to run /setup there")
    else:
        refused = standing.channel_refused
        output.say(
            f"  channel      {standing.channel_id}" + (f", refused: {refused}" if refused else "")
        )
    if standing.mention_channel_id is not None:
        refused = standing.mention_refused
        output.say(
            f"  mentions     in {standing.mention_channel_id}"
            + (f", refused: {refused}" if refused else "")
        )
    due = "nothing" if standing.next_due is None else output.at(standing.next_due, standing.zone)
    output.say(f"  next due     {due}")
    output.say(f"  ahead        {output.count(standing.occurrences_ahead, 'occurrence')}")
    output.say(f"  subscribers  {standing.subscribers:,}, {standing.reachable:,} reachable by DM")
    if standing.counts:
        states = (
            f"{number:,} {state.name.lower()}" for state, number in sorted(standing.counts.items())
        )
        output.say(f"  deliveries   {', '.join(states)}")
