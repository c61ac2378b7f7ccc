"""A run: bursts of reminders, and in them lives of the bot that end with SIGKILL. See `make faults`."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.faults.bot import Bot, Bots
from tests.faults.judge import Judge, Verdict
from tests.faults.ledger import Ledger
from tests.faults.plan import Hold, Logged, Plan, Strike
from tests.faults.power import Power
from tests.faults.world import NONCE_WINDOW, Call, World

from discord_sandbox.testing import Fault
from tocsin.reminders.delivery import State

QUIET = 0.8
"""Seconds without a word from the bot after which it is seen to what it waits for."""
STUCK = 75
"""So often in a row nothing may happen though it is seen to."""
HELD_AT_MOST = timedelta(seconds=60)
PAST_THE_WINDOW = NONCE_WINDOW + timedelta(seconds=20)


class Stuck(AssertionError):
    """The bot does not go on: the text says what it had told."""


@dataclass(slots=True)
class Tally:
    """What has happened: kills, and how many of them interrupted something."""

    kills: int = 0
    hits: int = 0


class Run:
    """Drives one bot after the other through strikes. `say` is given a line for each kill."""

    def __init__(
        self, world: World, bots: Bots, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.world = world
        self.judge = Judge(world)
        self.ledger = Ledger(world.database)
        self.tally = Tally()
        self.bots = bots
        self._say = say
        self.gone: set[int] = set()
        self.power: Power | None = None
        self._late: list[Fault] = []
        self._stepped = timedelta()

    async def now(self) -> datetime:
        """What time it is for the bot and for its Discord."""
        return await self.world.sandbox.clock.now()

    def owe(self, calls: list[Call], *, posts: frozenset[str] = frozenset()) -> None:
        """These calls are due; those of these titles are posted in the channel, too."""
        for call in calls:
            self.judge.owe(call, post=call.title in posts)

    # --- one life ----------------------------------------------------------------------------

    async def strike(self, strike: Strike, plan: Plan | None = None) -> bool:
        """Let the bot live and kill it. False if all was settled before the moment came; it lives on then."""
        orders = [await self._order(fault) for fault in strike.faults]
        hold = await self._hold(strike.until) if isinstance(strike.until, Hold) else None
        bot = await self._running()
        moment = asyncio.create_task(self._moment(bot, strike.until, hold))
        try:
            struck = await self._watch(bot, moment, patient=strike.patient)
        finally:
            moment.cancel()
            with suppress(asyncio.CancelledError):
                await moment
        if struck:
            # No wait for anything: the instant of the kill, which lies anywhere between two events.
            await asyncio.sleep(strike.linger.total_seconds())
            await bot.end()
            if self.power is not None:
                self.power.cut()
            await self._after_kill(strike, hold, plan)
        for fault in orders:
            # A slow request has its effect before time is stepped: none takes minutes to arrive.
            await self._let_go(fault)
        if hold is not None and hold not in self._late:
            await hold.remove()
        return struck

    async def _running(self) -> Bot:
        if self.power is not None and not self.bots.alive:
            self.power.on()
        return await self.bots.running()

    async def _order(self, order: dict[str, Any]) -> Fault:
        match = dict(order)
        return await self.world.sandbox.fault(match.pop("kind"), **match)

    async def _hold(self, hold: Hold) -> Fault:
        return await self.world.sandbox.fault(
            "hold", stage=hold.stage, count=hold.held, after=hold.skip, **hold.requests
        )

    @staticmethod
    async def _moment(bot: Bot, until: Hold | Logged, hold: Fault | None) -> None:
        """Wait for the moment that a strike names."""
        if isinstance(until, Logged):
            # What earlier strikes saw of this bot does not count; its start does.
            seen = bot.counts[until.event] if bot.counts["running"] else 0
            await bot.logged(until.event, seen + until.times)
        else:
            assert hold is not None
            await hold.wait_struck(until.held)

    async def _watch(
        self, bot: Bot, moment: asyncio.Task[None] | None, *, patient: bool = False
    ) -> bool:
        """Wait for the moment, or until all is settled (False); time is stepped to what the bot waits for."""
        idle = 0
        while moment is None or not moment.done():
            if await self._something(bot, moment):
                assert bot.alive, f"The bot ended by itself:\n{bot.told()}"
                idle = 0
                continue
            idle += 1
            if idle > STUCK:
                raise Stuck(f"Nothing goes on:\n{bot.told()}")
            if bot.counts["running"] and not await self._see_to_it(
                idle, wait=patient or moment is None
            ):
                return bool(len(self.ledger.members(State.SENDING)))
        return True

    @staticmethod
    async def _something(bot: Bot, moment: asyncio.Task[None] | None) -> bool:
        """Whether the bot said something, or the moment came, before it had been quiet for long."""
        if moment is None:
            return await bot.change(QUIET)
        change = asyncio.create_task(bot.change(QUIET))
        await asyncio.wait([change, moment], return_when=asyncio.FIRST_COMPLETED)
        if moment.done():
            moment.result()
            change.cancel()
            return True
        return change.result()

    async def _see_to_it(self, idle: int, *, wait: bool) -> bool:
        """Step the clock to what the quiet bot waits for.

        False if it waits for nothing, or, unless that is to be waited for, only for answers.
        """
        now = await self.now()
        look = self.ledger.look(now)
        if look.over or (look.sending and not wait):
            return False
        if look.next_at is not None and not look.sending:
            # Ever farther where the next instant alone brings nothing about: the bot may wait for more.
            ahead = max(look.next_at - now, timedelta()) + timedelta(
                seconds=0.1 * 2 ** min(idle, 8)
            )
            if self._stepped + ahead > HELD_AT_MOST:
                await self.release_all()
            self._stepped += ahead
            await self.world.sandbox.clock.step(ahead)
        return True

    # --- while it is down --------------------------------------------------------------------

    async def _after_kill(self, strike: Strike, hold: Fault | None, plan: Plan | None) -> None:
        held = await self._held(hold) if hold is not None else 0
        claimed = len(self.ledger.members(State.SENDING))
        look = self.ledger.look(await self.now())
        self.tally.kills += 1
        self.tally.hits += bool(claimed or held)
        stage = f" {strike.until.stage}" if isinstance(strike.until, Hold) and held else ""
        self._say(
            f"kill {self.tally.kills}: claimed {claimed}, held {held}{stage}, in doubt {look.unknown},"
            f" pending {look.pending}"
            + (f"; clock +{strike.step.total_seconds():.0f} s" if strike.step else "")
        )
        late, self._late = self._late, []
        for fault in late:
            await self._let_go(fault)
        if hold is not None:
            if strike.late:
                self._late.append(hold)
                self._stepped = strike.step
            else:
                await self._let_go(hold)
        if strike.step > HELD_AT_MOST or strike.unsubscribe:
            await self.release_all()
        if strike.unsubscribe:
            await self._unsubscribe(strike.unsubscribe, plan)
        if strike.step:
            await self.world.sandbox.clock.step(strike.step)

    async def _held(self, hold: Fault) -> int:
        state = await self.world.sandbox.control.get(f"/faults/{hold.id}")
        return int(state["holding"])

    async def _let_go(self, hold: Fault) -> None:
        """Let held requests through, and wait until they have had their effect."""
        await hold.release()
        while await self._held(hold):
            pass
        await hold.remove()

    async def release_all(self) -> None:
        """Let through whatever is still held from earlier lives."""
        late, self._late = self._late, []
        for hold in late:
            await self._let_go(hold)

    async def _unsubscribe(self, count: int, plan: Plan | None) -> None:
        """Some unsubscribe while nothing is under way: what they were shown by then is all that they may see."""
        members = self.ledger.members(State.SENDING, State.UNKNOWN)
        waiting = self.ledger.members(State.PENDING)
        chosen = members[:count]
        if len(chosen) < count and plan is not None:
            chosen += plan.sample(waiting, count - len(chosen))
        for member_id in chosen:
            seen = await self.judge.seen([member_id])
            self.world.unsubscribe(member_id, await self.now())
            self.judge.has_left(member_id, seen)
            self.gone.add(member_id)

    # --- the end -----------------------------------------------------------------------------

    async def settle(self, *, late: bool = False) -> None:
        """Let the bot work in peace until nothing is owed any more.

        What is still held from earlier lives is let through before or, if `late`, after that.
        """
        if not late:
            await self.release_all()
        bot = await self._running()
        await self._watch(bot, None)
        await self.release_all()

    async def verdict(self) -> Verdict:
        """What the judge says, and a line for each fault it found."""
        verdict = await self.judge.verdict()
        for what, faults in (("lost", verdict.lost), ("repeated", verdict.repeated)):
            for (recipient_id, title), (seen, owed) in faults.items():
                self._say(
                    f"{what}: {recipient_id} saw “{title}” {seen} times instead of {owed.least} to {owed.most}:"
                    f" {self.ledger.story(recipient_id, title)}"
                )
        return verdict
