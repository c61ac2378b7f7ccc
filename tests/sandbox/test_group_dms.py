"""DMs of several people, and the applications that are used in them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import Sandbox, SandboxError
from discord_sandbox.testing.process import SandboxProcess


async def test_several_people_write_to_each_other(town: Town) -> None:
    """Who is added reads it from then on; who leaves reads no more, and whoever owned it hands it on."""
    cleo = await town.sandbox.make_user("cleo")
    group = await town.ben.open_group_dm(town.ann, name="Guides")
    (dm,) = (await town.ann.view())["dms"]
    assert (dm["type"], dm["name"], dm["owner_id"]) == (3, "Guides", str(town.ben.id))
    assert [one["id"] for one in dm["recipients"]] == [str(town.ben.id)]
    await town.ann.write(group, "Hello")
    assert (await town.ben.messages(group))[0].content == "Hello"
    assert (await town.ben.view())["unread"] == {str(group): 1}
    with pytest.raises(SandboxError, match="cannot see"):
        await cleo.messages(group)
    await town.ann.add_to_group_dm(group, cleo)
    added, _ = await cleo.messages(group)
    assert (added.data["type"], added.author_id) == (1, town.ann.id)
    assert [one["id"] for one in added.data["mentions"]] == [str(cleo.id)]
    await town.ben.leave_group_dm(group)
    assert (await town.ben.view())["dms"] == []
    (dm,) = (await cleo.view())["dms"]
    assert dm["owner_id"] == str(town.ann.id)
    assert (await cleo.messages(group))[0].data["type"] == 2


async def test_who_can_be_in_one(town: Town) -> None:
    """Ten people at most, each once, and no bot."""
    people = [await town.sandbox.make_user(f"p{n}") for n in range(9)]
    group = await town.ben.open_group_dm(*people)
    for refused, why in ((town.ann, "10 people"), (people[0], "already")):
        with pytest.raises(SandboxError, match=why):
            await town.ben.add_to_group_dm(group, refused)
    with pytest.raises(SandboxError, match="10 people"):
        await town.ann.open_group_dm(town.ben, *people)
    with pytest.raises(SandboxError, match="a list of the ids of others"):
        await town.ann.open_group_dm()
    bot = {"user_ids": [str(town.application.id)]}
    with pytest.raises(SandboxError, match="A bot cannot be in"):
        await town.sandbox.control.post(f"/members/{town.ben.id}/group-dm", bot)
    dm = await town.ben.open_dm(town.ann)
    with pytest.raises(SandboxError, match="no DM of several people"):
        await town.ben.leave_group_dm(dm)


async def test_an_installed_application_is_used_there(
    town: Town, bot: ExampleBot, rest: Rest
) -> None:
    """Everybody in it reads the answer and presses its buttons; the bot itself is not in it."""
    group = await town.ben.open_group_dm(town.ann)
    await town.ben.install(town.application)
    panel = await (await town.ben.command(group, "panel")).response()
    updated = await (await town.ann.press(panel, "Count")).response()
    assert updated.content == "Count 1"
    assert (await town.ben.messages(group))[0].content == "Count 1"
    assert (await rest.get(f"/channels/{group}")).code == 50001


async def test_a_state_file_keeps_them(tmp_path: Path) -> None:
    """A group is there again after the sandbox was started anew, with what was written."""
    seed = {"users": [{"username": "ann"}, {"username": "ben"}]}
    options = ["--state", str(tmp_path / "state")]
    group = 0
    for begin in (seed, None):
        process = SandboxProcess(seed=begin, options=options)
        async with Sandbox.connect(await asyncio.to_thread(process.start)) as sandbox:
            ann, ben = [await sandbox.member(name) for name in ("ann", "ben")]
            if begin is not None:
                group = await ann.open_group_dm(ben)
                await ann.write(group, "Hello")
            assert [one.content for one in await ben.messages(group)] == ["Hello"]
            assert [one["id"] for one in (await ben.view())["dms"]] == [str(group)]
        await asyncio.to_thread(process.stop)
