"""Faults strike what they are ordered for, and leave the world as the real fault would."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import SandboxError


def path(town: Town) -> str:
    return f"/channels/{town.general.id}/messages"


async def contents(town: Town) -> list[str]:
    return [message.content for message in await town.general.messages()]


async def test_a_lost_answer_has_taken_effect(town: Town, rest: Rest) -> None:
    """The connection breaks after the commit: the message is there, and a repeat finds it."""
    fault = await town.sandbox.fault("lose_answer", method="POST", path="/messages$", count=1)
    body = {"content": "once", "nonce": "a", "enforce_nonce": True}
    with pytest.raises(aiohttp.ClientConnectionError):
        await rest.post(path(town), body)
    await fault.wait_struck()
    assert await contents(town) == ["once"]
    assert (await rest.post(path(town), body)).status == 200
    assert await contents(town) == ["once"]
    assert [row["status"] for row in await town.sandbox.requests() if row.get("fault")] == [0]


async def test_a_dropped_request_has_not(town: Town, rest: Rest) -> None:
    """The connection breaks before the commit: nothing is there."""
    await town.sandbox.fault("drop", path="/messages$", count=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await rest.post(path(town), {"content": "x"})
    assert await contents(town) == []


async def test_statuses_with_and_without_a_code(town: Town, rest: Rest) -> None:
    """With a code it is Discord that refuses; without one it is a proxy's page."""
    await town.sandbox.fault("status", path="/messages$", status=403, code=50007, count=1)
    refused = await rest.post(path(town), {"content": "x"})
    assert refused.body == {"message": "Cannot send messages to this user", "code": 50007}
    await town.sandbox.fault("status", path="/messages$", status=502, count=1)
    broken = await rest.post(path(town), {"content": "x"})
    assert broken.status == 502
    assert broken.headers["Content-Type"] == "text/html"
    assert await contents(town) == []


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_rate_limits_to_order(town: Town, rest: Rest, scope: str) -> None:
    """A 429 says whose limit it is, and when to come back."""
    await town.sandbox.fault("ratelimit", scope=scope, retry_after=2.5, count=1)
    answer = await rest.post(path(town), {"content": "x"})
    assert answer.status == 429
    assert answer.body["retry_after"] == 2.5
    assert answer.body["global"] is (scope == "global")
    assert answer.headers["X-RateLimit-Scope"] == scope
    assert answer.headers["Via"]


@pytest.mark.parametrize(("stage", "there"), [("before", []), ("after", ["held"])])
async def test_a_held_request(town: Town, rest: Rest, stage: str, there: list[str]) -> None:
    """A request waits before or after its commit until it is released."""
    fault = await town.sandbox.fault("hold", stage=stage, path="/messages$", method="POST")
    sending = asyncio.create_task(rest.post(path(town), {"content": "held"}))
    await fault.wait_struck()
    if stage == "after":
        await town.general.wait_for_message()
    assert await contents(town) == there
    await fault.release()
    assert (await sending).status == 200
    assert await contents(town) == ["held"]


async def test_whoever_asks_for_whatever_is_struck(town: Town, rest: Rest) -> None:
    """A fault is of the network: a bad token, an unknown path, a ban and a file change nothing."""
    form = aiohttp.FormData()
    form.add_field("files[0]", b"x", filename="a.txt")
    headers = {"Authorization": f"Bot {town.application.token}"}
    async with aiohttp.ClientSession() as session:
        url = town.sandbox.api_url + path(town)
        async with session.post(url, data=form, headers=headers) as response:
            file_url = (await response.json())["attachments"][0]["url"]
        await town.sandbox.limits(invalid_per_10m=1)
        async with await town.sandbox.fault("status", status=503) as fault:
            for asked in (f"{town.sandbox.api_url}/users/@me", url + "/nonsense/at/all", file_url):
                async with session.get(asked) as response:
                    assert response.status == 503, asked
            assert await fault.struck() == 3
        async with session.get(file_url) as response:
            assert await response.read() == b"x"
        async with await town.sandbox.fault("drop"):
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get(file_url)
    assert (await rest.call("POST", path(town), {"content": "x"})).status == 200


async def test_a_fault_for_one_person(town: Town, rest: Rest) -> None:
    """`user_id` picks the DMs of one member, and the opening of them."""
    await town.sandbox.fault("status", user_id=town.ben, status=403, code=50007)
    ben = await rest.post("/users/@me/channels", {"recipient_id": str(town.ben.id)})
    assert ben.code == 50007
    await town.sandbox.clear_faults()
    dms = {who.id: await rest.open_dm(who.id) for who in (town.ann, town.ben)}
    await town.sandbox.fault("status", user_id=town.ben, status=403, code=50007)
    statuses = [
        (await rest.post(f"/channels/{channel}/messages", {"content": "x"})).status
        for channel in dms.values()
    ]
    assert statuses == [200, 403]


async def test_after_and_count(town: Town, rest: Rest) -> None:
    """`after` lets some pass first, and `count` says how many are struck."""
    await town.sandbox.fault("status", path="/messages$", status=500, code=0, after=1, count=2)
    statuses = [(await rest.post(path(town), {"content": "x"})).status for _ in range(4)]
    assert statuses == [200, 500, 500, 200]


async def test_chance_is_repeatable(town: Town, rest: Rest) -> None:
    """The same seed strikes the same requests."""
    runs = []
    for _ in range(2):
        async with await town.sandbox.fault(
            "status", path="/messages$", status=500, code=0, probability=0.5, seed=3
        ):
            runs.append([(await rest.post(path(town), {"content": "x"})).status for _ in range(8)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


async def test_slow_answers(town: Town, rest: Rest) -> None:
    """A slow answer after the commit: the message is there before the answer is."""
    await town.sandbox.fault("slow_after_commit", path="/messages$", seconds=0.3, count=1)
    sending = asyncio.create_task(rest.post(path(town), {"content": "x"}))
    await town.general.wait_for_message()
    assert not sending.done()
    assert (await sending).status == 200


async def test_nonsense_is_refused(town: Town) -> None:
    """A fault that cannot be understood is not ordered, and the refusal says what is wrong."""
    for body, said in (
        ({"kind": "explode"}, "kind must be one of"),
        ({"kind": "drop", "path": "("}, "not a regular expression"),
        ({"kind": "drop", "colour": 1}, "colour is not known"),
        ({"kind": "drop", "probability": 7}, "probability must be from 0 to 1"),
        ({"kind": "drop", "count": 0}, "count must be at least 1"),
        ({"kind": "drop", "count": True}, "count has a wrong type"),
        ({"kind": "status", "status": 9999}, "status must be from 400 to 599"),
        ({"kind": "slow", "seconds": -1}, "seconds must be from 0"),
    ):
        with pytest.raises(SandboxError, match=said):
            await town.sandbox.control.post("/faults", body)
