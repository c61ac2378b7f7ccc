"""Threads: opened, joined, archived, listed and searched."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Member, Sandbox, SandboxError

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


async def test_an_idle_thread_is_archived(town: Town, rest: Rest) -> None:
    """When its time has passed by the sandbox's clock, and its members are told; not before."""
    clock = town.sandbox.clock
    thread = await _thread(rest, town, auto_archive_duration=60)
    active = f"/guilds/{town.guild.id}/threads/active"
    await clock.step(59 * 60)
    await town.ben.write(int(thread), "still here")
    await clock.step(59 * 60)
    assert await _ids(rest, active) == [thread]
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0)
        await dispatched(socket, "GUILD_CREATE")
        # The last second passes by itself.
        await clock.step(59)
        told = (await dispatched(socket, "THREAD_UPDATE"))["d"]
    assert (told["id"], told["thread_metadata"]["archived"]) == (thread, True)
    assert await _ids(rest, active) == []
    public = f"/channels/{town.general.id}/threads/archived/public"
    assert await _ids(rest, public) == [thread]


async def test_nothing_is_archived_twice_or_late(town: Town, rest: Rest) -> None:
    """A long step archives each thread as of when it fell idle, the one after the other."""
    day = await _thread(rest, town, auto_archive_duration=1440)
    hour = await _thread(rest, town, auto_archive_duration=60)
    events = await town.sandbox.events()
    await town.sandbox.clock.step(timedelta(days=30))
    await events.wait_for(lambda frame: frame.type == "CLOCK" or None, since=0)
    told = [frame.data for frame in events.frames if frame.type == "THREAD_UPDATE"]
    assert [one["id"] for one in told] == [hour, day]
    fell_idle = [
        datetime.fromisoformat(one["thread_metadata"]["archive_timestamp"]) for one in told
    ]
    between = fell_idle[1] - fell_idle[0]
    assert abs(between - timedelta(hours=23)) < timedelta(minutes=1)


async def test_a_message_opens_an_archived_thread(town: Town, rest: Rest) -> None:
    """A message opens it before it is there; what is old in it cannot be changed till then."""
    thread = await _thread(rest, town, auto_archive_duration=60)
    path = f"/channels/{thread}"
    first = (await rest.post(f"{path}/messages", {"content": "x"})).body["id"]
    await town.sandbox.clock.step(timedelta(hours=2))
    assert (await rest.patch(f"{path}/messages/{first}", {"content": "y"})).code == 50083
    assert (await rest.put(f"{path}/messages/{first}/reactions/%F0%9F%91%8D/@me")).code == 50083
    assert (await rest.put(f"{path}/thread-members/{town.ben.id}")).code == 50083
    assert (await rest.patch(path, {"name": "Other"})).code == 50083
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0 | 1 << 9)
        await dispatched(socket, "GUILD_CREATE")
        await town.ben.write(int(thread), "again")
        opened = await dispatched(socket, "THREAD_UPDATE")
        written = await dispatched(socket, "MESSAGE_CREATE")
    assert opened["d"]["thread_metadata"]["archived"] is False
    assert opened["s"] < written["s"]
    await town.sandbox.clock.step(timedelta(minutes=59))
    assert (await rest.get(path)).body["thread_metadata"]["archived"] is False
    await town.sandbox.clock.step(timedelta(minutes=2))
    assert (await rest.get(path)).body["thread_metadata"]["archived"] is True


async def test_a_locked_thread_is_for_moderators(town: Town, rest: Rest) -> None:
    """Members neither write in it nor open it; who may manage threads does both."""
    await town.general.set_permissions(town.application.id, allow=THREADS, member=True)
    thread = await _thread(rest, town, auto_archive_duration=60)
    path = f"/channels/{thread}"
    assert (await rest.patch(path, {"locked": True})).status == 200
    with pytest.raises(SandboxError, match="160005"):
        await town.ben.write(int(thread), "x")
    assert (await rest.post(f"{path}/messages", {"content": "x"})).status == 200
    await town.sandbox.clock.step(timedelta(hours=2))
    assert (await rest.post(f"{path}/messages", {"content": "x"})).code == 50083
    await town.general.set_permissions(town.application.id, member=True)
    assert (await rest.patch(path, {"archived": False})).code == 50013
    await town.general.set_permissions(town.application.id, allow=THREADS, member=True)
    assert (await rest.patch(path, {"archived": False})).status == 200


async def test_a_new_span_counts_from_when_it_is_set(town: Town, rest: Rest) -> None:
    """Shortening the time does not archive at once; a pinned post waits for ever."""
    thread = await _thread(rest, town, auto_archive_duration=1440)
    await town.sandbox.clock.step(timedelta(hours=2))
    path = f"/channels/{thread}"
    shorter = await rest.patch(path, {"auto_archive_duration": 60})
    assert shorter.body["thread_metadata"]["archived"] is False
    await town.sandbox.clock.step(timedelta(minutes=61))
    assert (await rest.get(path)).body["thread_metadata"]["archived"] is True
    forum = await town.guild.make_channel("ideas", type=15)
    await forum.set_permissions(town.application.id, allow=THREADS, member=True)
    made = [(await town.ben.start_post(forum, name, "x")).id for name in ("First", "Second")]
    assert (await rest.patch(f"/channels/{made[0]}", {"flags": 2})).status == 200
    await town.sandbox.clock.step(timedelta(days=2))
    posts = [(await rest.get(f"/channels/{one}")).body["thread_metadata"] for one in made]
    assert [post["archived"] for post in posts] == [False, True]


async def test_archiving_goes_on_after_a_restart(tmp_path: Path) -> None:
    """A thread from a state file is archived at its time, or at once where that has passed."""
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.make_user("ann")
        home = await sandbox.make_guild("Home", owner=ann)
        forum = await home.make_channel("ideas", type=15, default_auto_archive_duration=60)
        post = (await ann.start_post(forum, "Rope", "Who has rope?")).id
    async with Sandbox.start(options=options) as sandbox:
        again = await sandbox.member("ann")
        assert await _archived(again, post) is False
        await sandbox.clock.step(timedelta(hours=2))
        assert await _archived(again, post) is True


async def _archived(member: Member, thread_id: int) -> bool:
    for channel in (await member.view())["guilds"][0]["channels"]:
        if channel["id"] == str(thread_id):
            return bool(channel["thread_metadata"]["archived"])
    raise LookupError(thread_id)


async def _thread(rest: Rest, town: Town, **more: object) -> str:
    body = {"name": "Talk", "type": 11, **more}
    made = await rest.post(f"/channels/{town.general.id}/threads", body)
    assert made.status == 201, made.body
    return str(made.body["id"])
