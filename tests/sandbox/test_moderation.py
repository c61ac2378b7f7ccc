"""Bans, and the order and count of roles and channels."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import SandboxError


async def test_a_ban_throws_out_and_keeps_out(town: Town, admin: Rest) -> None:
    """Who is banned is gone with their last messages, cannot return, and can be pardoned."""
    bans = f"/guilds/{town.guild.id}/bans"
    written = await town.ben.write(town.general, "spam")
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0 | 1 << 2)
        await dispatched(socket, "GUILD_CREATE")
        assert (
            await admin.put(f"{bans}/{town.ben.id}", {"delete_message_seconds": 60})
        ).status == 204
        told = await dispatched(socket, "GUILD_BAN_ADD")
        assert told["d"]["user"]["id"] == str(town.ben.id)
    assert (await admin.get(f"{bans}/{town.ben.id}")).body["reason"] is None
    assert [ban["user"]["username"] for ban in (await admin.get(bans)).body] == ["ben"]
    assert written.id not in [message.id for message in await town.general.messages()]
    with pytest.raises(SandboxError, match="40007"):
        await town.ben.join(town.guild)
    assert (await admin.delete(f"{bans}/{town.ben.id}")).status == 204
    assert (await admin.delete(f"{bans}/{town.ben.id}")).code == 10026
    assert (await admin.get(f"{bans}/{town.ben.id}")).code == 10026
    await town.ben.join(town.guild)
    assert "spam" not in [message.content for message in await town.ben.messages(town.general)]


async def test_banning_needs_the_permission(town: Town, rest: Rest) -> None:
    """A bot without BAN_MEMBERS neither bans nor reads who is; nobody bans the owner."""
    path = f"/guilds/{town.guild.id}/bans"
    assert (await rest.get(path)).code == 50013
    assert (await rest.put(f"{path}/{town.ben.id}")).code == 50013
    made = await town.sandbox.make_application("Guard")
    await town.guild.add_bot(made, permissions=1 << 2)
    rest.use(made.token)
    assert (await rest.put(f"{path}/{town.ann.id}")).code == 50013
    too_long = await rest.put(f"{path}/{town.ben.id}", {"delete_message_seconds": 604_801})
    assert "delete_message_seconds" in too_long.body["errors"]


async def test_many_are_banned_at_once(town: Town, admin: Rest) -> None:
    """Who could not be banned is named; where nobody could, it is an error."""
    path = f"/guilds/{town.guild.id}/bulk-ban"
    stranger = await town.sandbox.make_user("stranger")
    ids = [str(town.ben.id), str(stranger.id), str(town.ann.id)]
    answer = await admin.post(path, {"user_ids": ids})
    assert answer.body == {"banned_users": ids[:2], "failed_users": ids[2:]}
    assert (await admin.post(path, {"user_ids": ids})).code == 500000


async def test_roles_are_ordered_and_counted(town: Town, admin: Rest) -> None:
    """Positions are changed together, and each role's members are counted."""
    roles = f"/guilds/{town.guild.id}/roles"
    one, two = [(await admin.post(roles, {"name": name})).body["id"] for name in ("one", "two")]
    moved = await admin.patch(roles, [{"id": one, "position": 2}, {"id": two, "position": 1}])
    positions = {role["id"]: role["position"] for role in moved.body}
    assert (positions[one], positions[two]) == (2, 1)
    assert (await admin.patch(roles, [{"id": "1", "position": 1}])).code == 10011
    assert (await admin.put(f"/guilds/{town.guild.id}/members/{town.ben.id}/roles/{one}")).status
    counts = (await admin.get(f"{roles}/member-counts")).body
    assert counts[one] == 1
    assert two not in counts


async def test_channels_are_ordered(town: Town, admin: Rest) -> None:
    """Channels go where they are put, and below their category."""
    path = f"/guilds/{town.guild.id}/channels"
    category = (await admin.post(path, {"name": "Rooms", "type": 4})).body["id"]
    quiet = str(town.guild.channel("quiet").id)
    body = [{"id": quiet, "position": 7, "parent_id": category}]
    assert (await admin.patch(path, body)).status == 204
    found = (await admin.get(f"/channels/{quiet}")).body
    assert (found["position"], found["parent_id"]) == (7, category)
    assert (await admin.patch(path, [{"id": "1", "position": 1}])).code == 10003


async def test_an_announcement_is_published_once(town: Town, admin: Rest) -> None:
    """A message of an announcement channel is marked as published, and others cannot be."""
    made = await admin.post(f"/guilds/{town.guild.id}/channels", {"name": "news", "type": 5})
    path = f"/channels/{made.body['id']}/messages"
    sent = await admin.post(path, {"content": "hear ye"})
    published = await admin.post(f"{path}/{sent.body['id']}/crosspost")
    assert published.body["flags"] & 1
    assert (await admin.post(f"{path}/{sent.body['id']}/crosspost")).code == 40033
    plain = await admin.post(f"/channels/{town.general.id}/messages", {"content": "x"})
    elsewhere = f"/channels/{town.general.id}/messages/{plain.body['id']}/crosspost"
    assert (await admin.post(elsewhere)).code == 50024


async def test_a_server_and_an_application_by_their_ids(town: Town, rest: Rest) -> None:
    """The preview counts members; an application is shown and changed to its own bot only."""
    preview = (await rest.get(f"/guilds/{town.guild.id}/preview")).body
    assert preview["approximate_member_count"] == 3
    own = f"/applications/{town.application.id}"
    assert (await rest.patch(own, {"description": "Rings"})).body["description"] == "Rings"
    assert (await rest.get(own)).body["description"] == "Rings"
    other = await town.sandbox.make_application("Other")
    assert (await rest.get(f"/applications/{other.id}")).code == 20012


async def test_a_reason_is_kept(town: Town, admin: Rest) -> None:
    """X-Audit-Log-Reason is the reason of a ban, decoded."""
    made = await town.sandbox.make_application("Judge")
    await town.guild.add_bot(made, permissions=1 << 3)
    url = f"{town.sandbox.api_url}/guilds/{town.guild.id}/bans/{town.ben.id}"
    headers = {"Authorization": f"Bot {made.token}", "X-Audit-Log-Reason": "too%20loud"}
    async with (
        asyncio.timeout(10),
        aiohttp.ClientSession(headers=headers) as session,
        session.put(url) as response,
    ):
        assert response.status == 204
    answer = await admin.get(f"/guilds/{town.guild.id}/bans/{town.ben.id}")
    assert answer.body["reason"] == "too loud"
