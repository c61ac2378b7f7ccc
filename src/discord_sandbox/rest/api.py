"""A REST request from start to end: token, faults, limits, handler, record, answer."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web
from msgspec import Struct

from discord_sandbox.backend import Backend
from discord_sandbox.errors import ApiError, NotImplementedBySandbox, TooFast, problems_in_words
from discord_sandbox.events import Event
from discord_sandbox.faults import Fault, fault_json
from discord_sandbox.model import DM, Application, Json
from discord_sandbox.ratelimit import Refusal
from discord_sandbox.record import RequestRow, request_json
from discord_sandbox.rest.audited import audited
from discord_sandbox.rest.body import read_body
from discord_sandbox.rest.operations import build_router
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.message import Upload
from discord_sandbox.wire import Written, encode

_LOG = logging.getLogger(__name__)
_BROKEN = {"message": "500: Internal Server Error", "code": 0}
_BANNED = "<html><head><title>Error 1015</title></head><body>error code: 1015</body></html>"


class Unanswered(Exception):
    """The connection is cut instead of an answer."""


class Exchange(Struct):
    """One request on its way: what is known of it, and what it will be answered."""

    method: str
    path: str
    segments: list[str]
    started: float
    route: str = "?"
    application: Application | None = None
    user_ids: frozenset[int] = frozenset()
    body: Any = None
    uploads: list[Upload] = []
    status: int = 200
    payload: Any = None
    raw: bytes | None = None
    text: str | None = None
    code: int = 0
    headers: dict[str, str] = {}
    fault: str | None = None
    ratelimited: str | None = None
    problem: str | None = None
    """What was wrong with it, in words."""

    def refuse(self, error: ApiError) -> None:
        self.status, self.payload, self.code = error.status, error.body(), error.code
        self.problem = problems_in_words(error)
        if isinstance(error, TooFast):
            self.headers["Retry-After"] = str(math.ceil(error.retry_after))
            if error.scope is not None:
                self.headers["X-RateLimit-Scope"] = error.scope

    def limit(self, refusal: Refusal) -> None:
        """Answer 429 as Discord does."""
        self.status = 429
        self.ratelimited = refusal.reason
        self.headers |= refusal.headers
        self.payload = {
            "message": "You are being rate limited.",
            "retry_after": round(refusal.retry_after, 3),
            "global": refusal.scope == "global",
            "code": 0,
        }


class RestApi:
    """Serves /api/v10 and its other names."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._router = build_router()

    async def serve(self, request: web.BaseRequest, segments: list[str]) -> web.StreamResponse:
        """Answer one request; `segments` is its path within the API."""
        exchange = Exchange(request.method, request.path, segments, time.perf_counter())
        at_ms = self._backend.clock.now_ms()
        try:
            try:
                await self._exchange(request, exchange, at_ms)
            except ApiError as error:
                exchange.refuse(error)
            except (Unanswered, ConnectionError, web.RequestPayloadError):
                raise Unanswered from None
            except Exception:  # noqa: BLE001
                # A defect of the sandbox: the bot is told what Discord would say of one of its own.
                _LOG.exception("%s %s failed", exchange.method, exchange.path)
                exchange.status, exchange.payload = 500, _BROKEN
            if self._backend.faults.ordered:
                await self._strike_after(exchange)
        except Unanswered:
            return self._cut(request, exchange, at_ms)
        self._note(request, exchange, at_ms)
        return self._response(exchange)

    async def serve_file(
        self, request: web.BaseRequest, route: str, answer: Callable[[], web.Response]
    ) -> web.StreamResponse:
        """Answer with a file, which the record does not hold, unless a fault strikes."""
        exchange = Exchange(request.method, request.path, [], time.perf_counter(), route)
        at_ms = self._backend.clock.now_ms()
        try:
            answered = await self._strike_before(exchange)
            await self._strike_after(exchange)
        except Unanswered:
            return self._cut(request, exchange, at_ms)
        if not answered:
            return answer()
        self._note(request, exchange, at_ms)
        return self._response(exchange)

    def _cut(self, request: web.BaseRequest, exchange: Exchange, at_ms: int) -> web.Response:
        exchange.status = 0
        self._note(request, exchange, at_ms)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _exchange(self, request: web.BaseRequest, exchange: Exchange, at_ms: int) -> None:
        faults, limits = self._backend.faults, self._backend.limits
        found = self._router.find(exchange.method, exchange.segments)
        unreadable = None
        if request.can_read_body:
            try:
                exchange.body, exchange.uploads = await read_body(request, limits.file_bytes)
            except ApiError as error:
                # Said later: it is not the first thing that counts.
                unreadable = error
        if found is not None:
            exchange.route = found[0].key
        # What breaks between a bot and Discord breaks for whatever is asked, by whomever.
        if faults.ordered and await self._strike_first(request, exchange, found):
            return
        if limits.banned(at_ms):
            exchange.status, exchange.text = 429, _BANNED
            exchange.ratelimited = "invalid requests"
            exchange.headers["Retry-After"] = "600"
            return
        if found is None:
            raise ApiError(0, status=404, message="404: Not Found")
        later = self._handle(request, exchange, at_ms, found, unreadable)
        if later is not None:
            exchange.payload = await later

    def _handle(
        self,
        request: web.BaseRequest,
        exchange: Exchange,
        at_ms: int,
        found: tuple[Route, dict[str, str]],
        unreadable: ApiError | None,
    ) -> Coroutine[Any, Any, Any] | None:
        """Have what was asked for done, where the bot may, and within its limits.

        Gives back what is still to be waited for, which ends with the answer.
        """
        route, params = found
        application = exchange.application = None if route.public else self._asking(request)
        if application is None and not route.public:
            raise ApiError(0, status=401, message="401: Unauthorized")
        if unreadable is not None:
            raise unreadable
        limits = self._backend.limits
        limited = limits.buckets or limits.global_per_second is not None
        if limited and self._limited(exchange, route, params, at_ms):
            return None
        if route.handler is None:
            raise NotImplementedBySandbox(route.key)
        backend, body, uploads = self._backend, exchange.body, exchange.uploads
        call = Call(backend, backend.world, route, params, request, application, body, uploads)
        answer = audited(call, route.handler) if route.audited else route.handler(call)
        if isinstance(answer, Reply):
            exchange.status, answer = answer.status, answer.payload
        elif answer is None:
            exchange.status = 204
        if isinstance(answer, Written):
            exchange.payload, exchange.raw = answer.data, answer.raw
        elif isinstance(answer, Coroutine):
            return answer
        else:
            exchange.payload = answer
        return None

    def _asking(self, request: web.BaseRequest) -> Application | None:
        """Whose token the request has, if it has one that is known."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        return self._backend.world.tokens.get(token) if scheme == "Bot" else None

    # --- limits --------------------------------------------------------------------------

    def _limited(
        self, exchange: Exchange, route: Route, params: dict[str, str], at_ms: int
    ) -> bool:
        limits = self._backend.limits
        application_id = 0 if exchange.application is None else exchange.application.id
        if not route.exempt and application_id:
            refusal = limits.check_global(application_id, at_ms)
            if refusal is not None:
                exchange.limit(refusal)
                return True
        if not route.bucketed or not limits.buckets:
            return False
        major = "/".join([params[name] for name in route.major])
        channel = self._backend.world.channels.get(parse_snowflake(params.get("channel_id")) or 0)
        headers, refusal = limits.check_bucket(
            route.key,
            route.bucket,
            application_id,
            major,
            at_ms,
            dm=channel is not None and channel.type == DM,
        )
        exchange.headers |= headers
        if refusal is not None:
            exchange.limit(refusal)
        return refusal is not None

    # --- faults --------------------------------------------------------------------------

    def _concerned(
        self, params: dict[str, str], body: Any, application: Application | None
    ) -> frozenset[int]:
        """The users whom a request is about: a DM's recipient, a member, who interacted."""
        ids = {parse_snowflake(params.get("user_id"))}
        channel = self._backend.world.channels.get(parse_snowflake(params.get("channel_id")) or 0)
        if channel is not None:
            ids.update(channel.recipient_ids)
        if isinstance(body, dict):
            ids.add(parse_snowflake(body.get("recipient_id")))
        token = params.get("webhook_token") or params.get("interaction_token")
        interaction = self._backend.interactions.by_token(token) if token else None
        if interaction is not None:
            ids.add(interaction.user.id)
        if application is not None:
            ids.discard(application.bot_user_id)
        return frozenset(found for found in ids if found is not None)

    async def _strike_first(
        self,
        request: web.BaseRequest,
        exchange: Exchange,
        found: tuple[Route, dict[str, str]] | None,
    ) -> bool:
        """Whether a fault has answered the request, be it a good one or not."""
        params = {} if found is None else found[1]
        if found is None or not found[0].public:
            exchange.application = self._asking(request)
        exchange.user_ids = self._concerned(params, exchange.body, exchange.application)
        return await self._strike_before(exchange)

    async def _strike_before(self, exchange: Exchange) -> bool:
        """Whether a fault has answered the request before it took effect."""
        fault = self._strike(exchange, "before")
        if fault is None:
            return False
        if fault.kind == "drop":
            raise Unanswered
        if fault.kind == "hold":
            await fault.hold()
        elif fault.kind == "slow":
            await fault.hold(fault.seconds)
        elif fault.kind == "ratelimit":
            exchange.limit(_ordered_limit(fault))
            return True
        else:
            _answer_with_status(exchange, fault)
            return True
        return False

    async def _strike_after(self, exchange: Exchange) -> None:
        if exchange.fault in ("drop", "status", "ratelimit"):
            return
        fault = self._strike(exchange, "after")
        if fault is None:
            return
        if fault.kind == "lose_answer":
            raise Unanswered
        if fault.kind == "hold":
            await fault.hold()
        else:
            await fault.hold(fault.seconds)

    def _strike(self, exchange: Exchange, stage: str) -> Fault | None:
        fault = self._backend.faults.strike(
            stage, exchange.method, exchange.path, exchange.user_ids
        )
        if fault is not None:
            exchange.fault = fault.kind
            told = {**fault_json(fault), "method": exchange.method, "path": exchange.path}
            self._tell("FAULT", told)
        return fault

    # --- the end -------------------------------------------------------------------------

    def _note(self, request: web.BaseRequest, exchange: Exchange, at_ms: int) -> None:
        limits = self._backend.limits
        if exchange.status in (401, 403, 429):
            shared = exchange.headers.get("X-RateLimit-Scope") == "shared"
            if exchange.status != 429 or not shared:
                limits.count_invalid(at_ms)
        bot = None if exchange.application is None else exchange.application.bot_user_id
        requests = self._backend.requests
        row = RequestRow(
            requests.n + 1,
            at_ms,
            exchange.method,
            exchange.path,
            exchange.route,
            exchange.status,
            bot,
            (time.perf_counter() - exchange.started) * 1000,
            exchange.code,
            exchange.fault,
            exchange.ratelimited,
            exchange.problem,
        )
        requests.add(row)
        if not self._backend.world.bus.idle:
            self._tell("REQUEST", request_json(row))
        if self._backend.transcript is not None:
            self._backend.transcript.add(
                exchange.method,
                exchange.path,
                {name: request.query.getall(name) for name in request.query},
                exchange.body,
                [upload.filename for upload in exchange.uploads],
                exchange.status,
                exchange.text or exchange.payload,
                exchange.fault,
            )

    def _tell(self, event_type: str, data: Json) -> None:
        self._backend.world.bus.publish(Event(event_type, data, only=frozenset(), bots=False))

    def _response(self, exchange: Exchange) -> web.Response:
        headers = exchange.headers
        headers[hdrs.DATE] = self._backend.clock.http_date()
        if exchange.text is not None:
            headers[hdrs.CONTENT_TYPE] = "text/html"
            return web.Response(
                status=exchange.status, body=exchange.text.encode(), headers=headers
            )
        # Discord's answers have passed a proxy, and clients take a 429 that has not for a ban.
        headers[hdrs.VIA] = "1.1 sandbox"
        if exchange.status == 204:
            return web.Response(status=204, headers=headers)
        headers[hdrs.CONTENT_TYPE] = "application/json"
        body = exchange.raw or encode(exchange.payload)
        return web.Response(status=exchange.status, body=body, headers=headers)


def _ordered_limit(fault: Fault) -> Refusal:
    headers = {
        "X-RateLimit-Scope": fault.scope,
        "Retry-After": str(max(math.ceil(fault.retry_after), 1)),
    }
    if fault.scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return Refusal(fault.retry_after, fault.scope, headers, f"fault ({fault.scope})")


def _answer_with_status(exchange: Exchange, fault: Fault) -> None:
    """With a code the error is Discord's own; without one it is a proxy's page."""
    if fault.code is None:
        phrase = HTTPStatus(fault.status).phrase
        exchange.status = fault.status
        exchange.text = f"<html><body><h1>{fault.status} {phrase}</h1></body></html>"
        return
    exchange.refuse(ApiError(fault.code, status=fault.status, message=fault.message))
    if fault.message is None and fault.code == 0:
        phrase = HTTPStatus(fault.status).phrase
        exchange.payload["message"] = f"{fault.status}: {phrase}"
