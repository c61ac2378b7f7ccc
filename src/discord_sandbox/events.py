"""What happens in the world, told to whoever listens: gateway sessions and watching people."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from discord_sandbox.model import Channel, Guild, Json, Message

_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
# What `_ENCODER.encode` would make anew for every call.
_MAKE: Any = getattr(json.encoder, "c_make_encoder", None)
_WRITE: Any = _MAKE and _MAKE(
    None,
    _ENCODER.default,
    json.encoder.encode_basestring_ascii,
    None,
    ":",
    ",",
    False,
    False,
    True,
)


def encode(value: Any) -> str:
    """The value as JSON without spaces."""
    if _WRITE is None:  # Not CPython.
        return _ENCODER.encode(value)
    return "".join(_WRITE(value, 0))


def encode_message(shaped: Json, author: bytes) -> bytes:
    """A message object as JSON, its author being written out already.

    Authors seldom change, and are a third of what there is to write of a message.
    """
    rest = shaped.copy()
    del rest["author"]
    return b'{"author":' + author + b"," + encode(rest).encode()[1:]


class Encoded(dict[str, Any]):
    """JSON that has been written out already, as `raw`; it must not be changed any more."""

    __slots__ = ("raw",)

    def __init__(self, data: Json, raw: bytes) -> None:
        super().__init__(data)
        self.raw = raw


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
    _text: str | None = field(default=None, init=False)

    @property
    def data(self) -> Json:
        if callable(self.source):
            self.source = self.source()
        return self.source

    def text(self) -> str:
        """`data` as JSON, encoded once for all who get it."""
        if self._text is None:
            self._text = encode(self.data)
        return self._text


Listener = Callable[[Event], None]


class Bus:
    """Calls every listener with every event, in order, at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    @property
    def idle(self) -> bool:
        """Whether nobody listens, so that nothing need be shaped."""
        return not self._listeners

    def publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
