"""Every operation of Discord's API is either done or says that it is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import aiohttp
from tests.requirements import skip_unless
from tests.sandbox.conftest import Town
from tests.sandbox.openapi import DOCUMENT
from tools import routes

from discord_sandbox.rest.operations import build_router, known_operations

PAGE = Path(__file__).parents[2] / "docs" / "routes.md"

NAMED = """
    /users/@me /users/{user_id} /users/@me/guilds /applications/@me
    /applications/{application_id} /guilds/{guild_id} /guilds/{guild_id}/members
    /guilds/{guild_id}/members/search /guilds/{guild_id}/members/{user_id}
    /guilds/{guild_id}/bans /guilds/{guild_id}/roles /guilds/{guild_id}/roles/{role_id}
    /guilds/{guild_id}/channels /channels/{channel_id} /channels/{channel_id}/messages
    /channels/{channel_id}/messages/{message_id} /channels/{channel_id}/messages/pins
    /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}
    /channels/{channel_id}/threads/archived/public /channels/{channel_id}/threads/archived/private
    /channels/{channel_id}/users/@me/threads/archived/private /channels/{channel_id}/threads/search
    /stage-instances/{channel_id} /channels/{channel_id}/polls/{message_id}/answers/{answer_id}
    /channels/{channel_id}/thread-members /guilds/{guild_id}/threads/active
    /channels/{channel_id}/webhooks /webhooks/{webhook_id}/{webhook_token}
    /guilds/{guild_id}/scheduled-events
    /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/users
    /applications/{application_id}/commands
    /applications/{application_id}/guilds/{guild_id}/commands
    /applications/{application_id}/guilds/{guild_id}/commands/permissions
    /gateway /gateway/bot
"""


def test_the_page_is_what_the_router_does() -> None:
    """docs/routes.md is written from the router."""
    assert PAGE.read_text("utf-8") == routes.render(), (
        "write it anew: .venv/bin/python tools/routes.py"
    )


def test_the_list_is_discords() -> None:
    """The operations that the sandbox knows of are those of Discord's API description."""
    skip_unless(DOCUMENT.exists(), f"no API description at {DOCUMENT}")
    assert routes.LIST.read_text("ascii") == routes.operations_of(json.loads(DOCUMENT.read_text()))


def test_what_a_bot_uses_is_done() -> None:
    """Users, guilds, channels, messages, threads, webhooks, commands and events are served."""
    router = build_router()
    missing = [path for path in NAMED.split() if not routes.is_done(router, "GET", path)]
    assert missing == []


async def test_what_is_not_done_answers_501(town: Town) -> None:
    """No operation that is not done is ever answered as if it were."""
    await town.sandbox.limits(buckets=False, global_per_second=None)
    router = build_router()
    headers = {"Authorization": f"Bot {town.application.token}"}
    asked = 0
    async with aiohttp.ClientSession(headers=headers) as session:
        for method, path, _ in known_operations():
            if routes.is_done(router, method, path):
                continue
            asked += 1
            url = town.sandbox.api_url + re.sub(r"\{[^}]*\}", str(town.guild.id), path)
            async with session.request(method, url) as response:
                body = await response.json()
                assert response.status == 501, f"{method} {path}"
                assert body["message"].endswith("is not implemented by the sandbox")
    assert asked == sum(line.endswith("| no |") for line in PAGE.read_text().splitlines()) > 0
