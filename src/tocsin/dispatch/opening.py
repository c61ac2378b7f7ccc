"""The gate before every opening of a DM channel: Discord blocks or quarantines bots that open many."""

import asyncio
from datetime import datetime, timedelta

from tocsin.clock import Clock
from tocsin.dispatch.messenger import Messenger
from tocsin.dispatch.outcome import Outcome, Refused, Scope
from tocsin.store.engine import Store
from tocsin.store.opening import Closed, close_opening, opening_closed
from tocsin.telemetry.logs import get_logger

OPENING_PAUSE = timedelta(minutes=10)
QUARANTINE = 20026
LOOK_WHILE_CLOSED = 10.0
HELP_PAUSED = "New members get their reminders a little later; channels that are open go on."
HELP_STOPPED = (
    "Reminders go on where the channel is open. Ask Discord's support why the bot is in quarantine; "
    "once that has ended, run `tocsin resume-opening`."
)

log = get_logger("tocsin.opening")


def closed_by(refused: Refused, now: datetime) -> Closed:
    """How long nothing is opened after this refusal: some minutes, or in quarantine until the operator acts."""
    until = None if refused.code == QUARANTINE else now + OPENING_PAUSE
    return Closed(refused.reason, now, until)


def announce(closed: Closed) -> None:
    """Tell the operator."""
    if closed.until is None:
        log.error("opening of DMs stopped", reason=closed.reason, help=HELP_STOPPED)
    else:
        until = closed.until.isoformat(timespec="seconds")
        log.error("opening of DMs paused", reason=closed.reason, until=until, help=HELP_PAUSED)


class OpeningGate:
    """Lets DM channels be opened, but for the times in which Discord forbids it; those outlast a restart."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def open(self, messenger: Messenger, member_id: int) -> int | Outcome:
        """The id of the DM channel with the member; while the gate is closed Discord is not asked."""
        closed = await self._closed()
        if closed is not None:
            return Refused(closed.reason, Scope.OPENING)
        opened = await messenger.open_dm(member_id)
        await self.note(opened)
        return opened

    async def note(self, answer: int | Outcome) -> None:
        """Close the gate if Discord's answer, to an opening or to a message, says so."""
        if isinstance(answer, Refused) and answer.scope is Scope.OPENING:
            closed = closed_by(answer, self._clock.now())
            if await self._store.write(close_opening, closed):
                announce(closed)

    async def remind(self) -> None:
        """Tell the operator what still keeps the gate closed."""
        closed = await self._closed()
        if closed is not None:
            announce(closed)

    async def wait(self) -> None:
        """Wait until the gate is open."""
        while (closed := await self._closed()) is not None:
            await self._clock.wait(closed.until, asyncio.Event(), at_most=LOOK_WHILE_CLOSED)

    async def _closed(self) -> Closed | None:
        return await self._store.read(opening_closed, self._clock.now())
