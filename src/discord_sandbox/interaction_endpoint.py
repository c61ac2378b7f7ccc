"""Interactions over HTTP: posted to the address that an application has given, and answered there.

Every request that goes out is in the record, and with it what was wrong with its answer.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

from discord_sandbox.endpoint_client import (
    EndpointAnswer,
    EndpointClient,
    Unreached,
    without_credentials,
)
from discord_sandbox.errors import ApiError, problems_in_words
from discord_sandbox.events import Event
from discord_sandbox.interactions import ANSWER_WITHIN_S, Interactions
from discord_sandbox.model import PING, Application, Interaction, Json
from discord_sandbox.ratelimit import RateLimits
from discord_sandbox.record import RequestRow, Requests, request_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.signing import signed_headers
from discord_sandbox.transcript import Transcript
from discord_sandbox.wire import decode, encode
from discord_sandbox.world import World

_ROUTE = "POST interactions_endpoint_url"
_PONG = 1


class Unfit(Exception):
    """An endpoint answered otherwise than it has to; the text goes on from "The endpoint"."""


class InteractionEndpoints:
    """The endpoints of all applications: checks them, and sends interactions to them."""

    def __init__(
        self,
        world: World,
        interactions: Interactions,
        limits: RateLimits,
        requests: Requests,
        transcript: Transcript | None,
        *,
        anywhere: bool,
    ) -> None:
        self._world = world
        self._interactions = interactions
        self._limits = limits
        self._requests = requests
        self._transcript = transcript
        self._client = EndpointClient(anywhere=anywhere)
        self._posting: set[asyncio.Task[None]] = set()

    # --- the address -------------------------------------------------------------------------

    async def move(self, application: Application, address: str | None) -> str | None:
        """Have interactions sent to an address, or with None over the gateway.

        It has to answer as Discord asks. Where it does not, it is not taken, and what is wrong
        is given back, to go on from "The endpoint".
        """
        if address is not None:
            problem = await self._check(application, address)
            if problem is not None:
                return problem
        application.interactions_endpoint_url = address
        told: Json = {
            "application_id": str(application.id),
            "interactions_endpoint_url": address,
        }
        self._world.bus.publish(Event("ENDPOINT_CHANGED", told, only=frozenset(), bots=False))
        return None

    async def _check(self, application: Application, address: str) -> str | None:
        """Send a PING, and one that somebody else has signed."""
        body = encode(self._ping_json(application))
        problem = await self._ask(application, address, body, application.signing_key, _take_pong)
        if problem is not None:
            return problem
        foreign = secrets.token_bytes(32)
        return await self._ask(application, address, body, foreign, _take_refusal)

    def _ping_json(self, application: Application) -> Json:
        owner = self._world.users.get(application.owner_id)
        return {
            "id": str(self._world.ids.next()),
            "application_id": str(application.id),
            "type": PING,
            "token": secrets.token_urlsafe(60),
            "user": user_json(owner or self._world.users[application.bot_user_id]),
            "version": 1,
            "entitlements": [],
            "authorizing_integration_owners": {},
        }

    # --- interactions ------------------------------------------------------------------------

    def post(self, interaction: Interaction, payload: bytes) -> None:
        """Post an interaction, and take the answer when it comes; returns at once."""
        application = self._world.applications[interaction.application_id]
        address = application.interactions_endpoint_url
        assert address is not None
        task = asyncio.get_running_loop().create_task(
            self._post(application, address, interaction, payload)
        )
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _post(
        self, application: Application, address: str, interaction: Interaction, payload: bytes
    ) -> None:
        def take(answer: EndpointAnswer) -> None:
            # With 202 the bot says that it will answer as one on the gateway does.
            if answer.status == 202:
                return
            _check_status(answer, 200, "200 with its response, or 202 without any")
            self._interactions.respond(
                interaction.id, interaction.token, answer.body, answer.uploads
            )

        key = application.signing_key
        problem = await self._ask(application, address, payload, key, take)
        if problem is not None and interaction.state == "waiting":
            self._interactions.fail(interaction, f"The endpoint of {application.name} {problem}")

    # --- one request -------------------------------------------------------------------------

    async def _ask(
        self,
        application: Application,
        address: str,
        body: bytes,
        key: bytes,
        take: Callable[[EndpointAnswer], None],
    ) -> str | None:
        """Post a body, and note what `take` makes of the answer; gives back what was wrong."""
        at_ms, started = self._world.clock.now_ms(), time.perf_counter()
        headers = signed_headers(key, str(at_ms // 1000), body)
        answer, problem, code = EndpointAnswer(), None, 0
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                most = self._limits.file_bytes
                answer = await self._client.post(address, body, headers, most)
            if answer.unreadable is not None:
                raise answer.unreadable
            take(answer)
        except TimeoutError:
            problem = f"did not answer within {ANSWER_WITHIN_S:g} seconds"
        except (Unreached, Unfit) as found:
            problem = str(found)
        except ApiError as error:
            problem = f"gave an answer that is refused: {problems_in_words(error)}"
            code = error.code
        row = RequestRow(
            self._requests.n + 1,
            at_ms,
            "POST",
            without_credentials(address),
            _ROUTE,
            answer.status,
            application.bot_user_id,
            (time.perf_counter() - started) * 1000,
            code,
            None,
            None,
            problem,
        )
        self._note(row, body, answer)
        return problem

    def _note(self, row: RequestRow, body: bytes, answer: EndpointAnswer) -> None:
        self._requests.add(row)
        told = Event("REQUEST", request_json(row), only=frozenset(), bots=False)
        self._world.bus.publish(told)
        if self._transcript is not None:
            files = [upload.filename for upload in answer.uploads]
            self._transcript.add(
                row.method, row.path, {}, decode(body), files, row.status, answer.body, None
            )

    # --- the end -----------------------------------------------------------------------------

    def reset(self) -> None:
        """Wait for no answer any more."""
        for task in self._posting:
            task.cancel()

    async def close(self) -> None:
        """Let go of everything."""
        self.reset()
        await asyncio.gather(*self._posting, return_exceptions=True)
        await self._client.close()


def _take_pong(answer: EndpointAnswer) -> None:
    _check_status(answer, 200, '200 with {"type": 1} to a PING')
    if not isinstance(answer.body, dict) or answer.body.get("type") != _PONG:
        raise Unfit('has to answer a PING (type 1) with {"type": 1}, and gave another answer')


def _take_refusal(answer: EndpointAnswer) -> None:
    _check_status(answer, 401, "401 to a request whose signature is wrong")


def _check_status(answer: EndpointAnswer, wanted: int, expected: str) -> None:
    if answer.status != wanted:
        raise Unfit(f"answered {answer.status}; it has to answer {expected}")
