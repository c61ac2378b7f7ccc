"""Claims what is due, hands it to the messenger, and records what came of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.clock import Clock, jitter
from tocsin.dispatch.breaker import Breaker
from tocsin.dispatch.decision import decide
from tocsin.dispatch.journal import Journal
from tocsin.dispatch.messenger import Card, Messenger, message_for
from tocsin.dispatch.outcome import NotSent, Outcome, Refused, Scope, Unknown
from tocsin.dispatch.pacing import SHORT_LIMIT, Errand, Pacer, errand
from tocsin.dispatch.refusals import Caution, Refusals
from tocsin.dispatch.skew import HELP as SKEW_HELP
from tocsin.dispatch.skew import Skew
from tocsin.reminders.delivery import Kind, RecipientKind
from tocsin.reminders.plan import STAGE_AHEAD
from tocsin.store.cards import cards
from tocsin.store.claims import Claimed, Claims, Restraint, claim, next_ready
from tocsin.store.dm_channels import resume
from tocsin.store.engine import Connection, Store
from tocsin.store.facts import set_fact
from tocsin.store.outcomes import Sent, Setback, any_expired, expire, record_sent, record_setbacks
from tocsin.store.rehearsal import over_tests, remove_tests
from tocsin.telemetry.logs import get_logger

BATCH = 200
MOST_IN_FLIGHT = 400
STARTED_AT_ONCE = 10
"""So that the first of a hundred are on their way while the others are still made ready."""
PATIENCE = 30.0
"""Seconds after its claim in which a request for it may still leave."""
UNSUBSCRIBE_WAIT = 2.0
LOOK_AGAIN = 30.0
LOOK_WHILE_HELD = 1.0
SWEEP_EVERY = 10.0
REFUSALS_KEPT_AS = "refusals"
TOO_MANY_REFUSALS = "too many refusals in ten minutes"
LIMITED = "Discord limits the whole bot"
CLOCK_OFF = "the clock differs from Discord's"
_HELP_WITH = {
    TOO_MANY_REFUSALS: "Discord bans an address at 10,000. Sending goes on by itself as the minutes pass.",
    LIMITED: "It goes on by itself. If that comes again, see whether another program uses the same token or address.",
    CLOCK_OFF: SKEW_HELP,
}

log = get_logger("tocsin.dispatch")


@dataclass(slots=True)
class InFlight:
    """A delivery that is claimed and whose outcome is not recorded yet."""

    claimed: Claimed
    errand: Errand
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Ended:
    """What a send gave, waiting to be recorded with its neighbours in one transaction."""

    claimed: Claimed
    outcome: Outcome
    ends_at: datetime
    noted: bool = False


def _claim_with_cards(
    connection: Connection,
    now: datetime,
    worker: str,
    limit: int,
    *,
    restraint: Restraint,
    second_look: bool,
) -> tuple[Claims, dict[int, Card]]:
    claims = claim(connection, now, worker, limit, restraint=restraint, second_look=second_look)
    ids = {one.occurrence_id for one in claims.taken}
    found = cards(connection, ids) if ids else {}
    return claims, {key: Card(**values) for key, values in found.items()}


class Members(asyncio.Queue[int]):
    """Ids of members in the order in which they were first put, each once however often it is put."""

    def _init(self, maxsize: int) -> None:  # noqa: ARG002 - as asyncio.Queue calls it
        self._queue: dict[int, None] = {}

    def _put(self, item: int) -> None:
        self._queue.setdefault(item)

    def _get(self) -> int:
        item = next(iter(self._queue))
        del self._queue[item]
        return item


class Dispatcher:
    """The loop from `pending` to an outcome.

    It holds no more claims than the budget's next moments can send, and never cancels a request.
    `unopened` receives the ids of members whose DM channel has to be opened first.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        pacer: Pacer,
        messenger: Messenger,
        worker: str,
        instance: str,
        refusals: Refusals,
    ) -> None:
        self._store = store
        self._clock = clock
        self._pacer = pacer
        self._messenger = messenger
        self.worker = worker
        self.instance = instance
        self.journal = Journal(instance)
        self.second_look = True
        self.refusals = refusals
        self.breaker = Breaker()
        self.skew = Skew(clock)
        self.in_flight: dict[int, InFlight] = {}
        self.unopened = Members()
        self.sent = 0
        self.hungry = False
        self._ended: asyncio.Queue[_Ended] = asyncio.Queue()
        self._woken = asyncio.Event()
        self._open = asyncio.Event()
        self._finishing = False
        self._room = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Something may have become due."""
        self._woken.set()

    def open(self) -> None:
        """Begin, or go on, claiming; not once Discord has refused the token, or this process is about to end."""
        if not self._finishing and self._pacer.stopped is None:
            self._open.set()

    def hold(self) -> None:
        """Claim nothing until `open` is called; what is in flight goes on."""
        self._open.clear()

    def held(self) -> str | None:
        """Why nothing is claimed for now, though it may be due."""
        if self.skew.holds():
            return CLOCK_OFF
        if self._pacer.limited_for() > SHORT_LIMIT:
            return LIMITED
        refused = self.refusals.caution(self._clock.now()) is Caution.NOTHING
        return TOO_MANY_REFUSALS if refused else None

    async def run(self) -> None:
        """Claim and send, for ever."""
        while True:
            await self._open.wait()
            await self._wait_for_room()
            if reason := self.held():
                log.error("held", reason=reason, help=_HELP_WITH[reason])
                while self.held():
                    await self._clock.wait(None, asyncio.Event(), at_most=LOOK_WHILE_HELD)
                continue
            await self.skew.certain()
            claims = await self._claim_some()
            if claims.more:
                continue
            ready = await self._store.read(next_ready)
            # A snooze may wait for hours: that is no work to be staged behind.
            self.hungry = ready is None or ready > self._clock.now() + STAGE_AHEAD
            await self._clock.wait(ready, self._woken, at_most=LOOK_AGAIN)

    async def _wait_for_room(self) -> None:
        while len(self.in_flight) >= MOST_IN_FLIGHT:
            self._room.clear()
            await self._room.wait()

    async def _claim_some(self) -> Claims:
        """Room in the budget first, then the claim, then the requests, each in its turn."""
        room = await self._pacer.reserve(min(BATCH, MOST_IN_FLIGHT - len(self.in_flight)))
        if not room:
            return Claims([], [], [], more=True)
        async with self._claiming:
            if not self._open.is_set():
                # Held while the budget was waited for: the planner catches up, or the end has come.
                self._pacer.give_back(room)
                return Claims([], [], [], more=True)
            dms = self._room_for_dms()
            claims, found = await self._store.write(
                _claim_with_cards,
                self._clock.now(),
                self.worker,
                min(room, dms) if dms else room,
                restraint=self._restraint(dms),
                second_look=self.second_look,
            )
            deadline = self._clock.monotonic() + PATIENCE
            for number, one in enumerate(claims.taken):
                self._start(one, found[one.occurrence_id], deadline)
                if number % STARTED_AT_ONCE == STARTED_AT_ONCE - 1:
                    await asyncio.sleep(0)
        self._pacer.give_back(room - len(claims.taken))
        for member_id in claims.unopened:
            self.unopened.put_nowait(member_id)
        await self.journal.claimed(claims.taken)
        await self.journal.settled(claims.settled)
        return claims

    def _room_for_dms(self) -> int | None:
        dms = sum(
            flight.claimed.recipient_kind == RecipientKind.MEMBER
            for flight in self.in_flight.values()
        )
        return self.breaker.room(self._clock.now(), dms)

    def _restraint(self, dms: int | None) -> Restraint:
        proven_only = self.refusals.caution(self._clock.now()) is Caution.PROVEN_ONLY
        return Restraint(no_dms=dms == 0, proven_only=proven_only)

    def _start(self, claimed: Claimed, card: Card, deadline: float) -> None:
        flight = InFlight(claimed, Errand(claimed.id, deadline, revoked=self._finishing))
        self.in_flight[claimed.id] = flight
        task = asyncio.create_task(self._send(flight, card), name=f"delivery-{claimed.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, flight: InFlight, card: Card) -> None:
        claimed = flight.claimed
        errand.set(flight.errand)
        outcome = await self._try(flight, card)
        if isinstance(outcome, NotSent) and flight.errand.departures:
            # An earlier request for it did leave: withholding the repeat proves nothing.
            outcome = Unknown(outcome.reason)
        self._ended.put_nowait(_Ended(claimed, outcome, card.ends_at))

    async def _try(self, flight: InFlight, card: Card) -> Outcome:
        try:
            return await self._messenger.send(
                message_for(flight.claimed, card, self.instance, flight.errand.deadline)
            )
        except Exception as error:  # whatever went wrong, the delivery must not be lost with it
            log.exception("the messenger failed", delivery=flight.claimed.id)
            return Unknown(f"a defect: {type(error).__name__}")

    async def record(self) -> None:
        """Write outcomes, as many as have come in one transaction, for ever."""
        while True:
            ended = [await self._ended.get()]
            while not self._ended.empty() and len(ended) < BATCH:
                ended.append(self._ended.get_nowait())
            try:
                sent, setbacks = await self._record(ended)
            except BaseException:
                for one in ended:
                    self._ended.put_nowait(one)
                raise
            await self.journal.recorded(sent, setbacks, self._clock.now())

    async def _record(self, ended: list[_Ended]) -> tuple[list[Sent], list[Setback]]:
        now = self._clock.now()
        decisions = [
            decide(one.claimed, one.outcome, one.ends_at, now, jitter.random()) for one in ended
        ]
        for one, decision in zip(ended, decisions, strict=True):
            if not one.noted:  # else it could not be recorded the last time
                self.breaker.note(one.claimed, one.outcome, decision, now)
                one.noted = True
        sent = [one for one in decisions if isinstance(one, Sent)]
        setbacks = [self.breaker.spare(one, now) for one in decisions if isinstance(one, Setback)]
        to_resume = tuple(self.breaker.to_resume)
        await self._store.write(_record_all, sent, setbacks, to_resume, self.worker, now)
        self.breaker.resumed()
        self.sent += sum(one.claimed.kind is not Kind.TEST for one in sent)
        for one in ended:
            flight = self.in_flight.pop(one.claimed.id, None)
            if flight is not None:
                flight.done.set()
            if isinstance(one.outcome, Refused) and one.outcome.scope is Scope.BOT:
                self._stop(one.outcome.reason)
        self._room.set()
        if setbacks:
            self.wake()
        return sent, setbacks

    def _stop(self, reason: str) -> None:
        log.error(
            "stopped", reason=reason, help="Check the token in the settings, then start again."
        )
        self._pacer.stop(reason)
        self.hold()

    async def revoke(self, server_id: int, member_id: int) -> int:
        """Keep back what is claimed for the member in the server and has not left.

        Waits up to two seconds for what has; returns how many reminders may still arrive.
        """
        async with self._claiming:
            flights = [
                flight
                for flight in self.in_flight.values()
                if member_id in (flight.claimed.recipient_id, *flight.claimed.members)
                and flight.claimed.server_id == server_id
            ]
        for flight in flights:
            flight.errand.revoked = True
        self._pacer.withhold()
        waits = [asyncio.create_task(flight.done.wait()) for flight in flights]
        if not waits:
            return 0
        _, late = await asyncio.wait(waits, timeout=UNSUBSCRIBE_WAIT)
        for wait in late:
            wait.cancel()
        return len(late)

    async def sweep(self) -> None:
        """End what is of no more use, tests too, for ever; and keep the count of refusals. Looks every ten seconds."""
        never = asyncio.Event()
        while True:
            await self.skew.certain()
            missed = await self._store.read(any_expired, self._clock.now())
            if missed:
                await self.journal.missed(await self._store.write(expire, self._clock.now()))
            over = await self._store.read(over_tests, self._clock.now())
            if over:
                await self._store.write(remove_tests, over)
                log.info("test removed", occurrences=over)
            if self.refusals.changed:
                await self._store.write(set_fact, REFUSALS_KEPT_AS, self.refusals.dump())
            # By the clock as well, so that a step of a sandbox's clock is followed at once.
            then = self._clock.now() + timedelta(seconds=SWEEP_EVERY)
            await self._clock.wait(then, never, at_most=SWEEP_EVERY)

    async def keep_refusals(self) -> None:
        """Keep the count of refusals over a restart, if it has changed."""
        if not self.refusals.changed:
            return
        try:
            await self._store.write(set_fact, REFUSALS_KEPT_AS, self.refusals.dump())
        except BaseException:
            self.refusals.changed = True
            raise

    async def finish(self, patience: float) -> int:
        """Take nothing new and wait up to `patience` seconds for what is in flight; returns what is left."""
        self._finishing = True
        self.hold()
        for flight in self.in_flight.values():
            flight.errand.revoked = True
        self._pacer.withhold()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                async with self._claiming:  # what is being claimed right now counts as well
                    flights = list(self.in_flight.values())
                for flight in flights:
                    await flight.done.wait()
        return len(self.in_flight)


def _record_all(
    connection: Connection,
    sent: list[Sent],
    setbacks: list[Setback],
    to_resume: Sequence[tuple[int, int]],
    worker: str,
    now: datetime,
) -> None:
    if sent:
        record_sent(connection, sent, worker, now)
    if setbacks:
        record_setbacks(connection, setbacks, worker, now)
    if to_resume:
        resume(connection, to_resume, now)
