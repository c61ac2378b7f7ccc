"""The sandbox's events as they come, kept so that a wait can look back to where it began."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TypeVar

import aiohttp

from discord_sandbox.testing.control import Control, Json

T = TypeVar("T")
DEFAULT_TIMEOUT_S = 10.0
_TOLD = 12


class WaitedInVain(AssertionError):
    """What a test waited for did not happen in time; the text tells what did."""


class Frame:
    """One event: its type and its data."""

    __slots__ = ("data", "type")

    def __init__(self, kind: str, data: Json) -> None:
        self.type = kind
        self.data = data

    def summary(self) -> str:
        """The event in one line, for somebody who wonders what happened instead."""
        data = self.data
        if self.type.startswith("MESSAGE_") and "author" in data:
            who = data["author"]["username"]
            flags = f" flags={data['flags']}" if data.get("flags") else ""
            embeds = "".join(f" embed={e.get('title')!r}" for e in data.get("embeds", ()))
            return f"{self.type} by {who}{flags}: {data['content']!r}{embeds}"
        told = {key: value for key, value in data.items() if not isinstance(value, dict | list)}
        return f"{self.type} {told}"


def deleted_in(frame: Frame) -> set[int]:
    """The ids of the messages that a frame says are gone."""
    if frame.type == "MESSAGE_DELETE_BULK":
        return {int(one) for one in frame.data["ids"]}
    return {int(frame.data["id"])} if frame.type == "MESSAGE_DELETE" else set()


class Stream:
    """An open WebSocket of events."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.frames: list[Frame] = []
        self._socket = socket
        self._waiting: list[asyncio.Future[None]] = []
        self._reader = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, control: Control, path: str) -> Stream:
        """Open the events at /sandbox`path`; from here on nothing is missed."""
        url = f"{control.base_url}/sandbox{path}"
        socket = await control.session.ws_connect(url, max_msg_size=0, heartbeat=30)
        stream = cls(socket)
        await stream.wait_for(lambda frame: frame.type == "WATCHING" or None, since=0)
        return stream

    async def close(self) -> None:
        await self._socket.close()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    @property
    def position(self) -> int:
        """Where the stream is now; give it to a wait as `since`."""
        return len(self.frames)

    async def wait_for(
        self,
        pick: Callable[[Frame], T | None],
        *,
        since: int,
        timeout: float = DEFAULT_TIMEOUT_S,
        what: str = "an event",
    ) -> T:
        """What `pick` makes of the first event after `since` of which it makes anything.

        Raises WaitedInVain after `timeout` seconds.
        """
        at = since
        try:
            async with asyncio.timeout(timeout):
                while True:
                    while at < len(self.frames):
                        found = pick(self.frames[at])
                        at += 1
                        if found is not None:
                            return found
                    if self._reader.done():
                        raise WaitedInVain(f"The sandbox ended while {what} was waited for.")
                    arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._waiting.append(arrived)
                    await arrived
        except TimeoutError:
            raise WaitedInVain(self._story(what, timeout, since)) from None

    def _story(self, what: str, timeout: float, since: int) -> str:
        seen = [frame for frame in self.frames[since:] if frame.type != "UNREAD"]
        lines = [f"Waited {timeout:g} s for {what}, in vain."]
        if not seen:
            return f"{lines[0]} Nothing at all happened meanwhile."
        if len(seen) > _TOLD:
            lines.append(f"Of {len(seen)} events the last {_TOLD}:")
        lines += [f"  {frame.summary()}" for frame in seen[-_TOLD:]]
        return "\n".join(lines)

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                payload = json.loads(message.data)
                self.frames.append(Frame(payload["t"], payload["d"]))
                self._notify()
        finally:
            # Waits look at whether the reader is done, which it is only after this.
            asyncio.get_running_loop().call_soon(self._notify)

    def _notify(self) -> None:
        waiting, self._waiting = self._waiting, []
        for arrived in waiting:
            if not arrived.done():
                arrived.set_result(None)
