"""Whose turn it is: three classes of requests, each first come, first served."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from itertools import chain
from typing import Generic, TypeVar

T = TypeVar("T")


class Urgency(IntEnum):
    """What a request is for."""

    INTERACTION = 0
    """Somebody used the bot and waits for it."""
    DELIVERY = 1
    """A reminder that is due, or a look whether one arrived."""
    REPAIR = 2
    """Whatever has time."""


urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.REPAIR)
"""Of the requests of this task, and of the tasks that it starts."""


@contextmanager
def at_least(wanted: Urgency) -> Iterator[None]:
    """Requests inside the block are as urgent as this, or more if they were before."""
    token = urgency.set(min(wanted, urgency.get()))
    try:
        yield
    finally:
        urgency.reset(token)


class Turns(Generic[T]):
    """Who waits for a turn.

    While both wait, interactions and deliveries take turns: half of the budget is there for interactions, and for
    deliveries as long as none waits. Repairs get what is left, and one turn in `repair_every` seconds in any case.
    """

    def __init__(self, repair_every: float) -> None:
        self._repair_every = repair_every
        self._repair_at = float("-inf")
        self._lines: dict[Urgency, deque[T]] = {each: deque() for each in Urgency}
        self._last = Urgency.REPAIR

    def __bool__(self) -> bool:
        return any(self._lines.values())

    def count(self, urgency: Urgency) -> int:
        """How many of a class wait."""
        return len(self._lines[urgency])

    def waiting(self) -> Iterable[T]:
        """Everyone who waits."""
        return list(chain.from_iterable(self._lines.values()))

    def join(self, urgency: Urgency, one: T) -> None:
        """Wait behind the others of the same class."""
        self._lines[urgency].append(one)

    def leave(self, one: T) -> None:
        """Wait no longer."""
        for line in self._lines.values():
            if one in line:
                line.remove(one)

    def take(self, now: float) -> T:
        """The next, who waits no longer; `now` is in seconds. Somebody must be waiting."""
        chosen = self._chosen(now)
        if chosen is Urgency.REPAIR:
            # On a grid, so that a turn which came late does not put off all that follow.
            kept = max(self._repair_at, now - self._repair_every)
            self._repair_at = min(kept, now) + self._repair_every
        self._last = chosen
        return self._lines[chosen].popleft()

    def _chosen(self, now: float) -> Urgency:
        interactions, deliveries, repairs = (self._lines[each] for each in Urgency)
        if repairs and (now >= self._repair_at or not (interactions or deliveries)):
            return Urgency.REPAIR
        if interactions and not (deliveries and self._last is Urgency.INTERACTION):
            return Urgency.INTERACTION
        return Urgency.DELIVERY
