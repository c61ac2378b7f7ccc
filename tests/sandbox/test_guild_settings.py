"""How a server is set up: its settings, the features that can be switched, flags of members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest, rest_of
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Sandbox, SandboxError

MANAGE_GUILD, MANAGE_CHANNELS = 1 << 5, 1 << 4
KICK, BAN, MANAGE_ROLES, MODERATE = 1 << 1, 1 << 2, 1 << 28, 1 << 40


async def community(town: Town, admin: Rest) -> str:
    """Make the server a community; answers its path."""
    path = f"/guilds/{town.guild.id}"
    quiet = str(town.guild.channel("quiet").id)
    asked = {
        "features": ["COMMUNITY"],
        "rules_channel_id": quiet,
        "public_updates_channel_id": str(town.general.id),
    }
    made = await admin.patch(path, asked)
    assert made.status == 200, made.body
    return path


async def test_settings_are_kept_and_told(town: Town, admin: Rest) -> None:
    """What is set is answered, told by GUILD_UPDATE, and in GUILD_CREATE of who comes later."""
    lounge = await town.guild.make_channel("lounge", type=2)
    settings: dict[str, Any] = {
        "verification_level": 3,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "afk_channel_id": str(lounge.id),
        "afk_timeout": 900,
        "system_channel_id": str(town.guild.channel("quiet").id),
        "system_channel_flags": 8,
        "rules_channel_id": str(town.general.id),
        "public_updates_channel_id": str(town.general.id),
        "safety_alerts_channel_id": str(town.general.id),
        "preferred_locale": "de",
        "description": "A town",
        "premium_progress_bar_enabled": True,
        "features": ["INVITES_DISABLED"],
    }
    path = f"/guilds/{town.guild.id}"
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1)
        await dispatched(socket, "GUILD_CREATE")
        changed = await admin.patch(path, settings)
        told = (await dispatched(socket, "GUILD_UPDATE"))["d"]
    async with connected(town) as later:
        await identify(later, town.application.token, 1)
        whole = (await dispatched(later, "GUILD_CREATE"))["d"]
    for found in (changed.body, told, whole, (await admin.get(path)).body):
        assert {name: found[name] for name in settings} == settings
    back = (await admin.patch(path, dict.fromkeys(settings))).body
    assert (back["afk_timeout"], back["verification_level"]) == (300, 0)
    assert (back["rules_channel_id"], back["description"]) == (None, None)
    assert back["features"] == ["INVITES_DISABLED"]


async def test_channels_that_cannot_be_set(town: Town, admin: Rest) -> None:
    """One that is not there, and one of a type that the setting has no use for."""
    path = f"/guilds/{town.guild.id}"
    lounge = await town.guild.make_channel("lounge", type=2)
    assert (await admin.patch(path, {"rules_channel_id": "1"})).code == 10003
    for name, channel in (
        ("afk_channel_id", town.general.id),
        ("system_channel_id", lounge.id),
        ("rules_channel_id", lounge.id),
    ):
        assert (await admin.patch(path, {name: str(channel)})).code == 50024, name
    assert (await admin.patch(path, {"afk_timeout": 7})).code == 50035
    assert (await admin.patch(path, {"region": "europe"})).status == 501


async def test_a_deleted_channel_is_set_no_longer(town: Town, admin: Rest) -> None:
    """Whatever named it names none."""
    path = f"/guilds/{town.guild.id}"
    quiet = town.guild.channel("quiet")
    names = ("system_channel_id", "rules_channel_id", "safety_alerts_channel_id")
    await admin.patch(path, dict.fromkeys(names, str(quiet.id)))
    await quiet.delete()
    guild = (await admin.get(path)).body
    assert [guild[name] for name in names] == [None, None, None]


async def test_a_community_needs_its_channels(town: Town, admin: Rest) -> None:
    """Rules and updates are somewhere; both stay, as does the feature of news, until it ends."""
    path = f"/guilds/{town.guild.id}"
    alone = await admin.patch(path, {"features": ["COMMUNITY"]})
    assert (alone.status, alone.code) == (403, 40006)
    await community(town, admin)
    assert (await admin.get(path)).body["features"] == ["COMMUNITY", "NEWS"]
    quiet = town.guild.channel("quiet")
    kept = await admin.delete(f"/channels/{quiet.id}")
    assert (kept.status, kept.code) == (400, 50074)
    with pytest.raises(SandboxError, match="50074"):
        await quiet.delete()
    unset = await admin.patch(path, {"rules_channel_id": None})
    assert list(unset.body["errors"]) == ["rules_channel_id"]
    assert (await admin.patch(path, {"features": []})).body["features"] == []
    assert (await admin.delete(f"/channels/{quiet.id}")).status == 200


async def test_who_may_switch_features(town: Town, admin: Rest) -> None:
    """Communities are switched by administrators; whoever manages the server pauses invites."""
    path = await community(town, admin)
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE_GUILD)
    admin.use(manager.token)
    assert (await admin.patch(path, {"features": []})).code == 50013
    # What nobody can switch is passed over, as clients send all that they were shown.
    both = await admin.patch(path, {"features": ["COMMUNITY", "NEWS", "INVITES_DISABLED"]})
    assert both.body["features"] == ["COMMUNITY", "INVITES_DISABLED", "NEWS"]
    admin.use(town.application.token)
    assert (await admin.patch(path, {"description": "no"})).code == 50013


async def test_nobody_joins_while_invites_are_paused(town: Town) -> None:
    """A member who wants in is told why not."""
    cy = await town.sandbox.make_user("cy")
    await town.guild.edit(features=["INVITES_DISABLED"])
    with pytest.raises(SandboxError, match="invites are paused"):
        await cy.join(town.guild)
    code = await town.ben.invite(town.general)
    with pytest.raises(SandboxError, match="invites are paused"):
        await cy.join(code)
    await town.ben.join(code)
    await town.guild.edit(features=[])
    await cy.join(town.guild)
    assert [guild["name"] for guild in (await cy.view())["guilds"]] == ["Town"]


async def test_joins_that_are_not_announced(town: Town) -> None:
    """The first of the system channel's flags leaves out the message about who joined."""
    cy, dan = [await town.sandbox.make_user(name) for name in ("cy", "dan")]
    await town.guild.edit(system_channel_flags=1)
    await cy.join(town.guild)
    assert await town.ben.messages(town.general) == []
    await town.guild.edit(system_channel_flags=0)
    await dan.join(town.guild)
    (said,) = await town.ben.messages(town.general)
    assert (said.data["type"], said.author_id) == (7, dan.id)


async def test_a_server_is_given_away_by_its_owner(town: Town, admin: Rest) -> None:
    """To another member, and not to a bot nor by one."""
    path = f"/guilds/{town.guild.id}"
    ben = str(town.ben.id)
    assert (await admin.patch(path, {"owner_id": ben})).code == 50013
    with pytest.raises(SandboxError, match="50013"):
        await town.guild.edit(owner_id=str(town.application.id))
    with pytest.raises(SandboxError, match="10007"):
        await town.guild.edit(owner_id="1")
    assert (await town.guild.edit(owner_id=ben))["owner_id"] == ben
    await town.ann.leave(town.guild)


async def test_flags_of_a_member(town: Town, rest: Rest) -> None:
    """Passing by the verification is granted; that somebody came back is the server's to say."""
    await town.ben.leave(town.guild)
    await town.ben.join(town.guild)
    path = f"/guilds/{town.guild.id}/members/{town.ben.id}"
    assert (await rest.get(path)).body["flags"] == 1
    assert (await rest.patch(path, {"flags": 4})).code == 50013
    for number, granted in enumerate((MANAGE_GUILD, MANAGE_ROLES, KICK | BAN | MODERATE)):
        bot = await town.sandbox.make_application(f"Bot {number}")
        await town.guild.add_bot(bot, permissions=granted)
        rest.use(bot.token)
        assert (await rest.patch(path, {"flags": 4 | 2})).body["flags"] == 1 | 4
        assert (await rest.patch(path, {"flags": 0})).body["flags"] == 1


async def test_settings_survive_a_restart(tmp_path: Path) -> None:
    """The state file has them."""
    options = ("--state", str(tmp_path / "state"))
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.make_user("ann")
        bot = await sandbox.make_application("Bot")
        home = await sandbox.make_guild("Home", owner=ann, bots=[bot])
        before = await home.edit(verification_level=2, features=["INVITES_DISABLED"])
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        after = await rest_of(session, sandbox, bot).get(f"/guilds/{home.id}")
        assert after.body == before
