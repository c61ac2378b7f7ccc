"""A request to the control API from start to end."""

from __future__ import annotations

import inspect
import logging
from urllib.parse import urlsplit

from aiohttp import web

from discord_sandbox.backend import Backend
from discord_sandbox.control import (
    acting,
    announcements,
    audited,
    breaking,
    configuring,
    forums,
    group_dms,
    installing,
    interacting,
    inviting,
    limiting,
    looking,
    making,
    picturing,
    posting,
    searching,
    selling,
    speaking,
    webhooks,
)
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.control.watching import Watcher
from discord_sandbox.endpoint_client import AGENT
from discord_sandbox.errors import ApiError, problems_in_words
from discord_sandbox.model import Json
from discord_sandbox.routing import Router
from discord_sandbox.wire import decode, encode

_LOG = logging.getLogger(__name__)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPERATIONS: tuple[Operation, ...] = (
    *looking.OPERATIONS,
    *acting.OPERATIONS,
    *announcements.OPERATIONS,
    *audited.OPERATIONS,
    *forums.OPERATIONS,
    *group_dms.OPERATIONS,
    *interacting.OPERATIONS,
    *installing.OPERATIONS,
    *inviting.OPERATIONS,
    *speaking.OPERATIONS,
    *making.OPERATIONS,
    *posting.OPERATIONS,
    *searching.OPERATIONS,
    *webhooks.OPERATIONS,
    *picturing.OPERATIONS,
    *limiting.OPERATIONS,
    *configuring.OPERATIONS,
    *selling.OPERATIONS,
    *breaking.OPERATIONS,
)


class ControlApi:
    """Serves /sandbox, to whoever is on this machine and to no foreign page."""

    def __init__(self, backend: Backend, *, host: str) -> None:
        self._backend = backend
        self._hosts = None if host not in LOOPBACK else LOOPBACK
        self._sockets: set[web.WebSocketResponse] = set()
        self._router: Router[Operation] = Router(OPERATIONS)

    async def serve(self, request: web.BaseRequest, segments: list[str]) -> web.StreamResponse:
        """Answer one request; `segments` is its path below /sandbox."""
        try:
            self._check_origin(request)
            if segments[-1:] == ["events"] and request.method == "GET":
                return await self._watch(request, segments)
            return _answer(200, await self._answer(request, segments))
        except Refused as refusal:
            return _answer(refusal.status, {"error": str(refusal)})
        except ApiError as error:
            said = problems_in_words(error)
            text = f"Discord would answer {error.status}, code {error.code}: {said}"
            body: Json = {"error": text, "code": error.code}
            if error.errors is not None:
                body["errors"] = error.errors
            return _answer(error.status, body)
        except (ConnectionError, web.RequestPayloadError):
            raise
        # Whoever tests against the sandbox has to see that it is not their bot which is broken.
        except Exception as defect:  # noqa: BLE001
            _LOG.exception("%s %s failed", request.method, request.path)
            text = f"The sandbox has a defect and could not do this: {defect!r}"
            return _answer(500, {"error": text})

    def _check_origin(self, request: web.BaseRequest) -> None:
        """Neither a page from elsewhere, by name or by rebinding, may play members, nor a bot by
        giving this API for its interactions endpoint.
        """
        if request.headers.get("User-Agent") == AGENT:
            raise Refused("An interactions endpoint cannot be the sandbox itself.", 403)
        host = urlsplit(f"//{request.host}").hostname
        if self._hosts is not None and host not in self._hosts:
            raise Refused(
                f"This sandbox answers on loopback names only, not as {request.host}.", 403
            )
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise Refused(f"A page of {origin} may not drive the sandbox.", 403)

    async def _answer(self, request: web.BaseRequest, segments: list[str]) -> object:
        found = self._router.find(request.method, segments)
        if found is None:
            raise Refused(f"There is no {request.method} {request.path}.", 404)
        operation, params = found
        ask = Ask(self._backend, params, request.query, await _body(request))
        if request.method == "POST" and "user" in params:
            ask.user().seen_ms = self._backend.clock.now_ms()
        answer = audited.answer(operation, ask)
        return await answer if inspect.isawaitable(answer) else answer

    async def _watch(self, request: web.BaseRequest, segments: list[str]) -> web.StreamResponse:
        user = None
        if segments != ["events"]:
            if len(segments) != 3 or segments[0] != "members":
                raise Refused(f"There is nothing to watch at {request.path}.", 404)
            user = Ask(self._backend, {"user": segments[1]}, {}).user()
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await Watcher(self._backend, user).run(socket)
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Say goodbye to everybody who watches."""
        for socket in list(self._sockets):
            await socket.close(code=1001, message=b"The sandbox was stopped.")


async def _body(request: web.BaseRequest) -> Json:
    try:
        data = await request.read() if request.can_read_body else b""
    except web.HTTPRequestEntityTooLarge:
        raise Refused("The body is larger than the sandbox takes.", 413) from None
    if not data:
        return {}
    try:
        body = decode(data)
    except ValueError:
        raise Refused("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    return body


def _answer(status: int, payload: object) -> web.Response:
    return web.Response(status=status, body=encode(payload), content_type="application/json")
