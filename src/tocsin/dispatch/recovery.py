"""Settles what is in doubt: the channel's history first, then the same nonce again."""

import asyncio
from datetime import datetime, timedelta

from tocsin.clock import Clock, jitter
from tocsin.dispatch.backoff import retry_delay
from tocsin.dispatch.decision import LOOK_AFTER
from tocsin.dispatch.dispatcher import Dispatcher
from tocsin.dispatch.messenger import Messenger, Search, Sighting
from tocsin.dispatch.nonce import token_of
from tocsin.reminders.delivery import Move, RecipientKind
from tocsin.store.claims import Claimed
from tocsin.store.doubts import Doubt, adopt_orphans, list_doubts, look_later, settle_doubt
from tocsin.store.engine import Store
from tocsin.store.outcomes import Sent, record_sent
from tocsin.telemetry.logs import get_logger

BATCH = 50
PAUSE = 1.0
ADOPT_EVERY = 30.0
"""Seconds between two looks for claims that this process itself has lost hold of, by an error in between."""
CLOCKS_APART = timedelta(seconds=60)
"""By how much this clock and Discord's may differ: twice what holds sending up."""

log = get_logger("tocsin.recovery")


class Recovery:
    """Looks at deliveries in doubt, one after the other, while everything else goes on."""

    def __init__(
        self, store: Store, clock: Clock, messenger: Messenger, dispatcher: Dispatcher
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._dispatcher = dispatcher
        self._looks: dict[int, int] = {}
        self._never = asyncio.Event()

    async def adopt(self) -> int:
        """What an earlier process left in `sending` is in doubt. To be awaited before the first claim."""
        orphans = await self._store.write(
            adopt_orphans,
            self._dispatcher.worker,
            self._clock.now(),
            frozenset(self._dispatcher.in_flight),
        )
        if orphans:
            log.warning("in doubt", deliveries=orphans)
        return orphans

    async def run(self) -> None:
        """Settle doubts, for ever. Costs one read a second while there are none."""
        adopted = self._clock.monotonic()
        while True:
            if self._clock.monotonic() - adopted > ADOPT_EVERY:
                await self.adopt()
                adopted = self._clock.monotonic()
            now = self._clock.now()
            doubts = await self._store.read(list_doubts, now, BATCH)
            ripe = [
                one
                for one in doubts
                if one.claimed.claimed_at + LOOK_AFTER <= now
                and one.claimed.id not in self._dispatcher.in_flight
            ]
            for doubt in ripe:
                await self._settle(doubt)
            if not ripe:
                await self._clock.wait(None, self._never, at_most=PAUSE)

    async def _settle(self, doubt: Doubt) -> None:
        claimed = doubt.claimed
        found = await self._messenger.find(
            Search(
                claimed.channel_id,
                token_of(self._dispatcher.instance, claimed.id),
                _since(claimed),
                in_dm=claimed.recipient_kind is RecipientKind.MEMBER,
            )
        )
        now = self._clock.now()
        journal = self._dispatcher.journal
        if isinstance(found, int):
            sent = Sent(claimed, found, claimed.channel_id, "the channel's history", doubt.ends_at)
            await self._store.write(record_sent, [sent], self._dispatcher.worker, now)
            self._dispatcher.sent += 1
            journal.found(sent, now)
        elif found is Sighting.ABSENT:
            await self._store.write(
                settle_doubt, doubt, Move.ABSENT, "not in the channel's history", now
            )
            journal.absent(claimed)
            self._dispatcher.wake()
        elif found is Sighting.UNREADABLE:
            reason = "nobody knows whether it arrived: the channel's history cannot be read"
            await self._store.write(settle_doubt, doubt, Move.UNVERIFIABLE, reason, now)
            journal.unverifiable(claimed, reason)
        else:
            await self._look_later(doubt)
            return
        self._looks.pop(claimed.id, None)

    async def _look_later(self, doubt: Doubt) -> None:
        looks = self._looks[doubt.claimed.id] = self._looks.get(doubt.claimed.id, 0) + 1
        pause = min(retry_delay(looks, jitter.random()), timedelta(minutes=1))
        await self._store.write(look_later, doubt, self._clock.now() + pause)


def _since(claimed: Claimed) -> datetime:
    """From when on it can have been sent, by any of its attempts: none left before it was due."""
    earliest = claimed.claimed_at
    if claimed.attempt > 1:
        earliest = min(earliest, claimed.due_at)
    return earliest - CLOCKS_APART
