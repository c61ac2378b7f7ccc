"""Onboarding of new members, and what holds people back during a raid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify
from tests.sandbox.test_guild_settings import community

from discord_sandbox.testing import SandboxError

MANAGE_GUILD = 1 << 5


async def channels(town: Town) -> list[str]:
    """The ids of seven channels that everybody can write in."""
    made = [await town.guild.make_channel(f"c{number}") for number in range(5)]
    quiet = town.guild.channel("quiet")
    return [str(one.id) for one in (town.general, quiet, *made)]


def prompt(*options: Any, **more: Any) -> dict[str, Any]:
    return {"id": "0", "title": "Why?", "options": list(options), "in_onboarding": True, **more}


async def test_onboarding_is_set_and_gone_through(town: Town, admin: Rest) -> None:
    """Prompts get ids, which they keep; a member's answers give them the roles."""
    guild = await community(town, admin)
    path = f"{guild}/onboarding"
    assert (await admin.get(path)).body == {
        "guild_id": str(town.guild.id),
        "prompts": [],
        "default_channel_ids": [],
        "enabled": False,
        "mode": 0,
    }
    red, blue = [str(await town.guild.make_role(name)) for name in ("red", "blue")]
    options = [
        {"title": title, "role_ids": [role], "emoji_name": "🔥", "id": "0"}
        for title, role in (("Red", red), ("Blue", blue))
    ]
    asked = {
        "enabled": True,
        "default_channel_ids": await channels(town),
        "prompts": [prompt(*options, single_select=True, required=True)],
    }
    made = await admin.put(path, asked)
    assert made.status == 200, made.body
    (first,) = made.body["prompts"]
    assert first["options"][0]["emoji"] == {"id": None, "name": "🔥", "animated": False}
    again = await admin.put(path, {"prompts": [{**prompt(*options), "id": first["id"]}]})
    assert again.body["prompts"][0]["id"] == first["id"]
    made = await admin.put(path, asked)
    one, other = [int(option["id"]) for option in made.body["prompts"][0]["options"]]
    for chosen, said in (((), "has to be"), ((one, other), "takes one"), ((one, 5), "no option 5")):
        with pytest.raises(SandboxError) as refusal:
            await town.ben.answer_onboarding(town.guild, *chosen)
        assert said in str(refusal.value), chosen
    member = await town.ben.answer_onboarding(town.guild, one)
    assert (member["roles"], member["flags"]) == ([red], 2 | 8)
    assert (await admin.get(f"{guild}/members/{town.ben.id}")).body["roles"] == [red]


async def test_what_onboarding_needs(town: Town, admin: Rest) -> None:
    """A community, seven channels, and five of them for everybody to write in."""
    path = f"/guilds/{town.guild.id}/onboarding"
    listed = await channels(town)
    whole = {"enabled": True, "default_channel_ids": listed}
    assert (await admin.put(path, whole)).code == 350000
    await community(town, admin)
    assert (await admin.put(path, {**whole, "default_channel_ids": listed[1:]})).code == 350000
    # In the other mode channels that answers lead to count, too.
    leading = [prompt({"title": "o", "channel_ids": listed[:1]})]
    some = {**whole, "default_channel_ids": listed[1:], "prompts": leading}
    assert (await admin.put(path, {**some, "mode": 1})).status == 200
    assert (await admin.put(path, {"mode": 0})).code == 350001
    assert (await admin.put(path, {"enabled": False, "mode": 0})).status == 200
    for channel in listed[:3]:
        body = {"type": 0, "deny": str(1 << 11)}
        await admin.put(f"/channels/{channel}/permissions/{town.guild.id}", body)
    assert (await admin.put(path, whole)).code == 350000


async def test_onboarding_that_is_refused(town: Town, admin: Rest) -> None:
    """What is missing, what is not of the server, and who may not set it or has nothing to do."""
    path = f"/guilds/{town.guild.id}/onboarding"
    for body in (
        {"default_channel_ids": ["1"]},
        {"prompts": [{"id": "0", "title": "t"}]},
        {"prompts": [prompt({"description": "d"})]},
        {"prompts": [prompt({"title": "t", "role_ids": ["1"]})]},
        {"prompts": [prompt()]},
    ):
        assert (await admin.put(path, body)).code == 50035, body
    with pytest.raises(SandboxError, match="350000"):
        await town.ben.answer_onboarding(town.guild)
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE_GUILD)
    admin.use(manager.token)
    assert (await admin.put(path, {"mode": 1})).code == 50013


async def test_there_is_no_guide_for_new_members(town: Town, rest: Rest) -> None:
    """Nobody can set one up: the answer is an empty one."""
    assert (await rest.get(f"/guilds/{town.guild.id}/new-member-welcome")).status == 204


async def test_a_raid_holds_people_back_for_a_while(town: Town, admin: Rest) -> None:
    """Nobody joins and members do not write to one another until then; all are told."""
    path = f"/guilds/{town.guild.id}/incident-actions"
    now = await town.sandbox.clock.now()
    until = (now + timedelta(hours=2)).isoformat()
    body = {"invites_disabled_until": until, "dms_disabled_until": until}
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1)
        await dispatched(socket, "GUILD_CREATE")
        answer = await admin.put(path, body)
        assert answer.status == 200, answer.body
        told = (await dispatched(socket, "GUILD_UPDATE"))["d"]["incidents_data"]
        assert told == answer.body
    cy = await town.sandbox.make_user("cy")
    with pytest.raises(SandboxError, match="invites are paused"):
        await cy.join(town.guild)
    dm = await town.ann.open_dm(town.ben)
    with pytest.raises(SandboxError, match="50007"):
        await town.ann.write(dm, "psst")
    await town.ann.write(await town.ann.open_dm(town.application), "Bots may be written to")
    await town.sandbox.clock.step(timedelta(hours=3))
    await cy.join(town.guild)
    await town.ann.write(dm, "psst")
    off = await admin.put(path, dict.fromkeys(body))
    assert set(off.body.values()) == {None}
    assert (await admin.get(f"/guilds/{town.guild.id}")).body["incidents_data"] is None


async def test_a_raid_lasts_a_day_at_most(town: Town, admin: Rest) -> None:
    """Longer is refused, and so is who does not manage the server."""
    path = f"/guilds/{town.guild.id}/incident-actions"
    until = (await town.sandbox.clock.now() + timedelta(hours=25)).isoformat()
    refused = await admin.put(path, {"dms_disabled_until": until})
    assert list(refused.body["errors"]) == ["dms_disabled_until"]
    admin.use(town.application.token)
    assert (await admin.put(path, {"dms_disabled_until": None})).code == 50013
