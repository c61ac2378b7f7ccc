"""One WebSocket of a bot: hello, identify or resume, heartbeats, and the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from discord_sandbox.faults import Fault
from discord_sandbox.gateway.compression import Compression
from discord_sandbox.gateway.session import Session
from discord_sandbox.model import Json
from discord_sandbox.wire import decode, encode

if TYPE_CHECKING:
    from discord_sandbox.gateway.hub import Hub

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS = 1, 2, 3, 4, 6, 7, 8
SOUNDS = 31
INVALID_SESSION, HELLO, ACK = 9, 10, 11
_STRUCK = {HEARTBEAT: "HEARTBEAT", IDENTIFY: "IDENTIFY", RESUME: "RESUME"}
"""What a fault can take of what a client sends."""
HEARTBEAT_MS = 41_250
ACK_AFTER_S = 0.02
EVENTS_PER_MINUTE = 120

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, RATE_LIMITED, TIMED_OUT = 4005, 4008, 4009


class Close(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code} {reason}")


class Connection:
    """Reads what the client sends; a second task writes what its session collects."""

    def __init__(
        self, hub: Hub, socket: web.WebSocketResponse, compression: Compression | None
    ) -> None:
        self.session: Session | None = None
        self._hub = hub
        self._socket = socket
        self._compression = compression
        self._writer: asyncio.Task[None] | None = None
        self._beat_timer: asyncio.TimerHandle | None = None
        self._received: deque[float] = deque()
        self._ended: asyncio.Future[Close] | None = None
        self._lock = asyncio.Lock()

    async def run(self) -> None:
        """Serve the connection until either side ends it."""
        self._ended = asyncio.get_running_loop().create_future()
        try:
            await self._send(encode({"op": HELLO, "d": self._hello(), "s": None, "t": None}))
            self._expect_heartbeat()
            await self._read_until_ended()
        except Close as end:
            await self._socket.close(code=end.code, message=end.reason.encode())
        finally:
            await self._stop()

    async def _read_until_ended(self) -> None:
        assert self._ended is not None
        while True:
            reading = asyncio.ensure_future(self._socket.receive())
            both: set[asyncio.Future[Any]] = {reading, self._ended}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if self._ended.done():
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading
                raise self._ended.result()
            message = reading.result()
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            await self._receive(message.data)

    def end(self, code: int, reason: str) -> None:
        """Close the connection from our side."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(Close(code, reason))

    def cut(self, fault: Fault) -> None:
        """End the connection as a fault orders: with its code, or without a word."""
        if fault.code is not None:
            self.end(fault.code, fault.message or "It was ordered.")
            return
        transport = self._socket._req.transport if self._socket._req is not None else None
        if transport is not None:
            transport.abort()

    def _hello(self) -> Json:
        return {"heartbeat_interval": HEARTBEAT_MS, "_trace": ['["sandbox"]']}

    async def _receive(self, data: str | bytes) -> None:
        try:
            payload = decode(data)
            op, body = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            raise Close(DECODE_ERROR, "The payload could not be read.") from None
        self._count()
        if op in _STRUCK and await self._struck(_STRUCK[op], body):
            return
        if op == HEARTBEAT:
            await self._heartbeat(body)
            return
        if op in (IDENTIFY, RESUME):
            if self.session is not None:
                raise Close(ALREADY_AUTHENTICATED, "Already authenticated.")
            await (self._identify if op == IDENTIFY else self._resume)(body)
            return
        if op not in (PRESENCE, VOICE, MEMBERS, SOUNDS):
            raise Close(UNKNOWN_OPCODE, f"Unknown opcode {op}.")
        if self.session is None:
            raise Close(NOT_AUTHENTICATED, "Not authenticated.")
        asked = {
            PRESENCE: self._hub.set_presence,
            VOICE: self._hub.set_voice,
            MEMBERS: self._hub.send_members,
            SOUNDS: self._hub.send_sounds,
        }
        asked[op](self.session, body)

    async def _struck(self, name: str, body: Any) -> bool:
        """Whether a fault took what the client sent, and did what it orders."""
        token = body.get("token") if isinstance(body, dict) else None
        if self.session is None and name == "HEARTBEAT":
            return False  # nobody knows yet whose it is
        fault = self._hub.sent(name, token, self.session)
        if fault is None:
            return False
        if fault.kind == "gateway_drop":
            self.cut(fault)
        elif fault.kind == "gateway_reconnect":
            await self._send(encode({"op": RECONNECT, "d": None, "s": None, "t": None}))
        elif fault.kind == "gateway_invalid_session":
            await self._invalidate(resumable=fault.resumable)
        return True

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        self._received.append(now)
        while self._received[0] < now - 60:
            self._received.popleft()
        if len(self._received) > EVENTS_PER_MINUTE:
            raise Close(RATE_LIMITED, "Rate limited.")

    async def _heartbeat(self, seq: Any) -> None:
        self._expect_heartbeat()
        if self.session is None:
            await self._send(encode({"op": ACK, "d": None, "s": None, "t": None}))
            return
        self.session.acknowledge(seq)
        # Not at once, as over no real network: discord.py notes when it sent a heartbeat only after that,
        # takes a quicker answer for one to the heartbeat before, and warns of a connection 41 s behind.
        asyncio.get_running_loop().call_later(ACK_AFTER_S, self.say, ACK, None)

    def _expect_heartbeat(self) -> None:
        """A client that stays silent for two intervals is a zombie."""
        if self._beat_timer is not None:
            self._beat_timer.cancel()
        self._beat_timer = asyncio.get_running_loop().call_later(
            2 * HEARTBEAT_MS / 1000, self.end, TIMED_OUT, "Session timed out."
        )

    async def _identify(self, body: Any) -> None:
        session = self._hub.identify(body)
        if session is None:
            await self._invalidate()
            return
        self._carry(session)
        self._hub.send_ready(session)

    async def _resume(self, body: Any) -> None:
        session = self._hub.resume(body)
        if session is None:
            await self._invalidate()
            return
        self._carry(session)
        session.replay(body["seq"])
        session.dispatch("RESUMED", b'{"_trace":[]}')

    async def _invalidate(self, *, resumable: bool = False) -> None:
        await self._send(encode({"op": INVALID_SESSION, "d": resumable, "s": None, "t": None}))

    def _carry(self, session: Session) -> None:
        self.session = session
        session.connect()
        self._hub.connected(session, self)
        self._writer = asyncio.ensure_future(self._write(session))

    async def _write(self, session: Session) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                for whole in await session.unsent():
                    await self._send(whole)

    async def _send(self, whole: bytes) -> None:
        # A stream's messages must leave in the order in which they were compressed.
        async with self._lock:
            if self._socket.closed:
                return
            if self._compression is None:
                await self._socket.send_frame(whole, WSMsgType.TEXT)
            else:
                await self._socket.send_bytes(self._compression.compress(whole))

    def say(self, op: int, data: Any) -> None:
        """Send something other than an event, after the events that went before it."""
        if self.session is not None:
            self.session.push(encode({"op": op, "d": data, "s": None, "t": None}))

    async def _stop(self) -> None:
        if self._beat_timer is not None:
            self._beat_timer.cancel()
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        if self.session is not None:
            ended = self._socket.close_code in (1000, 1001)
            self._hub.disconnected(self.session, self, for_good=ended)
