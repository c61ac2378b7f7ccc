"""The log's lines on deliveries: each names the delivery, its occurrence, its server and its request.

The request is named by its nonce, which Discord is shown and which repeats of it share.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from tocsin.dispatch.nonce import nonce_of
from tocsin.dispatch.opening import announce
from tocsin.reminders.delivery import Move
from tocsin.store.claims import Claimed, Settled
from tocsin.store.outcomes import Missed, Sent, Setback
from tocsin.telemetry.logs import get_logger

LINES_AT_ONCE = 25
"""After so many the event loop has its turn: two hundred lines take it 20 ms."""
_EVENT_OF = {
    Move.REFUSED: "refused",
    Move.TRANSIENT: "retried",
    Move.LOST_TRACK: "unknown",
}

log = get_logger("tocsin.dispatch")


class Journal:
    """Writes what becomes of deliveries; `instance` salts the nonces."""

    def __init__(self, instance: str) -> None:
        self._instance = instance

    def names(self, claimed: Claimed) -> dict[str, int | str]:
        """What identifies a claimed delivery in every line on it."""
        return {
            "delivery": claimed.id,
            "occurrence": claimed.occurrence_id,
            "server": claimed.server_id,
            "request": nonce_of(self._instance, claimed.id, claimed.revision),
            "attempt": claimed.attempt,
        }

    async def claimed(self, claims: Iterable[Claimed]) -> None:
        """These may leave now."""
        for number, one in enumerate(claims):
            log.info("claimed", **self.names(one))
            await _turn(number)

    async def settled(self, settled: Iterable[Settled]) -> None:
        """These ended when they were looked at again before the claim."""
        for number, one in enumerate(settled):
            log.info(one.state.name.lower(), **self._ended(one), reason=one.reason)
            await _turn(number)

    async def recorded(self, sent: list[Sent], setbacks: list[Setback], now: datetime) -> None:
        """These were accepted, and these were not."""
        for number, one in enumerate(sent):
            late = (now - one.claimed.due_at).total_seconds()
            log.info(
                "sent", **self.names(one.claimed), message=one.message_id, late_s=round(late, 3)
            )
            await _turn(number)
        for number, setback in enumerate(setbacks):
            log.warning(
                _EVENT_OF.get(setback.move, "released"),
                **self.names(setback.claimed),
                reason=setback.reason,
                code=setback.code,
            )
            await _turn(number)
        closings = [one.closes_opening for one in setbacks if one.closes_opening is not None]
        if closings:
            announce(closings[0])  # the same for all of them

    async def missed(self, missed: Iterable[Missed]) -> None:
        """These were not sent while they were of use."""
        for number, one in enumerate(missed):
            log.warning("missed", **self._ended(one))
            await _turn(number)

    def _ended(self, one: Settled | Missed) -> dict[str, int | str]:
        """What identifies a delivery that ended without a request; the request is the one it would have been."""
        return {
            "delivery": one.id,
            "occurrence": one.occurrence_id,
            "server": one.server_id,
            "request": nonce_of(self._instance, one.id, one.revision),
        }


async def _turn(number: int) -> None:
    if number % LINES_AT_ONCE == 0:
        await asyncio.sleep(0)
