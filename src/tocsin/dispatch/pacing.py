"""One budget for the whole bot, taken where a request really leaves."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from tocsin.dispatch.limited import Limited
from tocsin.dispatch.refusals import Caution
from tocsin.dispatch.turns import Turns, Urgency, urgency
from tocsin.errors import TocsinError

AHEAD = 0.2
"""For how many seconds' worth of turns deliveries are claimed: what is claimed and has not left is hardly more.

By as much may turns be made up for that came late because the machine was busy."""
LAPSE = 1.0
"""Seconds after which a claim that has not asked for its turn is no longer counted upon: its channel is limited."""
MARGIN = 0.015
"""Seconds by which the window is made longer, because arrivals are less even than departures."""
REPAIR_EVERY = 0.5
SHORT_LIMIT = 1.0
"""Seconds of a limit that are waited for in silence."""
LONGEST_LIMIT = 30.0
"""Seconds of a limit for which a request waits; discord.py waits as long."""
SHORTEST = 0.001
"""Seconds below which it is not worth while to look again."""

TOO_MANY_REFUSALS = (
    "Discord has refused so many requests within ten minutes that I make no more until they are fewer: it would ban "
    "me for an hour. Please try again in some minutes."
)
LIMITED = (
    "Discord has told me to make no requests for {seconds:.0f} seconds. Please try again then."
)
_OPEN = "/users/@me/channels"
_LOG_IN = frozenset(
    {"/users/@me", "/applications/@me", "/oauth2/applications/@me", "/gateway", "/gateway/bot"}
)
"""Asked at the start and when the gateway is lost: few, paused in between, and nothing goes without them."""


class Withheld(TocsinError):
    """A request was not let out."""


@dataclass(slots=True)
class Errand:
    """One delivery on its way; once it is revoked no request for it leaves, not a repeat either.

    `deadline` is a reading of the monotonic clock in seconds; `departures` counts the requests that left.
    """

    delivery_id: int
    deadline: float
    revoked: bool = False
    departures: int = 0


errand: ContextVar[Errand | None] = ContextVar("errand", default=None)


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request that would leave."""

    errand: Errand | None
    path: str
    turn: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


def is_exempt(path: str) -> bool:
    """Whether Discord leaves a request out of the global limit: interaction callbacks and their follow-ups.

    Source: Discord's documentation of rate limits. Webhook paths carry a token after the id.
    """
    return "/interactions/" in path or "/webhooks/" in path


def _is_too_bold(path: str, caution: Caution) -> bool:
    """Whether so many refusals forbid the request."""
    if caution is Caution.PROVEN_ONLY:
        return path == _OPEN and urgency.get() is Urgency.REPAIR
    return caution is Caution.NOTHING


class Pacer:
    """Spaces requests evenly, without a burst, with an empty budget at start; whose turn it is, `Turns` says.

    Turns are `1 / rate` seconds apart, and never more than `rate` of them in any second. `rate` is None for no
    limit at all, as a sandbox may allow. `requests` and `answers`, these by HTTP status, are counted from the start.
    """

    def __init__(
        self,
        rate: float | None,
        monotonic: Callable[[], float],
        note_answer: Callable[[int, str | None], None] = lambda _status, _scope: None,
        caution: Callable[[], Caution] = lambda: Caution.NONE,
    ) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._gap = 0.0 if rate is None else (1.0 + MARGIN) / rate
        self._next = monotonic()
        self._left: deque[float] = deque(maxlen=max(1, int(rate or 1)))
        self._turns: Turns[_Waiting] = Turns(max(REPAIR_EVERY, 2 * self._gap))
        self._promised: deque[float] = deque()
        self._going: _Waiting | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.stopped: str | None = None
        self.requests = 0
        self.answers: Counter[int] = Counter()
        self._note_answer = note_answer
        self._caution = caution
        self._limited = Limited()

    async def reserve(self, limit: int) -> int:
        """How many deliveries may be claimed now, from 1 to `limit`; waits until their turns are near.

        It is 0 while Discord has told the whole bot to wait, unless that is soon over.
        """
        # Not an event: room comes with time, and nothing tells of it.
        while (wait := max(self.limited_for(), self._busy_for() - AHEAD / 2)) > 0:
            if self.limited_for() > SHORT_LIMIT:
                return 0
            await asyncio.sleep(max(min(wait, SHORT_LIMIT), SHORTEST))
        if self._rate is None:
            return limit
        self._save_nothing_up()
        count = max(1, min(limit, int((AHEAD - self._busy_for()) / self._gap)))
        self._promised.extend([self._monotonic()] * count)
        return count

    def give_back(self, count: int) -> None:
        """So many that were reserved are not going to be used."""
        for _ in range(min(count, len(self._promised))):
            self._promised.pop()

    def _owed(self) -> int:
        """How many deliveries wait for their turn, or are about to."""
        lapsed = self._monotonic() - LAPSE
        while self._promised and self._promised[0] <= lapsed:
            self._promised.popleft()
        return len(self._promised) + self._turns.count(Urgency.DELIVERY)

    def _busy_for(self) -> float:
        """In how many seconds all these will have had their turns."""
        if self._rate is None:
            return 0.0
        now = self._monotonic()
        return max(self._next, now - AHEAD) - now + self._owed() * self._gap

    async def leaving(self, _method: str, path: str) -> None:
        """Called where a request would leave; returns when it may. Raises Withheld when it must not."""
        if self.stopped is not None:
            raise Withheld(self.stopped)
        if is_exempt(path):
            return
        current = errand.get()
        self._check(current, path)
        if self._rate is None:
            await self._limit(current, path)
        else:
            await self._turn(current, path)
        if current is not None:
            current.departures += 1
        self.requests += 1

    async def _limit(self, current: Errand | None, path: str) -> None:
        """Wait until Discord's limit is over, where nothing else is waited for."""
        while (limited := self.limited_for()) > 0:
            await asyncio.sleep(limited)
            self._check(current, path)

    def _check(self, current: Errand | None, path: str) -> None:
        """Raise Withheld if the request must not leave."""
        if self.stopped is not None:
            raise Withheld(self.stopped)
        limited = self.limited_for()
        if limited > LONGEST_LIMIT:
            raise Withheld(LIMITED.format(seconds=limited))
        if path not in _LOG_IN and _is_too_bold(path, self._caution()):
            raise Withheld(TOO_MANY_REFUSALS)
        if current is None:
            return
        if current.revoked:
            raise Withheld("it was revoked")
        if self._monotonic() + limited > current.deadline:
            raise Withheld("its claim is too old for another request")

    async def _turn(self, current: Errand | None, path: str) -> None:
        """Wait until the request's turn has come. Raises Withheld when it must not leave any more."""
        self._save_nothing_up()
        if current is not None and not current.departures and self._promised:
            self._promised.popleft()
        one = _Waiting(current, path)
        self._turns.join(urgency.get() if current is None else Urgency.DELIVERY, one)
        self._let_out()
        try:
            await one.turn
            # Whoever unsubscribed while it waited has been answered by now.
            self._check(current, path)
            now = self._monotonic()
            self._next = max(self._next, now - AHEAD) + self._gap
            self._left.append(now)
        except asyncio.CancelledError:
            self._turns.leave(one)
            raise
        finally:
            if self._going is one:
                self._going = None
                self._let_out()

    def _save_nothing_up(self) -> None:
        """Turns may be late, and are made up for then; but none are due from a time in which nobody waited."""
        if not self._turns and not self._owed():
            self._next = max(self._next, self._monotonic())

    def _let_out(self) -> None:
        """Give the next their turn, or see to it that they get it in time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # One after the other: when it really left is known only once it did.
        if self._going is not None or not self._turns:
            return
        now = self._monotonic()
        if (delay := self._opens_at() - now) > 0:
            self._timer = asyncio.get_running_loop().call_later(delay, self._let_out)
            return
        one = self._turns.take(now)
        if one.turn.done():  # it was given up, and does not know yet
            self._let_out()
            return
        self._going = one
        one.turn.set_result(None)

    def _opens_at(self) -> float:
        """When the next request may leave: evenly, and never one too many within a second."""
        opens = self._next
        if self._left:
            # What was late is made up for at twice the pace, and not in a heap.
            opens = max(opens, self._left[-1] + self._gap / 2)
        if len(self._left) == self._left.maxlen:
            opens = max(opens, self._left[0] + 1.0 + MARGIN)
        return opens

    def answered(self, _method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        """Called with each answer: what counts towards the ban is counted, and a limit of the whole bot obeyed."""
        self.answers[status] += 1
        self._note_answer(status, headers.get("X-RateLimit-Scope"))
        if (
            status == 429
            and not is_exempt(path)
            and self._limited.note(path, headers, self._monotonic())
        ):
            self._next = max(self._next, self._limited.until)
            self.withhold()

    def limited_for(self) -> float:
        """For how many seconds Discord has told the whole bot to wait, 0 if it has not."""
        return max(0.0, self._limited.until - self._monotonic())

    def withhold(self) -> None:
        """Look again who of those that wait may leave at all: something was revoked, or Discord set a limit."""
        for one in self._turns.waiting():
            try:
                self._check(one.errand, one.path)
            except Withheld as reason:
                self._turns.leave(one)
                if not one.turn.done():  # else it was given up, and does not know yet
                    one.turn.set_exception(reason)

    def stop(self, reason: str) -> None:
        """Let nothing more leave: the token is invalid."""
        self.stopped = reason
        self.withhold()
