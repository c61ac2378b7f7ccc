"""`tocsin subscriptions`: who asked to be told of what."""

from typing import Annotated

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import open_desk
from tocsin.errors import TocsinError
from tocsin.reminders.lead import format_lead
from tocsin.store import listing

app = typer.Typer(no_args_is_help=True, help="Look at who asked to be told of what.")


class NoSuchSubscription(TocsinError):
    """That member has no subscription."""


@app.command("list")
def list_(
    context: typer.Context,
    server: output.OptionalServerId = None,
    as_json: output.AsJson = False,
) -> None:
    """List the subscriptions, by server and member."""
    with open_desk(context, scratch=True) as desk:
        found = desk.store.read_now(listing.list_subscriptions, server_id=server)
    if as_json:
        output.print_json(found)
        return
    if not found:
        output.say("No subscriptions.")
        return
    output.print_table(
        ("server", "member", "types", "lead times", "DM"),
        [
            (
                row.server_name or row.server_id,
                row.username or row.member_id,
                ", ".join(row.choices),
                " ".join(format_lead(lead) for lead in row.leads),
                _dm(row),
            )
            for row in found
        ],
    )
    output.say(output.count(len(found), "subscription"))


@app.command()
def show(
    context: typer.Context,
    member: Annotated[
        int, typer.Argument(min=1, max=output.LARGEST_ID, help="The member's id on Discord.")
    ],
    server: output.OptionalServerId = None,
    as_json: output.AsJson = False,
) -> None:
    """Show a member's subscription in each server, and what was last sent."""
    with open_desk(context, scratch=True) as desk:
        found = desk.store.read_now(listing.list_subscriptions, server_id=server, member_id=member)
        last = desk.store.read_now(
            listing.list_deliveries, server_id=server, member_id=member, limit=5
        )
    if not found:
        raise NoSuchSubscription(
            f"Member {member} has no subscription"
            f"{'' if server is None else f' in server {server}'}. "
            "`tocsin subscriptions list` shows those that are there."
        )
    if as_json:
        output.print_json({"subscriptions": found, "deliveries": last})
        return
    for row in found:
        output.say(f"{row.username or row.member_id} in {row.server_name or row.server_id}")
        output.say(f"  types       {', '.join(row.choices)}")
        output.say(f"  lead times  {', '.join(format_lead(lead) for lead in row.leads)}")
        output.say(f"  DM          {_dm(row)}")
        output.say(f"  since       {output.at(row.created_at, row.zone)} ({row.zone})")
        for delivery in last:
            if delivery.server_id == row.server_id:
                output.say(
                    f"  {delivery.state.name.lower():<11} {delivery.title},"
                    f" {output.at(delivery.due_at, row.zone)}"
                )


def _dm(row: listing.ListedSubscription) -> str:
    if row.suspended_because is not None:
        return f"refused: {row.suspended_because}"
    return "open" if row.dm_channel_id is not None else "not opened yet"
