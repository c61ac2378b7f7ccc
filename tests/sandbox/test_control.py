"""The control API guards itself, and the command line says what is wrong."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest
from tests.sandbox.conftest import Town

from discord_sandbox.control.api import OPERATIONS
from discord_sandbox.control.routing import Operation
from discord_sandbox.rest.operations import DONE
from discord_sandbox.rest.routing import Route
from discord_sandbox.testing import File, Sandbox, WaitedInVain
from discord_sandbox.testing.process import NotStarted, SandboxProcess


async def test_a_foreign_page_cannot_drive_it(sandbox: Sandbox) -> None:
    """Neither another origin nor another name for this machine is let in."""
    async with aiohttp.ClientSession() as session:
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            async with session.get(f"{sandbox.url}/sandbox/world", headers=headers) as response:
                assert response.status == 403
        headers = {"Origin": sandbox.url}
        async with session.get(f"{sandbox.url}/sandbox/world", headers=headers) as response:
            assert response.status == 200


async def test_the_page_is_served(sandbox: Sandbox) -> None:
    """The page comes with its content type, and nothing outside of its folder does."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{sandbox.url}/") as response:
            assert response.status == 200
            assert response.content_type == "text/html"
        async with session.get(f"{sandbox.url}/%2e%2e/cli.py") as response:
            assert response.status == 404


async def test_what_a_member_sees(town: Town) -> None:
    """A view has the servers, channels and unread counts of one person."""
    await town.ann.write(town.general, "news")
    view = await town.ben.view()
    assert [guild["name"] for guild in view["guilds"]] == ["Town"]
    assert view["unread"] == {str(town.general.id): 1}
    await town.sandbox.control.post(
        f"/members/{town.ben.id}/read", {"channel_id": str(town.general.id)}
    )
    assert (await town.ben.view())["unread"] == {}
    await town.general.set_permissions(town.guild.everyone_role_id, deny=1 << 10)
    names = [channel["name"] for channel in (await town.ben.view())["guilds"][0]["channels"]]
    assert names == ["quiet"]


async def test_a_wait_in_vain_tells_what_was_seen(town: Town) -> None:
    """Who waits for the wrong thing reads what happened instead."""
    await town.ben.stream()
    await town.ann.write(town.general, "something else")
    await town.ben.wait_for_message(town.general)
    with pytest.raises(WaitedInVain, match="something else"):
        await town.ben.wait_for_message(town.general, lambda m: m.content == "x", timeout=0.05)


def test_a_port_in_use_is_one_line(sandbox_url: str) -> None:
    """Whoever starts a second sandbox is told what to do."""
    port = sandbox_url.rpartition(":")[2]
    with pytest.raises(NotStarted, match=f"port {port} is in use.*--port 0"):
        SandboxProcess(port=int(port)).start()


def test_a_seed(tmp_path: Path) -> None:
    """A bad seed is named; a good one is there when the sandbox listens."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"guilds": [{"name": "G", "owner": "nobody"}]}))
    said = subprocess.run(
        [sys.executable, "-m", "discord_sandbox", "serve", "--seed", str(seed)],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 1
    assert "there is no user 'nobody'" in said.stderr


async def test_a_seeded_world() -> None:
    """Users, applications and servers of a seed are found by name."""
    seed = {
        "users": [{"username": "ann", "id": "1001"}],
        "applications": [{"name": "Bot", "token": "secret"}],
        "guilds": [{"name": "G", "owner": "ann", "channels": ["a", "b"], "bots": ["Bot"]}],
    }
    async with Sandbox.start(seed=seed, options=["--clock", "2030-01-01T00:00:00Z"]) as sandbox:
        guild = await sandbox.guild("G")
        assert (guild.owner.id, [channel.name for channel in guild.channels]) == (1001, ["a", "b"])
        assert (await sandbox.clock.now()).year == 2030


async def test_a_world_is_kept_in_a_state_file(tmp_path: Path) -> None:
    """What there was when the sandbox ended is there when it starts again."""
    state = tmp_path / "world.json"
    options = ["--state", str(state)]
    seed = {
        "users": [{"username": "ann"}, {"username": "ben"}],
        "applications": [{"name": "Bot", "token": "secret"}],
        "guilds": [{"name": "G", "owner": "ann", "members": ["ben"], "bots": ["Bot"]}],
    }
    async with Sandbox.start(seed=seed, options=options) as sandbox:
        guild = await sandbox.guild("G")
        ben = await sandbox.member("ben")
        channel = guild.channel("general")
        await channel.set_permissions(guild.id, deny=1 << 17)
        message = await ben.write(channel, "kept")
        await ben.react(message, "👍")
        await sandbox.clock.step(86_400)
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.member("ann")
        found = (await ann.messages((await sandbox.guild("G")).channel("general")))[0]
        before = {name: value for name, value in message.data.items() if name != "nonce"}
        after = {name: value for name, value in found.data.items() if name != "reactions"}
        assert after == before
        assert found.data["reactions"][0]["emoji"]["name"] == "👍"
        assert (await sandbox.control.get("/clock"))["offset_ms"] == 86_400_000


async def test_what_a_message_carries_is_kept(tmp_path: Path) -> None:
    """Its embeds, components and files are there again when the sandbox is."""
    options = ["--state", str(tmp_path / "world.json")]
    seed = {
        "users": [{"username": "ann"}],
        "applications": [{"name": "Bot", "token": "secret"}],
        "guilds": [{"name": "G", "owner": "ann", "bots": ["Bot"]}],
    }
    button = {"type": 2, "style": 2, "label": "Stop", "custom_id": "stop"}
    body = {
        "embeds": [{"title": "Ruins", "fields": [{"name": "When", "value": "Now"}]}],
        "components": [{"type": 1, "components": [button]}],
    }
    async with Sandbox.start(seed=seed, options=options) as sandbox:
        channel = (await sandbox.guild("G")).channel("general")
        ann = await sandbox.member("ann")
        await ann.write(channel, files=[File("map.txt", b"Here be dragons.")])
        async with aiohttp.ClientSession(headers={"Authorization": "Bot secret"}) as session:
            address = f"{sandbox.api_url}/channels/{channel.id}/messages"
            async with session.post(address, json=body) as answer:
                shown = await answer.json()
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.member("ann")
        found, file = await ann.messages((await sandbox.guild("G")).channel("general"))
        assert found.data == shown
        async with (
            aiohttp.ClientSession() as session,
            session.get(file.data["attachments"][0]["url"]) as answer,
        ):
            assert await answer.read() == b"Here be dragons."


@pytest.mark.parametrize("operations", [OPERATIONS, DONE])
def test_no_two_operations_have_the_same_path(operations: Sequence[Operation | Route]) -> None:
    """The second would never be reached."""
    paths = [f"{one.method} {re.sub('{[^}]*}', '{}', one.template)}" for one in operations]
    assert sorted(paths) == sorted(set(paths))


async def test_more_than_a_hundred_members_can_be_watched(sandbox: Sandbox) -> None:
    """Each keeps a connection open, and the next request still gets through."""
    members = [await sandbox.make_user(f"watched{number}") for number in range(101)]
    await asyncio.gather(*(member.stream() for member in members))
    await asyncio.wait_for(sandbox.clock.now(), 20)
