"""What happens in the world, told to whoever listens: gateway sessions and watching people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from discord_sandbox.model import Channel, Guild, Json, Message
from discord_sandbox.wire import encode


@dataclass(slots=True)
class Event:
    """One thing that happened, in the shape of the gateway's dispatches.

    It concerns the members of `guild`, or those who can see `channel`, or, where it is given,
    `only` those users; `besides` is left out of any of them. `bots` is False for what no gateway
    session is sent. `source` may be a function, called only when somebody gets the event.
    """

    type: str
    source: Json | Callable[[], Json]
    guild: Guild | None = None
    channel: Channel | None = None
    only: frozenset[int] | None = None
    message: Message | None = None
    bots: bool = True
    besides: int | None = None
    _written: bytes | None = field(default=None, init=False)

    @property
    def data(self) -> Json:
        if callable(self.source):
            self.source = self.source()
        return self.source

    def written(self) -> bytes:
        """`data` as JSON, encoded once for all who get it."""
        if self._written is None:
            self._written = encode(self.data)
        return self._written


Listener = Callable[[Event], None]


class Bus:
    """Calls every listener with every event, in order, at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self.idle = True
        """Whether nobody listens, so that nothing need be shaped."""

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)
        self.idle = False

    def unlisten(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
        self.idle = not self._listeners

    def publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
