"""Bare requests to the REST API, for what a library hides: exact statuses, bodies and headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
import yarl
from tests.sandbox.openapi import check_answer, check_request

from discord_sandbox.testing import Application, Sandbox


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> int:
        """Discord's error code."""
        return int(self.body["code"])


class Rest:
    """A bot without a library."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox, token: str) -> None:
        self._session = session
        self._url = sandbox.api_url
        self._headers = {"Authorization": f"Bot {token}"}

    def use(self, token: str) -> None:
        """Go on as another bot."""
        self._headers = {"Authorization": f"Bot {token}"}

    async def call(self, method: str, path: str, body: Any = None) -> Answer:
        async with self._session.request(
            method, self._url + path, json=body, headers=self._headers
        ) as response:
            data = await response.read()
            decoded: Any = None
            if response.content_type == "application/json":
                decoded = await response.json()
            elif data:
                decoded = data.decode()
            if response.content_type != "text/html":
                check_answer(method, path, response.status, decoded)
            if response.status < 300:
                asked = yarl.URL(path)
                query = {name: asked.query.getall(name) for name in asked.query}
                check_request(method, asked.path, query, body)
            return Answer(response.status, decoded, response.headers)

    async def get(self, path: str) -> Answer:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None) -> Answer:
        return await self.call("POST", path, body if body is not None else {})

    async def patch(self, path: str, body: Any) -> Answer:
        return await self.call("PATCH", path, body)

    async def put(self, path: str, body: Any = None) -> Answer:
        return await self.call("PUT", path, body)

    async def delete(self, path: str) -> Answer:
        return await self.call("DELETE", path)

    async def open_dm(self, user_id: int) -> int:
        answer = await self.post("/users/@me/channels", {"recipient_id": str(user_id)})
        assert answer.status == 200, answer.body
        return int(answer.body["id"])


def rest_of(session: aiohttp.ClientSession, sandbox: Sandbox, application: Application) -> Rest:
    return Rest(session, sandbox, application.token)
