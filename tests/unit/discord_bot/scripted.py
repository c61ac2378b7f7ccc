"""A server on a real socket that gives the answers it was told to, for what only Discord's answer decides."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
from aiohttp import web

from tocsin.discord_bot.transport import limit_time, set_addresses, trace
from tocsin.dispatch.pacing import Withheld

BOT = {"id": "900", "username": "bell", "discriminator": "0", "avatar": None, "bot": True}


@dataclass
class Answer:
    """One answer; `drop` closes the connection instead, after the request was read."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    drop: bool = False


@dataclass
class Script:
    """What the server will answer to anything but the login, in order, and what it was asked."""

    answers: deque[Answer] = field(default_factory=deque)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def then(self, status: int = 200, body: Any = None, **more: Any) -> None:
        """Add an answer."""
        self.answers.append(Answer(status, body, **more))


class Gate:
    """A pacer that lets `open_for` requests out and withholds the others."""

    def __init__(self) -> None:
        self.open_for = 10**9
        self.answers: list[int] = []

    async def leaving(self, method: str, path: str) -> None:
        await asyncio.sleep(0)
        if self.open_for <= 0:
            raise Withheld("the gate is shut")
        self.open_for -= 1

    def answered(self, method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        self.answers.append(status)


def message(identifier: int, custom_id: str | None = None, author: str = "900") -> dict[str, Any]:
    """A message as Discord writes one."""
    button = {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}
    return {
        "id": str(identifier),
        "channel_id": "43",
        "author": {**BOT, "id": author},
        "content": "",
        "timestamp": "2026-12-01T17:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "components": [{"type": 1, "components": [button]}] if custom_id else [],
    }


@asynccontextmanager
async def connected(gate: Gate) -> AsyncIterator[tuple[discord.Client, Script]]:
    """A client that is logged in to a scripted server."""
    script = Script()
    runner = web.AppRunner(_application(script))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    set_addresses(f"http://127.0.0.1:{port}/api/v10", None)
    client = discord.Client(
        intents=discord.Intents.none(), http_trace=trace(gate), max_ratelimit_timeout=30
    )
    limit_time(client)
    try:
        await client.login("token")
        yield client, script
    finally:
        await client.close()
        await runner.cleanup()


def _application(script: Script) -> web.Application:
    async def me(_request: web.Request) -> web.Response:
        return _json(BOT)

    async def application(_request: web.Request) -> web.Response:
        about = {"id": "900", "name": "bell", "icon": None, "description": "", "flags": 0}
        return _json({**about, "bot_public": True, "bot_require_code_grant": False, "team": None,
                      "verify_key": "", "owner": BOT})  # fmt: skip

    async def anything(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        script.asked.append((request.method, request.path_qs, body))
        answer = script.answers.popleft()
        if answer.drop:
            assert request.transport is not None
            request.transport.abort()
        if answer.text is not None:
            return web.Response(
                status=answer.status,
                text=answer.text,
                content_type="text/html",
                headers=answer.headers,
            )
        return _json(answer.body, answer.status, answer.headers)

    app = web.Application()
    app.router.add_get("/api/v10/users/@me", me)
    app.router.add_get("/api/v10/applications/@me", application)
    app.router.add_get("/api/v10/oauth2/applications/@me", application)
    app.router.add_route("*", "/{rest:.*}", anything)
    return app


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    answer = web.json_response(body, status=status, headers=headers)
    # Discord's own header, to the letter: discord.py reads JSON under no other.
    answer.headers["Content-Type"] = "application/json"
    return answer
