"""What the gateway and the channels are told of, besides what people write."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import close_code, connected, dispatched, identify

ADMINISTRATOR = 1 << 3
PIN, JOIN, THREAD = 6, 7, 18


@pytest.fixture
async def admin(town: Town, rest: Rest) -> Rest:
    """A bot that may do everything."""
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    return rest


@pytest.fixture
async def socket(town: Town) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Another bot, which is told of everything that needs no privilege."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 | 1 << 5 | 1 << 9)
        await dispatched(socket, "GUILD_CREATE")
        yield socket


async def test_many_deleted_at_once_are_told_of_at_once(
    town: Town, admin: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """One MESSAGE_DELETE_BULK names them all; whoever waits for one of them hears of it."""
    said = [await town.ben.write(town.general, text) for text in ("one", "two")]
    ids = [str(message.id) for message in said]
    path = f"/channels/{town.general.id}/messages/bulk-delete"
    assert (await admin.post(path, {"messages": [*ids, "1574815341282852864"]})).status == 204
    told = await dispatched(socket, "MESSAGE_DELETE_BULK")
    assert told["d"] == {
        "ids": ids,
        "channel_id": str(town.general.id),
        "guild_id": str(town.guild.id),
    }
    await town.ben.wait_for_deletion(said[0])


async def test_webhooks_are_told_of_and_go_with_their_channel(
    town: Town, admin: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """Making, changing and deleting one is told; after its channel's deletion it is unknown."""
    channel = town.guild.channel("quiet")
    path = f"/channels/{channel.id}/webhooks"
    hook, kept = [(await admin.post(path, {"name": name})).body for name in ("a", "b")]
    assert (await admin.patch(f"/webhooks/{hook['id']}", {"name": "c"})).status == 200
    assert (await admin.delete(f"/webhooks/{hook['id']}")).status == 204
    for _ in range(4):
        told = await dispatched(socket, "WEBHOOKS_UPDATE")
        assert told["d"]["channel_id"] == str(channel.id)
    assert (await admin.delete(f"/channels/{channel.id}")).status == 200
    path = f"/webhooks/{kept['id']}/{kept['token']}"
    assert (await admin.post(path, {"content": "x"})).code == 10015


async def test_a_pin_is_told_in_the_channel(town: Town, admin: Rest) -> None:
    """A message of Discord's own says who pinned what; nobody edits or pins that one."""
    said = await town.ben.write(town.general, "important")
    path = f"/channels/{town.general.id}/messages"
    assert (await admin.put(f"{path}/pins/{said.id}")).status == 204
    note = (await admin.get(f"{path}?limit=1")).body[0]
    assert note["type"] == PIN
    assert note["author"]["username"] == "Admin"
    assert note["message_reference"]["message_id"] == str(said.id)
    assert (await admin.patch(f"{path}/{note['id']}", {"content": "x"})).code == 50021
    assert (await admin.put(f"{path}/pins/{note['id']}")).code == 50021


async def test_who_comes_is_greeted(town: Town, rest: Rest) -> None:
    """The system channel is told of whoever joins, and no channel where the server has none."""
    cy, dan = [await town.sandbox.make_user(name) for name in ("cy", "dan")]
    path = f"/channels/{town.general.id}/messages"
    await cy.join(town.guild)
    note = (await rest.get(f"{path}?limit=1")).body[0]
    assert (note["type"], note["author"]["username"]) == (JOIN, "cy")
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    edited = await rest.patch(f"/guilds/{town.guild.id}", {"system_channel_id": None})
    assert edited.body["system_channel_id"] is None
    await dan.join(town.guild)
    latest = (await rest.get(f"{path}?limit=1")).body[0]
    assert latest["author"]["username"] == "Admin"


async def test_a_thread_is_told_of_in_its_channel(town: Town, admin: Rest) -> None:
    """A thread that was begun on no message stands in the channel as one."""
    path = f"/channels/{town.general.id}"
    made = await admin.post(f"{path}/threads", {"name": "plans", "type": 11})
    note = (await admin.get(f"{path}/messages?limit=1")).body[0]
    assert (note["type"], note["content"]) == (THREAD, "plans")
    assert note["message_reference"]["channel_id"] == made.body["id"]


async def test_an_identify_without_intents_is_refused(town: Town) -> None:
    """Intents are required; 0 is one way to say them, and nothing is not."""
    async with connected(town) as socket:
        body = {"token": town.application.token, "properties": {}}
        await socket.send_json({"op": 2, "d": body})
        assert await close_code(socket) == 4013
