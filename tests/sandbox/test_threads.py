"""Threads: opened, joined, archived, listed and searched."""

from __future__ import annotations

import asyncio

from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

THREADS = 1 << 34 | 1 << 36


async def test_threads_are_found_by_how_they_are(town: Town, rest: Rest) -> None:
    """Active and archived, public and private ones have lists of their own."""
    await town.general.set_permissions(town.application.id, allow=THREADS, member=True)
    general = f"/channels/{town.general.id}"
    public = await rest.post(f"{general}/threads", {"name": "Open talk", "type": 11})
    private = await rest.post(f"{general}/threads", {"name": "Closed talk", "type": 12})
    assert (public.status, public.body["type"], private.body["type"]) == (201, 11, 12)
    assert await _ids(rest, f"/guilds/{town.guild.id}/threads/active") == [
        public.body["id"],
        private.body["id"],
    ]
    await town.sandbox.clock.step(60)
    for made in (public, private):
        shut = await rest.patch(f"/channels/{made.body['id']}", {"archived": True, "locked": True})
        metadata = shut.body["thread_metadata"]
        assert (metadata["archived"], metadata["locked"]) == (True, True)
        assert metadata["create_timestamp"] < metadata["archive_timestamp"]
    assert await _ids(rest, f"/guilds/{town.guild.id}/threads/active") == []
    assert await _ids(rest, f"{general}/threads/archived/public") == [public.body["id"]]
    assert await _ids(rest, f"{general}/threads/archived/private") == [private.body["id"]]
    mine = f"{general}/users/@me/threads/archived/private"
    assert await _ids(rest, mine) == [private.body["id"]]
    before = public.body["thread_metadata"]["create_timestamp"].replace("+", "%2B")
    assert await _ids(rest, f"{general}/threads/archived/public?before={before}") == []
    nonsense = await rest.get(f"{general}/threads/archived/public?before=yesterday")
    assert (nonsense.status, nonsense.code) == (400, 50035)


async def _ids(rest: Rest, path: str) -> list[str]:
    answer = await rest.get(path)
    assert answer.status == 200, answer.body
    return [thread["id"] for thread in answer.body["threads"]]


async def test_threads_are_searched_by_name(town: Town, rest: Rest) -> None:
    """A part of the name finds a thread; pages and totals go with it."""
    general = f"/channels/{town.general.id}"
    for name in ("Ruins on Monday", "Altars", "Ruins on Friday"):
        await rest.post(f"{general}/threads", {"name": name, "type": 11})
    found = (await rest.get(f"{general}/threads/search?name=ruins&limit=1")).body
    assert [thread["name"] for thread in found["threads"]] == ["Ruins on Friday"]
    assert (found["total_results"], found["has_more"]) == (2, True)
    rest_of_it = (await rest.get(f"{general}/threads/search?name=ruins&offset=1")).body
    assert [thread["name"] for thread in rest_of_it["threads"]] == ["Ruins on Monday"]
    assert (await rest.get(f"{general}/threads/search?archived=true")).body["threads"] == []


async def test_members_come_and_go(town: Town, rest: Rest) -> None:
    """Who is on a thread is listed; adding and removing are told."""
    await town.general.set_permissions(town.application.id, allow=THREADS, member=True)
    made = await rest.post(f"/channels/{town.general.id}/threads", {"name": "Talk", "type": 12})
    path = f"/channels/{made.body['id']}/thread-members"
    assert town.ben.id not in await _members(rest, path)
    assert (await rest.put(f"{path}/{town.ben.id}")).status == 204
    assert town.ben.id in await _members(rest, path)
    assert (await rest.get(f"{path}/{town.ben.id}")).body["user_id"] == str(town.ben.id)
    written = await town.ben.write(int(made.body["id"]), "I am in")
    assert written.content == "I am in"
    assert (await rest.delete(f"{path}/{town.ben.id}")).status == 204
    assert (await rest.get(f"{path}/{town.ben.id}")).code == 10007
    assert (await rest.delete(f"{path}/@me")).status == 204
    assert await _members(rest, path) == set()


async def _members(rest: Rest, path: str) -> set[int]:
    async with asyncio.timeout(10):
        return {int(member["user_id"]) for member in (await rest.get(path)).body}


async def test_a_message_has_one_thread(town: Town, rest: Rest) -> None:
    """A thread on a message has the message's id, and there is no second."""
    sent = await rest.post(f"/channels/{town.general.id}/messages", {"content": "start"})
    path = f"/channels/{town.general.id}/messages/{sent.body['id']}"
    opened = await rest.post(f"{path}/threads", {"name": "Talk"})
    assert opened.body["id"] == sent.body["id"]
    assert (await rest.get(path)).body["flags"] & 1 << 5
    assert (await rest.post(f"{path}/threads", {"name": "Again"})).code == 160004
    assert (await rest.delete(f"/channels/{opened.body['id']}")).code == 50013
