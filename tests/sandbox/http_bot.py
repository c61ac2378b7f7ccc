"""A bot that is reached over HTTP and not by the gateway, as anybody might write one."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from discord_sandbox.testing import Sandbox

Json = dict[str, Any]
Answer = Callable[[Json], Awaitable[web.Response]]


class HttpBot:
    """Verifies what it is sent, answers PINGs, and has a test answer everything else."""

    def __init__(self, public_key: str) -> None:
        self.url = ""
        self.pinged = 0
        self.refused = 0
        self.headers: list[Any] = []
        self.received: asyncio.Queue[Json] = asyncio.Queue()
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._answer: Answer = _nothing

    def answers(self, answer: Json | web.Response | Answer) -> None:
        """Answer so from now on: with a response in JSON, or with what is given or made."""

        async def always(_: Json) -> web.Response:
            assert not callable(answer)
            return answer if isinstance(answer, web.Response) else web.json_response(answer)

        self._answer = answer if callable(answer) else always

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.headers.append(request.headers)
        signed = request.headers["X-Signature-Timestamp"].encode() + body
        try:
            self._key.verify(signed, bytes.fromhex(request.headers["X-Signature-Ed25519"]))
        except BadSignatureError:
            self.refused += 1
            return web.Response(status=401)
        given = json.loads(body)
        if given["type"] == 1:
            self.pinged += 1
            return web.json_response({"type": 1})
        self.received.put_nowait(given)
        return await self._answer(given)


async def _nothing(_: Json) -> web.Response:
    return web.Response(status=404)


@contextlib.asynccontextmanager
async def serving(
    serve: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """Serve HTTP at an address of this machine, which is given back."""
    runner = web.ServerRunner(web.Server(serve), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}/interactions"
    finally:
        await runner.cleanup()


async def outgoing(sandbox: Sandbox) -> list[Json]:
    """The record of what was sent to endpoints."""
    rows = await sandbox.requests()
    return [row for row in rows if row["route"] == "POST interactions_endpoint_url"]


async def form(response: Json, **files: bytes) -> web.Response:
    """A response with files beside it."""
    whole = aiohttp.MultipartWriter("form-data")
    part = whole.append_json(response)
    part.set_content_disposition("form-data", name="payload_json")
    for at, (name, content) in enumerate(files.items()):
        part = whole.append(content, {"Content-Type": "text/plain"})
        part.set_content_disposition("form-data", name=f"files[{at}]", filename=f"{name}.txt")
    return web.Response(body=whole)
