"""Watching: events over a WebSocket, to one member or of everything."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from aiohttp import WSMsgType, web

from discord_sandbox.backend import Backend
from discord_sandbox.control.looking import unread
from discord_sandbox.events import Event
from discord_sandbox.model import User
from discord_sandbox.wire import encode


class Watcher:
    """One open WebSocket: what happens is queued, and a task writes it out."""

    def __init__(self, backend: Backend, user: User | None) -> None:
        self._backend = backend
        self._user = user
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Take the event if this watcher may see it."""
        user = self._user
        if user is None:
            self._say(event.type, event.written())
            return
        if event.type == "INTERACTION_CREATE":
            return
        if not self._backend.world.concerns(event, user.id):
            return
        self._say(event.type, event.written())
        if event.type == "MESSAGE_CREATE" and event.channel is not None:
            data = {
                "channel_id": str(event.channel.id),
                "count": unread(event.channel, user),
            }
            self._say("UNREAD", encode(data))

    def _say(self, event_type: str, data: bytes) -> None:
        self._queue.append(b'{"t":"%b","d":%b}' % (event_type.encode(), data))
        self._wake.set()

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Serve the socket until the other side closes it."""
        bus = self._backend.world.bus
        bus.listen(self.offer)
        writer = asyncio.ensure_future(self._write(socket))
        try:
            # Whoever opens the socket knows by this frame that nothing will be missed after it.
            self._say("WATCHING", encode({"now_ms": self._backend.clock.now_ms()}))
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            bus.unlisten(self.offer)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer

    async def _write(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await socket.send_frame(self._queue.popleft(), WSMsgType.TEXT)
