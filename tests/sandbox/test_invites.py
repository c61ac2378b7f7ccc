"""Invites: made by bots and members, joined by, used up, run out and revoked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.clock import SandboxClock
from discord_sandbox.errors import ApiError
from discord_sandbox.guilds import create_guild
from discord_sandbox.invites import find_invite, make_invite
from discord_sandbox.state import load, save
from discord_sandbox.testing import Member, SandboxError
from discord_sandbox.world import World

GUILD_INVITES = 1 << 6
MANAGE_CHANNELS = 1 << 4
DAY_MS = 86_400_000


async def _cleo(town: Town) -> Member:
    return await town.sandbox.make_user("cleo")


async def _made(town: Town, rest: Rest, **body: Any) -> Any:
    answer = await rest.post(f"/channels/{town.general.id}/invites", body)
    assert answer.status == 200, answer.body
    return answer.body


async def test_a_library_invites(town: Town, bot: ExampleBot) -> None:
    """discord.py makes an invite, reads it, lists it where it may, and revokes it."""
    channel = bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    invite = await channel.create_invite(max_age=3600, max_uses=2)
    found = await bot.fetch_invite(invite.code, with_counts=True)
    assert (found.guild and found.guild.id, found.approximate_member_count) == (town.guild.id, 3)
    with pytest.raises(discord.Forbidden):
        await channel.invites()
    await town.general.set_permissions(town.application.id, allow=MANAGE_CHANNELS, member=True)
    (listed,) = await channel.invites()
    assert (listed.max_age, listed.max_uses, listed.uses) == (3600, 2, 0)
    await listed.delete()
    with pytest.raises(discord.NotFound):
        await bot.fetch_invite(invite.code)


async def test_members_join_by_it_until_it_is_used_up(town: Town, admin: Rest) -> None:
    """Uses are counted; the last one ends it, which is told before the member is."""
    made = await _made(town, admin, max_uses=1)
    async with connected(town) as socket:
        watch = await town.sandbox.make_application("Watch", intents=["guild_members"])
        await town.guild.add_bot(watch, permissions=8)
        await identify(socket, watch.token, GUILD_INVITES | 1 << 1)
        await dispatched(socket, "READY")
        cleo = await _cleo(town)
        await cleo.join(made["code"])
        first, second = [await dispatched(socket) for _ in range(2)]
        assert (first["t"], first["d"]["code"]) == ("INVITE_DELETE", made["code"])
        assert (second["t"], second["d"]["user"]["id"]) == ("GUILD_MEMBER_ADD", str(cleo.id))
    assert (await admin.get(f"/invites/{made['code']}")).code == 10006
    with pytest.raises(SandboxError, match="10006"):
        await (await town.sandbox.make_user("dan")).join(made["code"])


async def test_uses_are_counted(town: Town, admin: Rest) -> None:
    """Once for each who joins; a member who follows it again uses nothing."""
    made = await _made(town, admin, max_uses=5)
    cleo = await _cleo(town)
    await cleo.join(made["code"])
    await cleo.join(made["code"])
    (listed,) = (await admin.get(f"/guilds/{town.guild.id}/invites")).body
    assert (listed["code"], listed["uses"]) == (made["code"], 1)


async def test_an_invite_runs_out_by_the_clock(town: Town, admin: Rest) -> None:
    """A day after it was made at first, never with 0; nobody is told."""
    day, ever = await _made(town, admin), await _made(town, admin, max_age=0)
    assert ever["expires_at"] is None
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_INVITES | 1 << 9)
        await dispatched(socket, "READY")
        await town.sandbox.control.post("/clock", {"step_ms": DAY_MS + 1000})
        assert (await admin.get(f"/invites/{day['code']}")).code == 10006
        assert (await admin.get(f"/invites/{ever['code']}")).status == 200
        await town.ben.write(town.general, "still here")
        assert (await dispatched(socket))["t"] == "MESSAGE_CREATE"


async def test_a_like_invite_is_given_again(town: Town, admin: Rest) -> None:
    """Unless a unique one is asked for."""
    first = await _made(town, admin)
    assert (await _made(town, admin))["code"] == first["code"]
    assert (await _made(town, admin, unique=True))["code"] != first["code"]
    assert (await _made(town, admin, max_uses=3))["code"] != first["code"]


async def test_who_manages_the_channel_is_told(town: Town, admin: Rest) -> None:
    """INVITE_CREATE goes to those with MANAGE_CHANNELS and the intent, to no others."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_INVITES)
        await dispatched(socket, "READY")
        await _made(town, admin, unique=True)
        await town.general.set_permissions(town.application.id, allow=MANAGE_CHANNELS, member=True)
        code = await town.ben.invite(town.general, max_age=60, temporary=True)
        told = (await dispatched(socket))["d"]
        assert (told["code"], told["max_age"], told["temporary"]) == (code, 60, True)
        assert told["inviter"]["id"] == str(town.ben.id)
        await town.ben.revoke(code)
        gone = (await dispatched(socket, "INVITE_DELETE"))["d"]
        assert gone["code"] == code


async def test_a_visit_ends_when_the_visitor_goes(town: Town) -> None:
    """Who joined by a temporary invite is let go when they are offline, but not with a role."""
    code = await town.ann.invite(town.general, temporary=True)
    cleo, dan = await _cleo(town), await town.sandbox.make_user("dan")
    role = await town.guild.make_role("Kept")
    for visitor in (cleo, dan):
        await visitor.join(code)
    await town.guild.add_member(dan, [role])
    for visitor in (cleo, dan):
        await visitor.set_status("offline")
    (guild,) = (await town.ann.view())["guilds"]
    ids = {member["user"]["id"] for member in guild["members"]}
    assert str(dan.id) in ids
    assert str(cleo.id) not in ids


async def test_an_invite_gives_roles(town: Town, admin: Rest) -> None:
    """The roles that it names go to whoever joins, if they are below the bot's own."""
    role = await town.guild.make_role("Guest")
    made = await _made(town, admin, role_ids=[str(role)])
    assert [one["id"] for one in made["roles"]] == [str(role)]
    cleo = await _cleo(town)
    await cleo.join(made["code"])
    path = f"/guilds/{town.guild.id}/members/{cleo.id}"
    assert (await admin.get(path)).body["roles"] == [str(role)]
    missing = await admin.post(
        f"/channels/{town.general.id}/invites", {"role_ids": [str(role + 1)]}
    )
    assert missing.code == 10011


async def test_what_cannot_be_made_or_revoked(town: Town, rest: Rest) -> None:
    """Without the right, to a category, with a number out of range; others' invites; bans."""
    path = f"/channels/{town.general.id}/invites"
    assert list((await rest.post(path, {"max_age": 5_184_001})).body["errors"]) == ["max_age"]
    assert (await rest.post(path, {"target_type": 2})).status == 501
    category = await town.guild.make_channel("Rooms", type=4)
    assert (await rest.post(f"/channels/{category.id}/invites")).code == 50024
    await town.general.set_permissions(town.application.id, deny=1, member=True)
    assert (await rest.post(path)).code == 50013
    code = await town.ann.invite(town.general)
    assert (await rest.delete(f"/invites/{code}")).code == 50013
    assert (await rest.get(f"/guilds/{town.guild.id}/invites")).code == 50013
    assert (await rest.get(f"/guilds/{town.guild.id}/vanity-url")).code == 50013
    assert (await rest.delete("/invites/nonsense")).code == 10006
    with pytest.raises(SandboxError):
        await town.ben.revoke(code)


async def test_who_is_banned_does_not_join(town: Town, admin: Rest) -> None:
    """40007, and the invite is not used."""
    cleo = await _cleo(town)
    made = await _made(town, admin, max_uses=1)
    await admin.put(f"/guilds/{town.guild.id}/bans/{cleo.id}", {})
    with pytest.raises(SandboxError, match="40007"):
        await cleo.join(made["code"])
    assert (await admin.get(f"/invites/{made['code']}")).status == 200
    assert (await admin.get(f"/guilds/{town.guild.id}/vanity-url")).body == {
        "code": None,
        "uses": 0,
    }


async def test_the_invites_of_a_channel_go_with_it(town: Town, admin: Rest) -> None:
    """Its code leads nowhere any more."""
    made = await _made(town, admin)
    await town.general.delete()
    assert (await admin.get(f"/invites/{made['code']}")).code == 10006


def test_a_state_file_keeps_invites_and_when_they_end(tmp_path: Path) -> None:
    """What ran out while the sandbox was down is gone after it was looked at."""
    world = World(SandboxClock())
    guild = create_guild(world, "Home", world.create_user("ann"))
    (channel,) = guild.channels.values()
    inviter = world.users[guild.owner_id]
    short = make_invite(world, guild, channel, inviter, {"max_age": 60})
    long = make_invite(world, guild, channel, inviter, {"max_age": 600})
    save(world, tmp_path / "state")
    again = World(SandboxClock())
    load(again, tmp_path / "state")
    assert find_invite(again, short.code)[1] == short
    again.clock.step_ms(61_000)
    with pytest.raises(ApiError):
        find_invite(again, short.code)
    assert find_invite(again, long.code)[1] == long
