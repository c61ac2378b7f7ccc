"""`tocsin test-reminder`: a test event, told in the channel and to one member."""

import asyncio
from datetime import timedelta

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import Desk, open_desk
from tocsin.cli._outcomes import settled
from tocsin.errors import TocsinError
from tocsin.reminders.delivery import RecipientKind, State
from tocsin.reminders.lead import phrase_lead
from tocsin.store.listing import ListedDelivery
from tocsin.store.lock import InstanceLock
from tocsin.store.rehearsal import TITLE, Rehearsal, rehearse

app = typer.Typer()

PATIENCE = timedelta(minutes=1)
ACTOR = "tocsin test-reminder"


class NoBotRuns(TocsinError):
    """No bot runs on this database, so nobody would send the test: start it with `tocsin run`."""


class NotArrived(TocsinError):
    """Not every test message arrived."""


@app.command()
def reminder_test(
    context: typer.Context,
    server: output.ServerId,
    member: output.OptionalMemberId = None,
    as_json: output.AsJson = False,
) -> None:
    """Have the running bot tell of a test event in two minutes, and wait for what comes of it.

    It is told in the server's channel, and to the member by DM if one is named, 60, 30 and 10
    seconds before it starts and when it does. Every message says that it is a test; nobody else is
    told, nothing of it counts in any statistic, and it is removed afterwards.
    """
    with open_desk(context) as desk:
        if desk.store.path is None or not InstanceLock(desk.store.path).held_by_another():
            raise NoBotRuns
        planned = desk.store.write_now(rehearse, server, member, desk.now, ACTOR)
        found = asyncio.run(_follow(desk, planned, aloud=not as_json))
    if as_json:
        output.print_json({"rehearsal": planned, "deliveries": found})
    arrived = sum(one.state is State.SENT for one in found)
    if arrived < len(planned.deliveries):
        raise NotArrived(
            f"{arrived} of {len(planned.deliveries)} test messages arrived; `tocsin doctor no-dms` "
            "looks for the reason."
        )


async def _follow(desk: Desk, planned: Rehearsal, *, aloud: bool) -> list[ListedDelivery]:
    if aloud:
        seconds = (planned.starts_at - desk.now).total_seconds()
        print(f"{TITLE} starts in {seconds:.0f} s, at {planned.starts_at:%H:%M:%S} UTC.")
    found = []
    async for one, attempts in settled(
        desk.store, planned.deliveries, planned.starts_at - desk.now + PATIENCE
    ):
        found.append(one)
        if aloud:
            said = attempts[-1].detail if attempts and attempts[-1].detail else one.reason
            print(
                f"  {_recipient(one)}, {phrase_lead(one.lead)}: {one.state.name.lower()} ({said})"
            )
    return found


def _recipient(one: ListedDelivery) -> str:
    kind = "channel" if one.recipient_kind is RecipientKind.CHANNEL else "member"
    return f"{kind} {one.recipient_id}"
