"""What came of an import of the old files, told to people and to programs."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tocsin.cli import _output as output
from tocsin.legacy.importing import Imported
from tocsin.legacy.report import Note

_SHOWN = 40


def as_json(folder: Path, outcome: Imported, *, dry_run: bool) -> dict[str, Any]:
    """The outcome for programs: every line of the report."""
    return {
        "folder": str(folder),
        "dry_run": dry_run,
        "changed": outcome.changed,
        **{key: value for key, value in asdict(outcome).items() if key != "report"},
        "fixes": outcome.report.fixes,
        "drops": outcome.report.drops,
        "notes": outcome.report.notes,
    }


def tell(folder: Path, outcome: Imported, *, dry_run: bool) -> Iterator[str]:
    """The outcome in lines for people."""
    made = " (new)" if outcome.new_server else ""
    yield f"{folder} → server {outcome.server_id}{made}" + (", only tried" if dry_run else "")
    yield (
        f"  users: {outcome.users_before:,} in the file, {outcome.users_after:,} here now; "
        f"{output.count(outcome.subscriptions, 'subscription')} written"
    )
    yield (
        f"  new: {output.count(outcome.sent, 'reminder')} that were sent, "
        f"{outcome.scheduled:,} still to be sent without a subscription, "
        f"{output.count(outcome.failures, 'failure')}, {output.count(outcome.posts, 'post')}"
    )
    if outcome.events:
        yield (
            f"  {output.count(outcome.events, 'event')} that the calendar does not have yet: "
            "it takes them over when it brings them"
        )
    if outcome.new_types:
        yield f"  new types: {', '.join(outcome.new_types)}"
    if outcome.posts:
        yield "  posts are looked at when the bot runs; those of another application are left alone"
    yield from _notes("put right", outcome.report.fixes)
    yield from _notes("left out", outcome.report.drops)
    yield from _notes("to know", outcome.report.notes)
    if dry_run:
        yield "Nothing was written."
    elif not outcome.changed:
        yield "Nothing has changed."


def _notes(heading: str, notes: list[Note]) -> Iterator[str]:
    if not notes:
        return
    yield f"  {heading} ({len(notes):,}):"
    yield from (f"    {note}" for note in notes[:_SHOWN])
    if len(notes) > _SHOWN:
        yield f"    and {len(notes) - _SHOWN:,} more; --json tells all"
