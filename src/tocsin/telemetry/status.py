"""The loopback address at which a running bot tells how it is: no heartbeat is ever written."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

PATH = "/status"


class StatusServer:
    """Answers GET /status with what `report` gives, as JSON."""

    def __init__(self, host: str, port: int, report: Callable[[], dict[str, Any]]) -> None:
        self._host = host
        self._port = port
        self._report = report
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; returns the port, which matters where 0 was asked for. Raises OSError for a port in use."""
        application = web.Application()
        application.router.add_get(PATH, self._answer)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        port: int = self._runner.addresses[0][1]
        return port

    async def _answer(self, _request: web.Request) -> web.Response:
        return web.json_response(self._report())

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
