"""What is done once in a while: occurrences of the coming days written, those long over forgotten."""

import asyncio
from datetime import time, timedelta

from tocsin.clock import Clock
from tocsin.dispatch.skew import Skew
from tocsin.store.engine import Store
from tocsin.store.events import extend_horizon
from tocsin.store.pruning import prune
from tocsin.telemetry.logs import get_logger

EVERY = timedelta(hours=1)

log = get_logger("tocsin.housekeeping")


class Housekeeper:
    """Keeps the horizon ahead and the past short, in small transactions, an hour apart."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        skew: Skew,
        *,
        horizon: timedelta,
        all_day_at: time,
        retention: timedelta,
    ) -> None:
        self._store = store
        self._clock = clock
        self._skew = skew
        self._horizon = horizon
        self._all_day_at = all_day_at
        self._retention = retention

    async def run(self) -> None:
        """Do what is to be done, for ever; where nothing is, nothing is written."""
        never = asyncio.Event()
        while True:
            # By a clock that is a month ahead everything would be long over, and forgotten.
            await self._skew.certain()
            await self._extend()
            await self._prune()
            await self._clock.wait(self._clock.now() + EVERY, never)

    async def _extend(self) -> None:
        more = True
        while more:
            done = await self._store.write(
                extend_horizon,
                self._clock.now(),
                horizon=self._horizon,
                all_day_at=self._all_day_at,
            )
            more = done.more
            if done.events:
                log.info("horizon extended", events=done.events, occurrences=done.occurrences)
            for title in done.failed:
                log.warning("event not expanded", event_title=title)

    async def _prune(self) -> None:
        more = True
        while more:
            pruned = await self._store.write(prune, self._clock.now(), self._retention)
            more = pruned.more
            if pruned.occurrences or pruned.servers:
                log.info(
                    "pruned",
                    occurrences=pruned.occurrences,
                    deliveries=pruned.deliveries,
                    servers=pruned.servers,
                )
