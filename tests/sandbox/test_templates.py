"""Templates of servers, and bots as the integrations of one."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import ADMINISTRATOR, Town
from tests.sandbox.rest import Rest, rest_of
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Sandbox, SandboxError

INTEGRATIONS = 1 << 4
SEND = 1 << 11


async def test_a_template_is_taken_and_kept_up(town: Town, admin: Rest) -> None:
    """It says whether the server has changed since; there is one of a server."""
    path = f"/guilds/{town.guild.id}/templates"
    assert (await admin.get(path)).body == []
    made = await admin.post(path, {"name": "Small town", "description": "d"})
    assert made.status == 200, made.body
    template = made.body
    assert (template["usage_count"], template["is_dirty"]) == (0, None)
    source = template["serialized_source_guild"]
    assert [channel["name"] for channel in source["channels"]] == ["general", "quiet"]
    assert [role["name"] for role in source["roles"]] == ["@everyone"]
    assert (await admin.post(path, {"name": "Another"})).code == 30031
    await town.guild.make_channel("new")
    one = f"{path}/{template['code']}"
    (found,) = (await admin.get(path)).body
    assert found["is_dirty"] is True
    synced = (await admin.put(one)).body
    assert (synced["is_dirty"], len(synced["serialized_source_guild"]["channels"])) == (None, 3)
    renamed = await admin.patch(one, {"name": "Town", "description": None})
    assert (renamed.body["name"], renamed.body["description"]) == ("Town", None)
    admin.use(town.application.token)
    assert (await admin.get(f"/guilds/templates/{template['code']}")).body == renamed.body
    assert (await admin.get(path)).code == 50013
    assert (await admin.post(path, {"name": "x"})).code == 50013


async def test_a_template_that_is_gone(town: Town, admin: Rest) -> None:
    """Deleting answers what there was; its code is known no more."""
    path = f"/guilds/{town.guild.id}/templates"
    assert list((await admin.post(path, {})).body["errors"]) == ["name"]
    code = (await admin.post(path, {"name": "Town"})).body["code"]
    assert (await admin.delete(f"{path}/{code}")).body["code"] == code
    for asked in (f"{path}/{code}", f"/guilds/templates/{code}"):
        gone = await (admin.delete(asked) if asked.startswith(path) else admin.get(asked))
        assert (gone.status, gone.code) == (404, 10057)


async def test_a_server_is_made_by_a_template(town: Town, admin: Rest) -> None:
    """Its roles, channels of every type and who may do what in them are those of the template."""
    guild = f"/guilds/{town.guild.id}"
    role = await town.guild.make_role("guard", permissions=1 << 1, hoist=True)
    group = await town.guild.make_channel("Talk", type=4)
    await town.guild.make_channel("calls", type=2, parent_id=str(group.id), bitrate=32_000)
    await town.guild.make_channel("forum", type=15, available_tags=[{"name": "bug"}])
    quiet = town.guild.channel("quiet")
    await quiet.set_permissions(town.guild.id, deny=SEND)
    await quiet.set_permissions(role, allow=SEND)
    await admin.patch(guild, {"verification_level": 2, "system_channel_id": str(quiet.id)})
    code = (await admin.post(f"{guild}/templates", {"name": "Town"})).body["code"]
    twin = await town.sandbox.make_guild("Twin", owner=town.ben, template=code)
    assert (await admin.get(f"/guilds/templates/{code}")).body["usage_count"] == 1
    made = await town.sandbox.make_application("Other")
    await twin.add_bot(made, permissions=ADMINISTRATOR)
    admin.use(made.token)
    about = (await admin.get(f"/guilds/{twin.id}")).body
    assert about["verification_level"] == 2
    roles = {one["name"]: one for one in about["roles"]}
    assert (roles["guard"]["permissions"], roles["guard"]["hoist"]) == ("2", True)
    assert set(roles) == {"@everyone", "guard", "Other"}
    found = {one["name"]: one for one in (await admin.get(f"/guilds/{twin.id}/channels")).body}
    assert found["calls"]["parent_id"] == found["Talk"]["id"]
    assert found["calls"]["bitrate"] == 32_000
    assert found["forum"]["available_tags"][0]["name"] == "bug"
    assert found["quiet"]["id"] == about["system_channel_id"]
    overwrites = {one["id"]: one for one in found["quiet"]["permission_overwrites"]}
    assert (
        overwrites[str(twin.id)]["deny"] == overwrites[roles["guard"]["id"]]["allow"] == str(SEND)
    )
    with pytest.raises(SandboxError, match="10057"):
        await town.sandbox.make_guild("No", owner=town.ben, template="nonsense")


async def test_bots_are_integrations(town: Town, admin: Rest) -> None:
    """Letting one in and throwing it out is told; its webhooks go with it."""
    path = f"/guilds/{town.guild.id}/integrations"
    other = await town.sandbox.make_application("Other")
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 | INTEGRATIONS)
        await dispatched(socket, "GUILD_CREATE")
        await town.guild.add_bot(other, permissions=ADMINISTRATOR)
        made = (await dispatched(socket, "INTEGRATION_CREATE"))["d"]
        assert (await dispatched(socket, "GUILD_INTEGRATIONS_UPDATE"))["d"] == {
            "guild_id": str(town.guild.id)
        }
        listed = {one["name"]: one for one in (await admin.get(path)).body}
        assert set(listed) == {"Example", "Admin", "Other"}
        assert made == {**listed["Other"], "guild_id": str(town.guild.id)}
        admin.use(other.token)
        hooks = f"/channels/{town.general.id}/webhooks"
        hook = (await admin.post(hooks, {"name": "h"})).body
        assert (await admin.delete(f"{path}/{made['id']}")).status == 204
        gone = (await dispatched(socket, "INTEGRATION_DELETE"))["d"]
        assert (gone["id"], gone["application_id"]) == (made["id"], str(other.id))
    assert (await admin.get(path)).code == 10004
    assert (await admin.get(f"/webhooks/{hook['id']}/{hook['token']}")).code == 10015
    admin.use(town.application.token)
    assert (await admin.delete(f"{path}/{made['id']}")).code == 50013


async def test_a_library_reads_integrations(town: Town) -> None:
    """discord.py lists them, hears of one more, and throws a bot out by it."""
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    async with running(ExampleBot(), town.sandbox, made) as bot:
        guild = bot.get_guild(town.guild.id)
        assert guild is not None
        found = {one.name: one for one in await guild.integrations()}
        assert isinstance(found["Example"], discord.BotIntegration)
        await found["Example"].delete()
        assert set(await names_of(guild)) == {"Admin"}


async def names_of(guild: discord.Guild) -> list[str]:
    return [one.name for one in await guild.integrations()]


async def test_no_such_integration(town: Town, admin: Rest) -> None:
    """A role of people's is none."""
    role = await town.guild.make_role("red")
    for unknown in (1, role):
        answer = await admin.delete(f"/guilds/{town.guild.id}/integrations/{unknown}")
        assert (answer.status, answer.code) == (404, 10005)


async def test_templates_and_onboarding_survive_a_restart(tmp_path: Path) -> None:
    """The state file has them."""
    options = ("--state", str(tmp_path / "state"))
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        ann, bot = await sandbox.make_user("ann"), await sandbox.make_application("Bot")
        home = await sandbox.make_guild("Home", owner=ann)
        await home.add_bot(bot, permissions=ADMINISTRATOR)
        rest, guild = rest_of(session, sandbox, bot), f"/guilds/{home.id}"
        await rest.post(f"{guild}/templates", {"name": "Home"})
        prompts = [{"id": "0", "title": "t", "options": [{"title": "o"}]}]
        await rest.put(f"{guild}/onboarding", {"prompts": prompts, "mode": 1})
        paths = [f"{guild}/templates", f"{guild}/onboarding"]
        before = [(await rest.get(path)).body for path in paths]
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        rest = rest_of(session, sandbox, bot)
        assert [(await rest.get(path)).body for path in paths] == before
