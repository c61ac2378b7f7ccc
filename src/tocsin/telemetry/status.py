"""The address at which a running bot tells `tocsin` and Prometheus how it is: no heartbeat is ever written."""

import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tocsin.telemetry.metrics import CONTENT_TYPE

PATH = "/status"
METRICS_PATH = "/metrics"
_ANSWER_SECONDS = 3


class StatusServer:
    """Answers GET /status with what `report` gives, as JSON, and GET /metrics with what `metrics` gives."""

    def __init__(
        self,
        host: str,
        port: int,
        report: Callable[[], dict[str, Any]],
        metrics: Callable[[], Awaitable[bytes]],
    ) -> None:
        self._host = host
        self._port = port
        self._report = report
        self._metrics = metrics
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; returns the port, which matters where 0 was asked for. Raises OSError for a port in use."""
        application = web.Application()
        application.router.add_get(PATH, self._answer)
        application.router.add_get(METRICS_PATH, self._answer_metrics)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        port: int = self._runner.addresses[0][1]
        return port

    async def _answer(self, _request: web.Request) -> web.Response:
        return web.json_response(self._report())

    async def _answer_metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), headers={"Content-Type": CONTENT_TYPE})

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()


def ask(host: str, port: int | None) -> tuple[dict[str, Any] | None, str | None]:
    """What the running bot says of itself at its status address, or why it cannot be asked."""
    if not port:
        return None, "not told: the settings name no status.port"
    address = f"http://{host}:{port}{PATH}"
    try:
        with urllib.request.urlopen(address, timeout=_ANSWER_SECONDS) as answer:
            told = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError) as error:
        return None, f"no answer at {address}: {error}"
    return (told, None) if isinstance(told, dict) else (None, f"no status at {address}")
