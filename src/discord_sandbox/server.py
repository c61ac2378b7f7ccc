"""The server: one port for Discord's API, the gateway, the control API and the page."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from discord_sandbox.attachments import find_attachment
from discord_sandbox.backend import Backend
from discord_sandbox.cdn import serve_picture
from discord_sandbox.control.api import ControlApi
from discord_sandbox.gateway.compression import compression
from discord_sandbox.gateway.connection import Connection
from discord_sandbox.rest.api import RestApi
from discord_sandbox.rest.body import MOST_BYTES
from discord_sandbox.snowflake import parse_snowflake

_MOST_BODY = 64 * 1024 * 1024
"""What is read of any request. Discord's own limit is lower and answered as Discord does; a member's
files come to the control API as base64, a third larger than they are."""
PAGE = Path(__file__).parent / "page"
_VERSIONS = frozenset({"v9", "v10"})
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


class PortInUse(OSError):
    """Something else listens on the port."""


class Server:
    """A sandbox that listens. `base_url` is known once it has been started."""

    def __init__(
        self, backend: Backend | None = None, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.backend = backend or Backend()
        self.base_url = ""
        self._host = host
        self._port = port
        self._rest = RestApi(self.backend)
        self._control = ControlApi(self.backend, host=host)
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Listen. Raises PortInUse."""
        server = web.Server(self._serve, access_log=None, request_factory=_request)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        try:
            await site.start()
        except OSError as problem:
            await self._runner.cleanup()
            if problem.errno == errno.EADDRINUSE:
                raise PortInUse(f"port {self._port}") from None
            raise
        port = self._runner.addresses[0][1]
        named = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host  # noqa: S104
        self.base_url = f"http://{f'[{named}]' if ':' in named else named}:{port}"
        self.backend.set_address(self.base_url)
        # What came due while the world was a file is done now.
        self.backend.world.agenda.look()

    async def stop(self) -> None:
        """Say goodbye to the bots, let go of what is held, and stop listening."""
        self.backend.faults.remove()
        self.backend.hub.close()
        self.backend.interactions.close()
        await self.backend.endpoints.close()
        self.backend.world.agenda.clear()
        await self._control.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _serve(self, request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        path = request.rel_url.raw_path
        segments = path.split("/")
        if "%" in path:
            segments = [unquote(part) for part in segments]
        first = segments[1]
        if first == "api":
            versioned = len(segments) > 2 and segments[2] in _VERSIONS
            return self._rest.serve(request, segments[3 if versioned else 2 :])
        if first == "gateway":
            return self._gateway(request)
        if first == "sandbox":
            return self._control.serve(request, segments[2:])
        if first == "attachments":
            return self._rest.serve_file(request, first, lambda: self._attachment(segments[2:]))
        if first == "cdn":
            world = self.backend.world
            return self._rest.serve_file(request, first, lambda: serve_picture(world, segments[2:]))
        return self._file(segments[1:])

    async def _file(self, segments: list[str]) -> web.StreamResponse:
        return self._page(segments)

    async def _gateway(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            compressed = compression(request.query.get("compress"))
        except ValueError as problem:
            return web.Response(status=400, text=f"There is no compression {problem}.")
        if request.query.get("encoding", "json") != "json":
            return web.Response(
                status=501, text="Only encoding=json is implemented by the sandbox."
            )
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES, compress=False)
        if not socket.can_prepare(request):
            return web.Response(status=426, text="This is the gateway: connect a WebSocket.")
        await socket.prepare(request)
        await Connection(self.backend.hub, socket, compressed).run()
        return socket

    def _attachment(self, segments: list[str]) -> web.Response:
        channel_id, attachment_id = (parse_snowflake(part) or 0 for part in segments[:2])
        found = find_attachment(self.backend.world, channel_id, attachment_id)
        if found is None:
            return web.Response(status=404, text="There is no such file.")
        return web.Response(
            body=found.content,
            headers={
                "Content-Type": found.content_type or "application/octet-stream",
                # What a member uploaded must not run as a page of the sandbox's own.
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
                "Content-Disposition": f"inline; filename*=UTF-8''{quote(found.filename)}",
            },
        )

    @staticmethod
    def _page(segments: list[str]) -> web.StreamResponse:
        name = "/".join(segments) or "index.html"
        found = (PAGE / name).resolve()
        if not found.is_relative_to(PAGE.resolve()) or not found.is_file():
            return web.Response(status=404, text="There is no such page.")
        kind = _TYPES.get(found.suffix, "application/octet-stream")
        return web.Response(
            body=found.read_bytes(),
            headers={"Content-Type": kind, "Cache-Control": "no-cache"},
        )


def _request(*parts: Any) -> web.BaseRequest:
    """A request as `web.Server` makes one, but with bodies of more than its usual 1 MiB."""
    message, payload, protocol, writer, task = parts
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=_MOST_BODY
    )
