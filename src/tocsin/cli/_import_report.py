"""What came of an import, told to people and to programs."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from tocsin.cli import _output as output
from tocsin.cli._event_import import Imported, Order
from tocsin.sources.reading import Problem, Reading

_SHOWN = 20
_WIDTH = 79


def as_json(order: Order, outcome: Imported) -> dict[str, Any]:
    """The outcome for programs."""
    merge, reading = outcome.merge, order.reading
    return {
        "source": order.source,
        "kind": reading.kind,
        "server_id": order.server_id,
        "new_server": outcome.new_server,
        "zone": outcome.zone,
        "dry_run": order.dry_run,
        "read": len(reading.events),
        "naive_times": reading.naive_times,
        "naive_zone": reading.zone.key,
        "without_length": reading.without_length,
        "added": merge.added,
        "changed": merge.changed,
        "unchanged": merge.unchanged,
        "removed": merge.removed,
        "missing": merge.missing,
        "new_categories": merge.new_categories,
        "kept_edits": merge.kept,
        "undone_edits": [{"title": title, "what": what} for title, what in merge.undone],
        "occurrences": merge.written,
        "problems": [
            {"line": p.line, "where": p.where, "reason": p.reason, "taken": p.taken}
            for p in problems_of(order, outcome)
        ],
    }


def problems_of(order: Order, outcome: Imported) -> list[Problem]:
    """What could not be read, and then what could not be expanded."""
    refused = [Problem(None, title, reason) for title, reason in outcome.merge.refused]
    return [*order.reading.problems, *refused]


def tell(order: Order, outcome: Imported) -> Iterator[str]:
    """The outcome in lines for people."""
    merge, reading = outcome.merge, order.reading
    name = outcome.server_name or str(order.server_id)
    made = " (new)" if outcome.new_server else ""
    yield f"{order.source} → server {name}{made}" + (", only tried" if order.dry_run else "")
    yield (
        f"  {output.count(len(reading.events), 'event')} read: {merge.added:,} new, "
        f"{len(merge.changed):,} changed, {merge.unchanged:,} as before"
    )
    yield from _tell_dates(order, outcome)
    yield from _tell_types(merge.new_categories)
    yield from _tell_times(reading)
    yield from _tell_titles(
        "cancelled, because it no longer mentions them",
        merge.removed,
        "cancelled, because it no longer mentions it",
    )
    yield from _tell_titles(
        "no longer mentioned, and left as they are",
        merge.missing,
        "no longer mentioned, and left as it is",
    )
    yield from _tell_titles(
        "keep what was changed here by hand", merge.kept, "keeps what was changed here by hand"
    )
    undone = tuple(f"{title}: {what}" for title, what in merge.undone)
    yield from _tell_titles("here undone, because the file changed the same", undone, thing="edit")
    problems = problems_of(order, outcome)
    if problems:
        yield f"  {output.count(len(problems), 'problem')}:"
        yield from (f"    {problem}" for problem in problems)
    if order.dry_run:
        yield "Nothing was written."
    elif merge.changes_nothing:
        yield "Nothing has changed."


def _tell_dates(order: Order, outcome: Imported) -> Iterator[str]:
    written = outcome.merge.written
    counts = (
        (written.added, "new"),
        (written.moved, "moved"),
        (written.restored, "back on the calendar"),
        (written.changed, "changed"),
        (written.cancelled, "cancelled"),
    )
    said = ", ".join(f"{number:,} {word}" for number, word in counts if number)
    days = order.horizon.days
    if said:
        yield f"  dates in the next {days} days: {said}"
    elif not outcome.merge.changes_nothing:
        yield f"  no dates in the next {days} days: past ones bring no reminders"
    if written.notices:
        yield f"  {output.count(written.notices, 'change notice')} to those who were told otherwise"


def _tell_types(labels: tuple[str, ...]) -> Iterator[str]:
    if not labels:
        return
    shown = ", ".join(labels[:_SHOWN])
    more = f", and {len(labels) - _SHOWN:,} more" if len(labels) > _SHOWN else ""
    yield from wrap(
        f"new types: {shown}{more}",
        width=_WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _tell_times(reading: Reading) -> Iterator[str]:
    if reading.naive_times:
        yield (
            f"  {output.count(reading.naive_times, 'event')} without a time zone, "
            f"read in {reading.zone.key}"
        )
    if reading.without_length:
        one, more = (
            "event ends as it starts, and gets the length of its type",
            "events end as they start, and get the length of their type",
        )
        yield f"  {output.count(reading.without_length, one, more)}"


def _tell_titles(
    what: str, titles: tuple[str, ...], alone: str | None = None, thing: str = "event"
) -> Iterator[str]:
    """The titles below a line; `alone` is what is said of a single one."""
    if not titles:
        return
    yield f"  {output.count(len(titles), thing)} {alone if alone and len(titles) == 1 else what}:"
    yield from (f"    {title}" for title in titles[:_SHOWN])
    if len(titles) > _SHOWN:
        yield f"    and {len(titles) - _SHOWN:,} more"
