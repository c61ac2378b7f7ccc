"""Requests to a sandbox's control API."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp

Json = dict[str, Any]
Parameter = str | int | list[str] | list[int]
"""A value in a query, or several."""


class SandboxError(Exception):
    """The sandbox refused what a test asked of it; the text says why."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


def _json(body: Json) -> aiohttp.Payload:
    """The body as a stream, which aiohttp asks for where one is large, as files make it."""
    data = io.BytesIO(json.dumps(body).encode())
    return aiohttp.BytesIOPayload(data, content_type="application/json")


class Control:
    """One HTTP session to one sandbox."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=60),
            # Each member whose stream is watched keeps a connection: a hundred of them must not shut out the rest.
            connector=aiohttp.TCPConnector(limit=0),
        )

    async def close(self) -> None:
        await self.session.close()

    async def get(self, path: str, **query: Parameter) -> Any:
        """The answer to a GET of /sandbox`path`. Raises SandboxError."""
        return await self._request("GET", path, params=query)

    async def post(self, path: str, body: Json | None = None) -> Any:
        """Raises SandboxError."""
        return await self._request("POST", path, data=_json(body or {}))

    async def put(self, path: str, body: Json) -> Any:
        """Raises SandboxError."""
        return await self._request("PUT", path, data=_json(body))

    async def patch(self, path: str, body: Json) -> Any:
        """Raises SandboxError."""
        return await self._request("PATCH", path, data=_json(body))

    async def delete(self, path: str) -> Any:
        """Raises SandboxError."""
        return await self._request("DELETE", path)

    async def download(self, path: str) -> bytes | None:
        """A file of the sandbox's; None where there is none."""
        async with self.session.get(f"{self.base_url}{path}") as response:
            return await response.read() if response.status == 200 else None

    async def _request(self, method: str, path: str, **how: Any) -> Any:
        url = f"{self.base_url}/sandbox{path}"
        async with self.session.request(method, url, **how) as response:
            answer = await response.json()
            if response.status >= 400:
                raise SandboxError(response.status, answer.get("error", str(answer)))
            return answer
