"""Asking the address that an application has given: the only place where the sandbox fetches one.

It leads to this machine unless the sandbox was started otherwise, whatever its name resolves to;
redirects are not followed, and no more is read of an answer than a bot may send in a request.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any

import aiohttp
from aiohttp import hdrs
from msgspec import Struct
from yarl import URL

from discord_sandbox.errors import ApiError
from discord_sandbox.rest.body import JSON, MOST_BYTES, MULTIPART, parse, read_parts, unexpected
from discord_sandbox.validate.message import Upload

AGENT = "Discord-Interactions/1.0 (+https://discord.com)"
"""Who asks endpoints: the control API does not listen to it."""
_ELSEWHERE = "is not on this machine; `serve --endpoints-anywhere` allows others"


class Unreached(Exception):
    """There was no answer; the text goes on from "The endpoint"."""


class EndpointAnswer(Struct):
    """What an endpoint answered. Of other statuses than 200 nothing is read."""

    status: int = 0
    body: Any = None
    uploads: list[Upload] = []
    unreadable: ApiError | None = None


def address_problem(address: object) -> str | None:
    """Why nothing is sent to an address, as far as it shows in the address itself."""
    try:
        url = URL(address if isinstance(address, str) else "")
    except ValueError:
        return "has an address that is none"
    if url.scheme not in ("http", "https") or not url.host:
        return "needs an address of http or https"
    if url.user is not None or url.password is not None:
        return "must have no name or password in its address"
    return None


def without_credentials(address: str) -> str:
    """The address as it may be shown."""
    try:
        return str(URL(address).with_user(None))
    except ValueError:
        return address


def _socket_to_this_machine(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket for what a host was resolved to. Raises OSError for another machine.

    It is asked right before the connection is made, so that no name can mean this machine when it
    is looked at and another one afterwards.
    """
    family, kind, protocol, _, target = address
    if not ipaddress.ip_address(str(target[0])).is_loopback:
        raise PermissionError(errno.EACCES, f"{target[0]} {_ELSEWHERE}")
    return socket.socket(family=family, type=kind, proto=protocol)


class EndpointClient:
    """Posts to endpoints. What is sent and what is answered is the business of its caller."""

    def __init__(self, *, anywhere: bool) -> None:
        self._anywhere = anywhere
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, address: str, body: bytes, headers: dict[str, str], most_file_bytes: int | None
    ) -> EndpointAnswer:
        """Post JSON. How long it may take is for the caller to say. Raises Unreached."""
        wrong = address_problem(address)
        if wrong is not None:
            raise Unreached(wrong)
        try:
            async with self._opened().post(
                address,
                data=body,
                headers={**headers, hdrs.CONTENT_TYPE: JSON},
                allow_redirects=False,
            ) as response:
                return await _read(response, most_file_bytes)
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise Unreached(f"could not be reached: {problem}") from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # A bot that was started anew does not know the connections of the one before.
                connector=aiohttp.TCPConnector(
                    force_close=True,
                    limit=0,
                    socket_factory=None if self._anywhere else _socket_to_this_machine,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={hdrs.USER_AGENT: AGENT},
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Let go of the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


async def _read(response: aiohttp.ClientResponse, most_file_bytes: int | None) -> EndpointAnswer:
    answer = EndpointAnswer(response.status)
    if response.status != 200:
        return answer
    try:
        answer.body, answer.uploads = await _read_body(response, most_file_bytes)
    except ApiError as problem:
        answer.unreadable = problem
    return answer


async def _read_body(
    response: aiohttp.ClientResponse, most_file_bytes: int | None
) -> tuple[Any, list[Upload]]:
    """The JSON of an answer, and the files beside it. Raises ApiError 50109, 50035 or 40005."""
    kind = response.headers.get(hdrs.CONTENT_TYPE, "")
    if kind.startswith(MULTIPART):
        return await read_parts(response.headers, response.content, most_file_bytes)
    if not kind.startswith(JSON):
        raise unexpected(JSON, MULTIPART)
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > MOST_BYTES:
            raise ApiError(40005)
    return parse(bytes(data)), []
