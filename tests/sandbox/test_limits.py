"""Rate limits: buckets, the global one, opening DMs, and the ban."""

from __future__ import annotations

import asyncio

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import SandboxError


async def test_a_channels_bucket(town: Town, rest: Rest) -> None:
    """Five messages in five seconds; headers count down, and the sixth is told when to return."""
    await town.sandbox.limits(buckets=True)
    path = f"/channels/{town.general.id}/messages"
    answers = [await rest.post(path, {"content": "x"}) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    left = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert left == ["4", "3", "2", "1", "0", "0"]
    refused = answers[5]
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert 0 < refused.body["retry_after"] <= 5
    assert refused.body["global"] is False
    other = f"/channels/{town.guild.channel('quiet').id}/messages"
    assert (await rest.post(other, {"content": "x"})).status == 200
    await town.sandbox.clock.step(5)
    assert (await rest.post(path, {"content": "x"})).status == 200


async def test_a_routes_buckets_are_given_a_size(town: Town, rest: Rest) -> None:
    """A route takes as many requests in as much time as it is told to, until it is told otherwise."""
    route = "GET /channels/{channel_id}/messages"
    limits = await town.sandbox.limits(buckets=True, routes={route: {"limit": 2, "per_s": 3}})
    assert limits["routes"][route] == {"limit": 2, "per_s": 3, "scope": "user"}
    path = f"/channels/{town.general.id}/messages"
    answers = [await rest.get(path) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[0].headers["X-RateLimit-Limit"] == "2"
    assert 2 < answers[2].body["retry_after"] <= 3
    assert answers[2].headers["Retry-After"] == "3"
    await town.sandbox.limits(routes={route: None})
    assert {(await rest.get(path)).status for _ in range(3)} == {200}
    for wrong in ({"GET /nonsense": {"limit": 1}}, {route: {"limit": 0}}, {route: 5}):
        with pytest.raises(SandboxError, match=r"`routes`|is no route"):
            await town.sandbox.limits(routes=wrong)


async def test_a_shared_bucket_counts_all_bots(town: Town, rest: Rest) -> None:
    """What one bot uses up is gone for another, which is not counted as its fault."""
    route = "GET /guilds/{guild_id}/roles"
    await town.sandbox.limits(buckets=True, routes={route: {"limit": 1, "scope": "shared"}})
    assert (await rest.get(f"/guilds/{town.guild.id}/roles")).status == 200
    other = await town.sandbox.make_application("Other")
    await town.guild.add_bot(other)
    rest.use(other.token)
    refused = await rest.get(f"/guilds/{town.guild.id}/roles")
    assert refused.status == 429
    assert refused.headers["X-RateLimit-Scope"] == "shared"
    assert (await town.sandbox.control.get("/limits"))["invalid_count"] == 0


async def test_session_starts_can_be_unlimited(town: Town, rest: Rest) -> None:
    """With null as many sessions as one likes begin, and bots are told of the usual number."""
    await town.sandbox.limits(identifies_per_day=1)
    assert (await rest.get("/gateway/bot")).body["session_start_limit"]["total"] == 1
    await town.sandbox.limits(identifies_per_day=None)
    for _ in range(2):
        async with connected(town) as socket:
            await identify(socket, town.application.token, 1)
            await dispatched(socket, "READY")
    started = (await rest.get("/gateway/bot")).body["session_start_limit"]
    assert (started["total"], started["remaining"]) == (1000, 1000)


async def test_retry_after_is_never_too_soon(town: Town, rest: Rest) -> None:
    """The header has whole seconds, and none of them is left out."""
    await town.sandbox.fault("ratelimit", retry_after=2.1, count=1)
    assert (await rest.get("/users/@me")).headers["Retry-After"] == "3"


async def test_direct_messages_have_no_bucket_unless_asked_for(town: Town, rest: Rest) -> None:
    """Whether DMs are limited so is not known of Discord, so it is a switch."""
    await town.sandbox.limits(buckets=True)
    path = f"/channels/{await rest.open_dm(town.ben.id)}/messages"
    assert {(await rest.post(path, {"content": "x"})).status for _ in range(8)} == {200}
    await town.sandbox.limits(dm_buckets=True)
    statuses = [(await rest.post(path, {"content": "x"})).status for _ in range(6)]
    assert statuses == [200] * 5 + [429]


async def test_the_global_limit(town: Town, rest: Rest) -> None:
    """More than so many requests in a second are refused over all routes."""
    assert (await town.sandbox.limits(global_per_second=2))["global_per_second"] == 2
    paths = ["/users/@me", "/gateway/bot", "/applications/@me"] * 4
    answers = await asyncio.gather(*(rest.get(path) for path in paths))
    refused = [answer for answer in answers if answer.status == 429]
    assert 2 <= len(answers) - len(refused) < len(answers)
    assert refused[0].body["global"] is True
    assert refused[0].headers["X-RateLimit-Global"] == "true"


async def test_opening_dms_too_fast(town: Town, rest: Rest) -> None:
    """Too many new DM channels are refused with 40003; known ones are not counted."""
    await town.sandbox.limits(dm_opens_per_10m=1)
    await rest.open_dm(town.ben.id)
    await rest.open_dm(town.ben.id)
    refused = await rest.post("/users/@me/channels", {"recipient_id": str(town.ann.id)})
    assert (refused.status, refused.code) == (403, 40003)
    await town.sandbox.clock.step(600)
    await rest.open_dm(town.ann.id)


async def test_the_ban_for_invalid_requests(town: Town, rest: Rest) -> None:
    """Too many 401, 403 and 429 shut the address out; shared 429s do not count."""
    await town.sandbox.limits(invalid_per_10m=3)
    await town.sandbox.fault("ratelimit", scope="shared", count=5)
    for _ in range(5):
        assert (await rest.get("/users/@me")).status == 429
    await town.sandbox.fault("status", status=403, code=50001, count=3)
    for _ in range(3):
        assert (await rest.get("/users/@me")).status == 403
    banned = await rest.get("/users/@me")
    assert banned.status == 429
    assert "Via" not in banned.headers
    assert banned.headers["Content-Type"] == "text/html"
    await town.sandbox.clock.step(601)
    assert (await rest.get("/users/@me")).status == 200


async def test_interactions_are_exempt(town: Town, rest: Rest) -> None:
    """Callbacks do not count against the global limit."""
    await town.sandbox.limits(global_per_second=1)
    statuses = [
        (await rest.post("/interactions/1/token/callback", {"type": 4})).status for _ in range(4)
    ]
    assert statuses == [404] * 4
