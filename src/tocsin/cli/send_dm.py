"""`tocsin send-dm`: one reminder to one member at once, with all that can be known of it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import Desk, open_desk
from tocsin.cli._outcomes import settled
from tocsin.errors import TocsinError
from tocsin.reminders.delivery import State
from tocsin.reminders.lead import parse_lead
from tocsin.store.engine import Connection
from tocsin.store.listing import ListedAttempt, ListedDelivery, find_delivery
from tocsin.store.lock import InstanceLock, InstanceRunning
from tocsin.store.single import USEFUL_FOR, Single, owe_single

if TYPE_CHECKING:
    from tocsin.dispatch.outcome import Outcome
    from tocsin.single import Preview

app = typer.Typer()

ACTOR = "tocsin send-dm"
PATIENCE = USEFUL_FOR + timedelta(seconds=30)

MemberId = Annotated[
    int,
    typer.Option(
        "--member", metavar="ID", parser=output.discord_id, help="The member's id on Discord."
    ),
]


class NotArrived(TocsinError):
    """The message did not arrive; what is known of it stands above."""


class _Undone(Exception):
    """Carries what would have been written out of a transaction that is taken back."""

    def __init__(self, single: Single) -> None:
        self.single = single


@dataclass(slots=True)
class _Told:
    """What is printed, or gathered for `--json`: the request, who sent it, and what came of it."""

    aloud: bool
    json: dict[str, Any] = field(default_factory=dict)

    def request(self, preview: "Preview") -> None:
        """The exact request."""
        self.json["request"] = preview
        if self.aloud:
            output.say(f"POST {preview.path}")
            output.say(json.dumps(preview.payload, ensure_ascii=False, indent=2))

    def sender(self, who: str) -> None:
        """Who sends it."""
        self.json["sender"] = who
        if self.aloud:
            output.say(f"Sender: {who}")

    def opening(self, outcome: "Outcome") -> None:
        """Why there is no DM channel to send in."""
        self.json["opening"] = outcome
        known = asdict(outcome)
        if self.aloud:
            answer = " ".join(str(known[name]) for name in ("status", "code") if known.get(name))
            output.say(
                f"Opening the DM channel: {known.get('reason')}"
                + (f" ({answer})" if answer else "")
            )
            output.say(known.get("trace") or "")

    def outcome(self, delivery: ListedDelivery, attempts: Sequence[ListedAttempt]) -> None:
        """What became of the delivery, and what Discord answered to each attempt."""
        self.json |= {"delivery": delivery, "attempts": attempts}
        if not self.aloud:
            return
        for each in attempts:
            answer = " ".join(str(part) for part in (each.status, each.code) if part is not None)
            output.say(
                f"Attempt {each.attempt}: {each.outcome}" + (f" ({answer})" if answer else "")
            )
            if each.detail:
                output.say(each.detail)
        message = f", message {delivery.message_id}" if delivery.message_id else ""
        output.say(
            f"Delivery {delivery.id}: {delivery.state.name.lower()}{message}, {delivery.reason}"
        )


@app.command()
def send_dm(
    context: typer.Context,
    server: output.ServerId,
    member: MemberId,
    lead: Annotated[
        str, typer.Option(metavar="LEAD", help="The lead time to speak of: 24h, 90m, now.")
    ],
    event: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Of this event, by the id of a date or its number; else the member's next one.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """Send a member one reminder now, marked as a test, and tell all that came of it.

    It prints the exact request, what Discord answered, and the whole trace of a failure. Where a
    bot runs, that sends it; where none does, this command does. The reminder that is due in its own
    time is not touched.
    """
    seconds = parse_lead(lead)
    told = _Told(aloud=not as_json)
    with open_desk(context, scratch=dry_run) as desk:
        owe = partial(
            owe_single,
            server_id=server,
            member_id=member,
            lead=seconds,
            event=event,
            now=desk.now,
            actor=ACTOR,
        )
        failed: TocsinError | None = None
        if dry_run:
            _preview(desk, owe, told)
        else:
            failed = asyncio.run(_send(desk, member, owe, told))
    if as_json:
        output.print_json(told.json)
    if failed is not None:
        raise failed


Owe = Callable[..., Single]


def _preview(desk: Desk, owe: Owe, told: _Told) -> None:
    """Write it, look at it, and take it back: so its ids are those that it would have."""
    from tocsin.single import preview

    def undo(connection: Connection) -> None:
        raise _Undone(owe(connection))

    try:
        desk.store.write_now(undo)
    except _Undone as undone:
        told.request(preview(undone.single, desk.clock))


async def _send(desk: Desk, member_id: int, owe: Owe, told: _Told) -> TocsinError | None:
    """Send it or have it sent; returns the error that it ended in."""
    assert desk.store.path is not None, "the settings take SQLite only"
    lock = InstanceLock(desk.store.path)
    try:
        lock.take(desk.now)
    except InstanceRunning:
        return await _hand_over(desk, owe, told)
    try:
        return await _send_here(desk, member_id, owe, told)
    finally:
        lock.release()


async def _hand_over(desk: Desk, owe: Owe, told: _Told) -> TocsinError | None:
    from tocsin.single import preview

    single = await desk.store.write(owe)
    told.request(preview(single, desk.clock))
    told.sender("the running bot")
    async for delivery, attempts in settled(desk.store, [single.claimed.id], PATIENCE):
        told.outcome(delivery, attempts)
        return None if delivery.state is State.SENT else NotArrived()
    return NotArrived(
        f"The bot has not sent it within {PATIENCE.seconds} s: `tocsin doctor no-dms` looks why."
    )


async def _send_here(desk: Desk, member_id: int, owe: Owe, told: _Told) -> TocsinError | None:
    from tocsin.single import send_single

    told.sender("this command, for no bot runs")
    single, outcome = await send_single(
        desk.settings,
        desk.store,
        desk.clock,
        member_id,
        lambda connection, worker: owe(connection, worker=worker),
        told.request,
    )
    if single is None:
        told.opening(outcome)
        return NotArrived(
            "The DM channel with the member could not be opened, so nothing was sent."
        )
    found = await desk.store.read(find_delivery, single.claimed.id)
    assert found is not None, "it was written a moment ago"
    told.outcome(*found)
    return None if found[0].state is State.SENT else NotArrived()
