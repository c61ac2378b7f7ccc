"""Stages firings shortly before they are due, and makes good what was due while nothing ran."""

import asyncio
from datetime import datetime, timedelta

from tocsin.clock import Clock
from tocsin.dispatch.dispatcher import Dispatcher
from tocsin.reminders.plan import STAGE_AHEAD
from tocsin.store.engine import ChangeWatch, Store
from tocsin.store.restaging import fold_late
from tocsin.store.staging import Staged, due_unstaged, next_firing, stage
from tocsin.telemetry.logs import get_logger

WATCH = 0.5
"""Seconds between two looks at whether another process has written: one PRAGMA, microseconds."""

log = get_logger("tocsin.plan")


class Planner:
    """Sleeps until the next firing that is not staged, and is woken by every commit that could bring one forward."""

    def __init__(
        self, store: Store, clock: Clock, dispatcher: Dispatcher, grace: timedelta
    ) -> None:
        self._store = store
        self._clock = clock
        self._dispatcher = dispatcher
        self._grace = grace
        self._sent = 0
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A firing may have come nearer."""
        self._woken.set()

    async def run(self) -> None:
        """Catch up, then stage what comes near, for ever."""
        watch = ChangeWatch(self._store)
        try:
            # Read around everything that takes time, staging too: no jump falls between two readings.
            last = _Reading.take(self._clock)
            await self.catch_up()
            while True:
                await self._wait_for_change(watch)
                before, last = last, _Reading.take(self._clock)
                if before.jumped(last, self._grace):
                    log.warning("the clock jumped, or this machine slept")
                    await self.catch_up()
                await self._dispatcher.skew.certain()
                while (await self._stage()).more:
                    pass
        finally:
            watch.close()

    async def catch_up(self) -> None:
        """Stage all that is due by now, fold what is late, and only then let the dispatcher go on."""
        self._dispatcher.hold()
        await self._dispatcher.skew.certain()
        while await self._store.read(due_unstaged, self._clock.now()):
            await self._stage(hungry=True)
        now = self._clock.now()
        self._dispatcher.journal.outdated(await self._store.write(fold_late, now, self._grace))
        self._dispatcher.open()
        self._dispatcher.wake()

    async def _stage(self, *, hungry: bool = False) -> Staged:
        # While nothing gets through, to put anybody in line anew would only wear the disk.
        before, self._sent = self._sent, self._dispatcher.sent
        staged = await self._store.write(
            stage,
            self._clock.now(),
            grace=self._grace,
            hungry=hungry or self._dispatcher.hungry,
            flowing=before != self._sent,
        )
        if staged.rows.total():
            self._dispatcher.journal.staged(staged)
            self._dispatcher.wake()
        return staged

    async def _wait_for_change(self, watch: ChangeWatch) -> None:
        """Return when a firing comes near, or when anything was committed that could have changed which."""
        due = await self._store.read(next_firing)
        stage_at = None if due is None else due - STAGE_AHEAD
        if stage_at is not None and stage_at <= self._clock.now():
            # It is open but its next recipients' turn is not near, or the dispatcher has enough.
            stage_at = self._clock.now() + timedelta(seconds=WATCH)
        stepped = self._clock.stepped
        while stepped == self._clock.stepped:
            woken = await self._clock.wait(stage_at, self._woken, at_most=WATCH)
            changed = watch.changed()
            if changed:
                self._dispatcher.wake()
            if woken or changed or (stage_at is not None and self._clock.now() >= stage_at):
                return


class _Reading:
    """The wall clock and the monotonic one at an instant: where they part, time has jumped."""

    def __init__(self, wall: datetime, monotonic: float) -> None:
        self._wall = wall
        self._monotonic = monotonic

    @classmethod
    def take(cls, clock: Clock) -> "_Reading":
        return cls(clock.now(), clock.monotonic())

    def jumped(self, later: "_Reading", grace: timedelta) -> bool:
        passed = timedelta(seconds=later._monotonic - self._monotonic)
        return abs((later._wall - self._wall) - passed) > grace
