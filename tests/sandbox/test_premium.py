"""What applications sell: SKUs, entitlements, subscriptions, and what is used up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest, rest_of
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Sandbox, SandboxError

KEPT, USED_UP = 2, 3
PING = {"name": "ping", "description": "d"}


@pytest.fixture
async def socket(town: Town) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The bot without any intent: what is sold is told of all the same."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 0)
        await dispatched(socket, "READY")
        yield socket


def own(town: Town) -> str:
    return f"/applications/{town.application.id}"


async def test_a_test_entitlement_comes_and_goes(
    town: Town, rest: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """It has no dates, comes with interactions while it is there, and is listed when asked for."""
    sku = await town.sandbox.make_sku(town.application, "Gold")
    await rest.post(f"{own(town)}/commands", PING)
    path = f"{own(town)}/entitlements"
    body = {"sku_id": str(sku), "owner_id": str(town.ben.id), "owner_type": 2}
    made = (await rest.post(path, body)).body
    assert (made["user_id"], made["starts_at"], made["ends_at"]) == (str(town.ben.id), None, None)
    assert (await dispatched(socket, "ENTITLEMENT_CREATE"))["d"] == made
    assert (await rest.get(f"{path}/{made['id']}")).body == made
    assert await comes_with(town, socket) == [made]
    assert (await rest.delete(f"{path}/{made['id']}")).status == 204
    gone = (await dispatched(socket, "ENTITLEMENT_DELETE"))["d"]
    assert gone == {**made, "deleted": True}
    assert await comes_with(town, socket) == []
    assert (await rest.get(path)).body == []
    assert (await rest.get(f"{path}?exclude_deleted=false")).body == [gone]
    assert (await rest.delete(f"{path}/{made['id']}")).code == 10029


async def comes_with(town: Town, socket: aiohttp.ClientWebSocketResponse) -> Any:
    """The entitlements of an interaction that Ben starts."""
    await town.ben.command(town.general, "ping")
    return (await dispatched(socket, "INTERACTION_CREATE"))["d"]["entitlements"]


async def test_what_cannot_be_given(town: Town, rest: Rest) -> None:
    """An unknown SKU or owner, another application's, and what was bought is not taken away."""
    sku = str(await town.sandbox.make_sku(town.application, "Gold", KEPT))
    path = f"{own(town)}/entitlements"
    ben = {"sku_id": sku, "owner_id": str(town.ben.id), "owner_type": 2}
    assert (await rest.post(path, {**ben, "sku_id": "1"})).code == 10027
    assert (await rest.post(path, {**ben, "owner_id": "1"})).code == 10013
    assert (await rest.post(path, {**ben, "owner_id": "1", "owner_type": 1})).code == 10004
    assert list((await rest.post(path, {"sku_id": sku})).body["errors"]) == ["owner_id"]
    assert (await rest.get(f"{path}/1")).code == 10029
    bought = await town.ben.buy(int(sku))
    assert (await rest.delete(f"{path}/{bought['id']}")).code == 50013
    assert (await rest.post(f"{path}/{bought['id']}/consume")).code == 50035
    other = await town.sandbox.make_application("Other")
    rest.use(other.token)
    for method, asked in (
        ("GET", path),
        ("POST", path),
        ("GET", f"{path}/{bought['id']}"),
        ("DELETE", f"{path}/{bought['id']}"),
        ("POST", f"{path}/{bought['id']}/consume"),
        ("GET", f"{own(town)}/skus"),
    ):
        assert (await rest.call(method, asked)).code == 20012, asked
    assert (await rest.get(f"/skus/{sku}/subscriptions?user_id={town.ben.id}")).code == 10027


async def test_what_is_used_up(
    town: Town, rest: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """It can be bought again once the bot has consumed it, and not before."""
    sku = await town.sandbox.make_sku(town.application, "Potion", USED_UP)
    bought = await town.ben.buy(sku)
    assert bought["consumed"] is False
    await dispatched(socket, "ENTITLEMENT_CREATE")
    with pytest.raises(SandboxError, match="Potion is there already"):
        await town.ben.buy(sku)
    path = f"{own(town)}/entitlements/{bought['id']}"
    assert (await rest.post(f"{path}/consume")).status == 204
    assert (await dispatched(socket, "ENTITLEMENT_UPDATE"))["d"]["consumed"] is True
    assert (await rest.get(path)).body["consumed"] is True
    assert (await rest.post(f"{path}/consume")).code == 50035
    await town.ben.buy(sku)


async def test_a_subscription_from_first_day_to_last(
    town: Town, rest: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """It is renewed by the clock; once cancelled it ends with its period, and so does what it gives."""
    sku = await town.sandbox.make_sku(town.application, "Gold")
    bought = await town.ben.buy(sku)
    begun = (await dispatched(socket, "SUBSCRIPTION_CREATE"))["d"]
    path = f"/skus/{sku}/subscriptions"
    assert (begun["entitlement_ids"], begun["status"]) == ([bought["id"]], 0)
    assert (await rest.get(f"{path}?user_id={town.ben.id}")).body == [begun]
    assert (await rest.get(f"{path}?user_id={town.ann.id}")).body == []
    assert (await rest.get(path)).code == 50035
    await town.sandbox.clock.step(timedelta(days=31))
    renewed = (await dispatched(socket, "SUBSCRIPTION_UPDATE"))["d"]
    assert renewed["current_period_start"] == begun["current_period_end"]
    cancelled = await town.ben.cancel_subscription(sku)
    assert (cancelled["status"], cancelled["canceled_at"] is None) == (1, False)
    assert (await dispatched(socket, "SUBSCRIPTION_UPDATE"))["d"] == cancelled
    with pytest.raises(SandboxError, match="cancelled already"):
        await town.ben.cancel_subscription(sku)
    await town.sandbox.clock.step(timedelta(days=31))
    ended = (await dispatched(socket, "ENTITLEMENT_UPDATE"))["d"]
    assert ended["ends_at"] == cancelled["current_period_end"]
    assert (await dispatched(socket, "SUBSCRIPTION_UPDATE"))["d"]["status"] == 2
    assert (await rest.get(f"{path}/{begun['id']}")).body["status"] == 2
    assert (await rest.get(f"{path}/1")).status == 404
    listed = f"{own(town)}/entitlements"
    assert (await rest.get(listed)).body == [ended]
    for query in ("exclude_ended=true", "only_active=true"):
        assert (await rest.get(f"{listed}?{query}")).body == [], query
    with pytest.raises(SandboxError, match="not subscribed"):
        await town.ann.cancel_subscription(sku)


async def test_what_a_server_has(
    town: Town, rest: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """All its members' interactions say so, and no other server's."""
    sku = await town.sandbox.make_sku(town.application, "Guard", for_guild=True)
    await rest.post(f"{own(town)}/commands", PING)
    with pytest.raises(SandboxError, match="guild_id"):
        await town.ann.buy(sku)
    bought = await town.ann.buy(sku, town.guild)
    assert bought["guild_id"] == str(town.guild.id)
    with pytest.raises(SandboxError, match="already"):
        await town.ben.buy(sku, town.guild)
    assert [one["id"] for one in await comes_with(town, socket)] == [bought["id"]]
    other = await town.sandbox.make_guild("Other", owner=town.ben, bots=[town.application])
    await town.ben.command(other.channel("general"), "ping")
    begun = (await dispatched(socket, "INTERACTION_CREATE"))["d"]
    assert begun["entitlements"] == []
    path = f"{own(town)}/entitlements?guild_id="
    assert [one["id"] for one in (await rest.get(f"{path}{town.guild.id}")).body] == [bought["id"]]
    assert (await rest.get(f"{path}{other.id}")).body == []


async def test_pages_of_entitlements(town: Town, rest: Rest) -> None:
    """By SKU, by user, and before or after one."""
    skus = [await town.sandbox.make_sku(town.application, name, KEPT) for name in ("a", "b", "c")]
    ids = [(await town.ben.buy(sku))["id"] for sku in skus]
    path = f"{own(town)}/entitlements?"

    async def found(query: str) -> list[str]:
        return [one["id"] for one in (await rest.get(path + query)).body]

    assert await found(f"user_id={town.ben.id}&limit=2") == ids[:2]
    assert await found(f"user_id={town.ann.id}") == []
    assert await found(f"sku_ids={skus[0]},{skus[2]}") == [ids[0], ids[2]]
    assert await found(f"after={ids[0]}") == ids[1:]
    assert await found(f"before={ids[2]}&limit=1") == [ids[1]]


async def test_a_library_sells(town: Town, bot: ExampleBot) -> None:
    """discord.py reads SKUs and entitlements, gives one for a test, and takes it away."""
    await town.sandbox.make_sku(town.application, "Gold")
    (sku,) = await bot.fetch_skus()
    assert (sku.name, sku.type) == ("Gold", discord.SKUType.subscription)
    owner = discord.Object(town.ben.id, type=discord.User)
    await bot.create_entitlement(sku, owner, discord.EntitlementOwnerType.user)
    (given,) = [one async for one in bot.entitlements(user=owner)]
    assert given.sku_id == sku.id
    await given.delete()
    assert [one async for one in bot.entitlements(exclude_deleted=True)] == []


async def test_role_connections(town: Town, rest: Rest) -> None:
    """Up to five of them, each by a key of its own; a list takes the place of the one before."""
    path = f"{own(town)}/role-connections/metadata"
    assert (await rest.get(path)).body == []
    record = {"type": 2, "key": "level_1", "name": "Level", "description": "How far one has come"}
    told = {**record, "name_localizations": {"de": "Stufe"}}
    made = await rest.put(path, [told])
    assert made.body == [told]
    assert (await rest.get(path)).body == [told]
    for wrong in (
        [{**record, "type": 9}],
        [{**record, "key": "Level"}],
        [{**record, "name": None}],
        [{**record, "name_localizations": {"xx": "x"}}],
        [record, record],
        [{**record, "key": f"k{number}"} for number in range(6)],
    ):
        assert (await rest.put(path, wrong)).code == 50035, wrong
    assert (await rest.put(path, [])).body == []
    other = await town.sandbox.make_application("Other")
    rest.use(other.token)
    assert (await rest.get(path)).code == 20012
    assert (await rest.put(path, [])).code == 20012


async def test_what_was_bought_survives_a_restart(tmp_path: Path) -> None:
    """The state file has it, and the subscription goes on."""
    options = ("--state", str(tmp_path / "state"))
    async with Sandbox.start(options=options) as sandbox:
        ann, bot = await sandbox.make_user("ann"), await sandbox.make_application("Bot")
        await sandbox.make_guild("Home", owner=ann, bots=[bot])
        sku = await sandbox.make_sku(bot, "Gold")
        bought = await ann.buy(sku)
        cancelled = await ann.cancel_subscription(sku)
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        rest = rest_of(session, sandbox, bot)
        path = f"/applications/{bot.id}/entitlements/{bought['id']}"
        assert (await rest.get(path)).body["ends_at"] is None
        await sandbox.clock.step(timedelta(days=31))
        assert (await rest.get(path)).body["ends_at"] == cancelled["current_period_end"]
