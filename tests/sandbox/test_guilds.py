"""Servers over REST: channels, roles, members, threads, webhooks, commands, scheduled events."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

MANAGE = 1 << 4 | 1 << 28 | 1 << 29 | 1 << 34


async def guild_of(bot: ExampleBot, town: Town) -> discord.Guild:
    guild = bot.get_guild(town.guild.id)
    assert guild is not None
    return guild


async def test_what_a_bot_learns_of_itself(town: Town, rest: Rest) -> None:
    """The bot's user, its application and the gateway's address."""
    me = await rest.get("/users/@me")
    assert (me.body["id"], me.body["bot"]) == (str(town.application.id), True)
    for path in ("/applications/@me", "/oauth2/applications/@me"):
        assert (await rest.get(path)).body["name"] == "Example"
    assert (await rest.get("/gateway/bot")).body["url"] == town.sandbox.gateway_url
    assert me.headers["Content-Type"] == "application/json"


async def test_unknown_things(town: Town, rest: Rest) -> None:
    """Each kind of thing that is not there has its code."""
    for path, code in (
        ("/channels/1", 10003),
        ("/guilds/1", 10004),
        ("/users/1", 10013),
        (f"/guilds/{town.guild.id}/members/1", 10007),
        (f"/channels/{town.general.id}/messages/1", 10008),
        (f"/guilds/{town.guild.id}/roles/1", 10011),
        (f"/guilds/{town.guild.id}/scheduled-events/1", 10070),
    ):
        answer = await rest.get(path)
        assert (answer.status, answer.code) == (404, code), path


async def test_what_is_not_there_says_so(town: Town, rest: Rest) -> None:
    """What Discord has and the sandbox has not answers 501; what neither has, 404."""
    missing = await rest.get(f"/guilds/{town.guild.id}/widget.png")
    assert missing.status == 501
    assert missing.body["message"].endswith("is not implemented by the sandbox")
    assert (await rest.get("/nonsense")).status == 404


async def test_what_nobody_can_make_is_listed_as_none(town: Town, rest: Rest) -> None:
    """Discord's own sounds and packs of stickers there are none."""
    guild = f"/guilds/{town.guild.id}"
    assert (await rest.get("/soundboard-default-sounds")).body == []
    assert (await rest.get("/sticker-packs")).body == {"sticker_packs": []}
    assert (await rest.get(f"{guild}/invites")).code == 50013
    assert (await rest.get(f"{guild}/integrations")).code == 50013
    assert (await rest.get(f"/channels/{town.general.id}/invites")).code == 50013


async def test_listing_members_needs_the_intent(town: Town, bot: ExampleBot, rest: Rest) -> None:
    """Members can be looked for by anybody, and listed by applications with the intent."""
    guild = await guild_of(bot, town)
    assert [member.id for member in await guild.query_members("be")] == [town.ben.id]
    path = f"/guilds/{town.guild.id}/members?limit=10"
    assert (await rest.get(path)).code == 50001
    reader = await town.sandbox.make_application("Reader", intents=["guild_members"])
    await town.guild.add_bot(reader)
    rest.use(reader.token)
    ids = [int(member["user"]["id"]) for member in (await rest.get(path)).body]
    assert ids == sorted([town.ann.id, town.ben.id, town.application.id, reader.id])


async def test_channels_and_roles(town: Town, rest: Rest) -> None:
    """What a bot may make and give depends on its permissions and on its highest role."""
    guild = f"/guilds/{town.guild.id}"
    assert (await rest.post(f"{guild}/channels", {"name": "no"})).code == 50013
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE | 1 << 10)
    rest.use(manager.token)
    made = await rest.post(f"{guild}/channels", {"name": "yes", "topic": "t"})
    assert (made.status, made.body["topic"]) == (201, "t")
    path = f"/channels/{made.body['id']}/permissions"
    see = str(1 << 10)
    assert (await rest.put(f"{path}/{manager.id}", {"type": 1, "allow": see})).status == 204
    assert (await rest.put(f"{path}/{town.guild.id}", {"type": 0, "deny": see})).status == 204
    names = [channel["name"] for channel in (await town.ben.view())["guilds"][0]["channels"]]
    assert names == ["general", "quiet"]
    assert (await rest.delete(f"/channels/{made.body['id']}")).status == 200

    low = await rest.post(f"{guild}/roles", {"name": "low"})
    own = f"{guild}/members/{town.ben.id}/roles"
    assert (await rest.put(f"{own}/{low.body['id']}")).status == 204
    ben = await rest.get(f"{guild}/members/{town.ben.id}")
    assert ben.body["roles"] == [low.body["id"]]
    roles = (await rest.get(f"{guild}/roles")).body
    highest = max(roles, key=lambda role: role["position"])
    assert (await rest.put(f"{own}/{highest['id']}")).code == 50013


async def test_webhooks_and_threads(town: Town, rest: Rest) -> None:
    """A webhook writes under a name of its own; a thread opens on a message."""
    await town.general.set_permissions(town.application.id, allow=MANAGE, member=True)
    hook = await rest.post(f"/channels/{town.general.id}/webhooks", {"name": "Crier"})
    assert hook.status == 200
    path = f"/webhooks/{hook.body['id']}/{hook.body['token']}"
    assert (await rest.post(path, {"content": "quiet"})).status == 204
    said = await rest.post(f"{path}?wait=true", {"content": "loud", "username": "Herald"})
    assert said.body["author"]["username"] == "Herald"
    edited = await rest.patch(f"{path}/messages/{said.body['id']}", {"content": "louder"})
    assert edited.body["content"] == "louder"

    opened = await rest.post(
        f"/channels/{town.general.id}/messages/{said.body['id']}/threads", {"name": "Talk"}
    )
    assert (opened.status, opened.body["type"]) == (201, 11)
    inside = await rest.post(f"/channels/{opened.body['id']}/messages", {"content": "in"})
    assert inside.status == 200
    active = await rest.get(f"/guilds/{town.guild.id}/threads/active")
    assert [thread["id"] for thread in active.body["threads"]] == [opened.body["id"]]


async def test_commands_keep_their_ids(town: Town, rest: Rest) -> None:
    """Overwriting in bulk keeps the ids of commands whose names stay, and forgets the others."""
    path = f"/applications/{town.application.id}/commands"
    one = {"name": "one", "description": "1"}
    first = await rest.put(path, [one, {"name": "two", "description": "2"}])
    second = await rest.put(path, [{**one, "description": "changed"}])
    assert second.body[0]["id"] == first.body[0]["id"]
    assert [command["name"] for command in (await rest.get(path)).body] == ["one"]
    offered = [command["name"] for command in await town.ben.commands(town.general)]
    assert offered == ["one"]
    bad = await rest.put(path, [{"name": "Bad Name", "description": ""}])
    assert bad.code == 50035
    local = f"/applications/{town.application.id}/guilds/{town.guild.id}/commands"
    assert (await rest.post(local, one)).status == 201
    assert (await rest.post(local, one)).status == 200


async def test_scheduled_events(town: Town, bot: ExampleBot) -> None:
    """An event is made, members are interested, and it is changed and called off."""
    guild = await guild_of(bot, town)
    start = await town.sandbox.clock.now() + timedelta(days=1)
    event = await guild.create_scheduled_event(
        name="Ruins",
        start_time=start,
        end_time=start + timedelta(hours=1),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="North",
    )
    await town.ben.interested(town.guild, event.id)
    assert [user.id async for user in event.users()] == [town.ben.id]
    await town.ben.interested(town.guild, event.id, False)
    changed = await event.edit(name="Great ruins")
    assert changed.name == "Great ruins"
    await event.delete()
    with pytest.raises(discord.NotFound):
        await guild.fetch_scheduled_event(event.id)


async def test_an_event_in_the_past_is_refused(town: Town, rest: Rest) -> None:
    """Times are checked against the sandbox's clock."""
    answer = await rest.post(
        f"/guilds/{town.guild.id}/scheduled-events",
        {
            "name": "Late",
            "privacy_level": 2,
            "entity_type": 3,
            "scheduled_start_time": "2020-01-01T00:00:00Z",
            "scheduled_end_time": "2020-01-01T01:00:00Z",
            "entity_metadata": {"location": "x"},
        },
    )
    assert answer.code == 50035
    assert "scheduled_start_time" in answer.body["errors"]
