"""Who is let go by pruning; welcome screens and widgets."""

from __future__ import annotations

from typing import Any

import aiohttp
from tests.sandbox.conftest import Town
from tests.sandbox.openapi import check_answer
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

DAY_MS = 86_400_000
VIEW_CHANNEL = 1 << 10


async def _wait(town: Town, days: int) -> None:
    await town.sandbox.control.post("/clock", {"step_ms": days * DAY_MS})


async def test_who_did_nothing_is_let_go(town: Town, admin: Rest) -> None:
    """After days without a trace; who did something, the owner and bots stay."""
    cleo = await town.sandbox.make_user("cleo")
    await cleo.join(town.guild)
    prune = f"/guilds/{town.guild.id}/prune"
    await _wait(town, 8)
    await cleo.write(town.general, "here")
    assert (await admin.get(f"{prune}?days=30")).body == {"pruned": 0}
    assert (await admin.get(prune)).body == {"pruned": 1}
    async with connected(town) as socket:
        watch = await town.sandbox.make_application("Watch", intents=["guild_members"])
        await town.guild.add_bot(watch)
        await identify(socket, watch.token, 1 << 1)
        await dispatched(socket, "READY")
        assert (await admin.post(prune, {"days": 7})).body == {"pruned": 1}
        gone = (await dispatched(socket, "GUILD_MEMBER_REMOVE"))["d"]
        assert gone["user"]["id"] == str(town.ben.id)
    assert (await admin.post(prune, {"compute_prune_count": False})).body == {"pruned": None}
    log = (await admin.get(f"/guilds/{town.guild.id}/audit-logs?action_type=21")).body
    (entry,) = log["audit_log_entries"]
    assert entry["options"] == {"delete_member_days": "7", "members_removed": "1"}


async def test_roles_keep_members(town: Town, admin: Rest) -> None:
    """Whoever has one stays, unless all of theirs are named."""
    kept, named = [await town.guild.make_role(name) for name in ("Kept", "Named")]
    await town.guild.add_member(town.ben, [named])
    await _wait(town, 8)
    prune = f"/guilds/{town.guild.id}/prune"
    assert (await admin.get(prune)).body == {"pruned": 0}
    assert (await admin.get(f"{prune}?include_roles={kept}")).body == {"pruned": 0}
    assert (await admin.get(f"{prune}?include_roles={kept},{named}")).body == {"pruned": 1}
    assert (await admin.post(prune, {"include_roles": f"{kept},{named}"})).body == {"pruned": 1}


async def test_pruning_takes_the_right(town: Town, rest: Rest) -> None:
    """KICK_MEMBERS and MANAGE_GUILD; and days from 1 to 30."""
    prune = f"/guilds/{town.guild.id}/prune"
    assert (await rest.get(prune)).code == 50013
    assert (await rest.post(prune)).code == 50013
    keeper = await town.sandbox.make_application("Keeper")
    await town.guild.add_bot(keeper, permissions=1 << 1 | 1 << 5)
    rest.use(keeper.token)
    assert (await rest.get(f"{prune}?days=31")).code == 50035
    assert list((await rest.post(prune, {"days": 0})).body["errors"]) == ["days"]
    assert (await rest.post(prune, {"include_roles": "x"})).code == 50035


async def test_a_welcome_screen(town: Town, rest: Rest) -> None:
    """Unknown to others until it is enabled; the server says that it has one."""
    path = f"/guilds/{town.guild.id}/welcome-screen"
    assert (await rest.get(path)).code == 10069
    assert (await rest.patch(path, {"enabled": True})).code == 50013
    keeper = await town.sandbox.make_application("Keeper")
    await town.guild.add_bot(keeper, permissions=8)
    rest.use(keeper.token)
    assert (await rest.get(path)).body == {"description": None, "welcome_channels": []}
    listed = [{"channel_id": str(town.general.id), "description": "Talk", "emoji_name": "👋"}]
    body = {"enabled": True, "description": "Hello", "welcome_channels": listed}
    made = await rest.patch(path, body)
    assert made.body["welcome_channels"] == [{**listed[0], "emoji_id": None}]
    features = (await rest.get(f"/guilds/{town.guild.id}")).body["features"]
    assert features == ["WELCOME_SCREEN_ENABLED"]
    rest.use(town.application.token)
    assert (await rest.get(path)).body == made.body
    (guild,) = (await town.ben.view())["guilds"]
    assert guild["welcome_screen"] == made.body


async def test_what_a_welcome_screen_cannot_lead_to(town: Town, admin: Rest) -> None:
    """A channel that is not there, more than five, and one without a description."""
    path = f"/guilds/{town.guild.id}/welcome-screen"
    one: dict[str, Any] = {"channel_id": str(town.general.id), "description": "d"}
    unknown = {"welcome_channels": [{**one, "channel_id": "1"}]}
    assert (await admin.patch(path, unknown)).code == 10003
    assert (await admin.patch(path, {"welcome_channels": [one] * 6})).code == 50035
    bare = {"welcome_channels": [{"channel_id": one["channel_id"]}]}
    assert (await admin.patch(path, bare)).code == 50035


async def test_a_widget_is_for_everybody(town: Town, admin: Rest) -> None:
    """Without a token, once it is enabled: who is there, open voice channels, an invite."""
    path = f"/guilds/{town.guild.id}/widget"
    lounge = await town.guild.make_channel("Lounge", type=2)
    closed = await town.guild.make_channel("Closed", type=2)
    await closed.set_permissions(town.guild.everyone_role_id, deny=VIEW_CHANNEL)
    await town.ben.join_voice(lounge)
    assert (await admin.get(path)).body == {"enabled": False, "channel_id": None}
    assert (await admin.get(f"{path}.json")).code == 50004
    body = {"enabled": True, "channel_id": str(town.general.id)}
    assert (await admin.patch(path, body)).body == body
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{town.sandbox.api_url}{path}.json") as answer,
    ):
        shown = await answer.json()
    check_answer("GET", f"{path}.json", 200, shown)
    assert [one["name"] for one in shown["channels"]] == ["Lounge"]
    ben = next(one for one in shown["members"] if one["username"] == "ben")
    assert ben["channel_id"] == str(lounge.id)
    code = shown["instant_invite"].rpartition("/")[2]
    assert (await admin.get(f"/invites/{code}")).body["channel"]["name"] == "general"
    await admin.delete(f"/invites/{code}")
    assert (await admin.get(f"{path}.json")).body["instant_invite"] is None


async def test_whose_widget_cannot_be_set(town: Town, rest: Rest) -> None:
    """It takes MANAGE_GUILD, and a channel that can be invited to."""
    path = f"/guilds/{town.guild.id}/widget"
    assert (await rest.get(path)).code == 50013
    assert (await rest.patch(path, {"enabled": True})).code == 50013
    keeper = await town.sandbox.make_application("Keeper")
    await town.guild.add_bot(keeper, permissions=8)
    rest.use(keeper.token)
    assert (await rest.patch(path, {"channel_id": "1"})).code == 10003
    category = await town.guild.make_channel("Rooms", type=4)
    assert (await rest.patch(path, {"channel_id": str(category.id)})).code == 50024
