"""What really happened to the requests behind one call of discord.py, which repeats some of them by
itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Flight:
    """The tries behind one call, in order: each answer's status, None where none came (yet)."""

    tries: list[int | None] = field(default_factory=list)

    @property
    def left(self) -> bool:
        """Whether any request left this process."""
        return bool(self.tries)

    def may_have_arrived(self, *, before_last: bool = False) -> bool:
        """Whether a try may have been carried out though nobody heard of it: no answer, or an error
        of the server.
        """
        tries = self.tries[:-1] if before_last else self.tries
        return any(status is None or status >= 500 for status in tries)


_current: ContextVar[Flight | None] = ContextVar("flight", default=None)


@contextmanager
def flight() -> Iterator[Flight]:
    """Watch the requests that leave in this task inside the block."""
    watched = Flight()
    token = _current.set(watched)
    try:
        yield watched
    finally:
        _current.reset(token)


def departed() -> None:
    """A request leaves now."""
    watched = _current.get()
    if watched is not None:
        watched.tries.append(None)


def answered(status: int) -> None:
    """The request that left last was answered."""
    watched = _current.get()
    if watched is not None and watched.tries:
        watched.tries[-1] = status
