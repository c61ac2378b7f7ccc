"""What comes due by the sandbox's own clock: one timer, for whatever is next."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

from discord_sandbox.clock import SandboxClock

Key = tuple[str, int]
Act = Callable[[int], int | None]
"""Is given the instant that was set; answers when to be called again, or None."""

LONGEST_SLEEP_S = 3600.0
"""A machine that was suspended, or whose clock was set, is noticed after so long."""


class Agenda:
    """Acts by instant. It costs nothing while nothing is due, however much stands on it.

    A step of the clock does at once, in order, all that is due then: who steps it finds it done.
    """

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, Key]] = []
        self._acts: dict[Key, tuple[int, Act]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_for: int | None = None
        clock.listen(self.look)

    def put(self, key: Key, due_ms: int, act: Act) -> None:
        """Call `act` when it is `due_ms`; what stood there under the key no longer holds."""
        self._acts[key] = (due_ms, act)
        heapq.heappush(self._heap, (due_ms, key))
        if self._heap[0][0] == due_ms:
            self._set_timer()

    def look(self) -> None:
        """Do what is due, and sleep until the next."""
        now_ms = self._clock.now_ms()
        while self._heap and self._heap[0][0] <= now_ms:
            due_ms, key = heapq.heappop(self._heap)
            planned = self._acts.get(key)
            if planned is None or planned[0] != due_ms:
                continue
            del self._acts[key]
            again_ms = planned[1](due_ms)
            if again_ms is not None and key not in self._acts:
                self.put(key, max(again_ms, due_ms + 1), planned[1])
        self._timer_for = None
        self._set_timer()

    def clear(self) -> None:
        """Nothing is to be done any more."""
        self._heap.clear()
        self._acts.clear()
        self._set_timer()

    def _set_timer(self) -> None:
        next_ms = self._heap[0][0] if self._heap else None
        if next_ms is not None and next_ms == self._timer_for:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_for = None
        if next_ms is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # A world is read before the server starts, which looks then.
        wait_s = max(next_ms - self._clock.now_ms(), 0) / 1000
        self._timer = loop.call_later(min(wait_s, LONGEST_SLEEP_S), self.look)
        self._timer_for = next_ms
