"""`tocsin deliveries`: what is owed to whom, and what came of it."""

from typing import Annotated

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import open_desk
from tocsin.errors import TocsinError, UsageError
from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.reminders.lead import format_lead
from tocsin.store import listing

app = typer.Typer(no_args_is_help=True, help="Look at what is owed to whom, and what came of it.")


class NoSuchDelivery(TocsinError):
    """There is no delivery with that id."""


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option(help=f"Only these: {', '.join(s.name.lower() for s in State)}."),
    ] = None,
    member: output.OptionalMemberId = None,
    server: output.OptionalServerId = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    as_json: output.AsJson = False,
) -> None:
    """List deliveries, the latest due first."""
    wanted = _state(state)
    with open_desk(context, scratch=True) as desk:
        found = desk.store.read_now(
            listing.list_deliveries, server_id=server, member_id=member, state=wanted, limit=limit
        )
    if as_json:
        output.print_json(found)
        return
    if not found:
        output.say(
            "No deliveries." if wanted is None else f"No deliveries that are {wanted.name.lower()}."
        )
        return
    zones = sorted({row.zone for row in found})
    output.print_table(
        (
            "id",
            "state",
            "to",
            "lead",
            f"due ({zones[0] if len(zones) == 1 else 'server time'})",
            "what",
        ),
        [
            (
                row.id,
                row.state.name.lower(),
                _recipient(row),
                _lead(row),
                output.at(row.due_at, row.zone) + ("" if len(zones) == 1 else f" {row.zone}"),
                row.title + (f" — {row.reason}" if row.reason else ""),
            )
            for row in found
        ],
    )
    if len(found) == limit:
        output.say(f"There may be more: these are the latest {limit}. Use --limit to see further.")


@app.command()
def show(
    context: typer.Context,
    delivery: Annotated[
        int, typer.Argument(min=1, max=output.LARGEST_ID, help="The delivery's id.")
    ],
    as_json: output.AsJson = False,
) -> None:
    """Show one delivery with every attempt at it."""
    with open_desk(context, scratch=True) as desk:
        found = desk.store.read_now(listing.find_delivery, delivery)
    if found is None:
        raise NoSuchDelivery(
            f"There is no delivery {delivery}: it may have been removed with its event, 30 days "
            "after the end. `tocsin deliveries list` shows those that are there."
        )
    row, attempts = found
    if as_json:
        output.print_json({"delivery": row, "attempts": attempts})
        return
    output.say(
        f"Delivery {row.id}: {row.state.name.lower()}" + (f" — {row.reason}" if row.reason else "")
    )
    output.say(f"  {_lead(row)} of “{row.title}” ({row.public_id})")
    output.say(
        f"  starts {output.at(row.starts_at, row.zone)},"
        f" due {output.at(row.due_at, row.zone)} ({row.zone})"
    )
    output.say(f"  to {_recipient(row)} in {row.server_name or row.server_id}")
    for attempt in attempts:
        answer = " ".join(str(part) for part in (attempt.status, attempt.code) if part is not None)
        output.say(
            f"  attempt {attempt.attempt} at {output.at(attempt.claimed_at, row.zone)}:"
            f" {attempt.outcome}"
            + (f" ({answer})" if answer else "")
            + (f" — {attempt.detail}" if attempt.detail else "")
        )


def _state(text: str | None) -> State | None:
    if text is None:
        return None
    try:
        return State[text.strip().upper()]
    except KeyError:
        names = ", ".join(state.name.lower() for state in State)
        raise UsageError(f"“{text}” is no state of a delivery. The states are: {names}.") from None


def _recipient(row: listing.ListedDelivery) -> str:
    if row.recipient_kind is RecipientKind.CHANNEL:
        return f"channel {row.recipient_id}"
    return row.username or f"member {row.recipient_id}"


def _lead(row: listing.ListedDelivery) -> str:
    return format_lead(row.lead) if row.kind is Kind.REMINDER else row.kind.name.lower()
