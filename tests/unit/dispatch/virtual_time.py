"""An event loop whose time passes at once: whoever waits for an hour goes on at its end, with nothing slept."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order, and sets its clock forward to each."""

    def __init__(self) -> None:
        self._now = 1_000.0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        """Seconds, of this loop's own."""
        return self._now

    def pass_by(self, seconds: float) -> None:
        """Let time pass while nothing runs, as on a machine that is busy."""
        self._now += seconds


class _Impatient(selectors.SelectSelector):
    """Where it would wait for a timer it lets the time pass instead."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everyone waits, and for no timer"
        self._loop.pass_by(max(0.0, timeout))
        return super().select(0)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)
