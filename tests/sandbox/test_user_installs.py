"""Applications that a member has installed for themselves, in servers and DMs that their bots are not in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import Guild, Sandbox, SandboxError
from discord_sandbox.testing.process import SandboxProcess

USE_EXTERNAL_APPS = 1 << 50


class Pocket(ExampleBot):
    """A bot for one's pocket: it keeps the interactions it gets, and leaves some unanswered."""

    def __init__(self) -> None:
        super().__init__(enable_debug_events=True)
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def on_socket_raw_receive(self, text: str) -> None:
        told = json.loads(text)
        if told.get("t") == "INTERACTION_CREATE":
            self.heard.put_nowait(told["d"])

    async def heard_of(self) -> dict[str, Any]:
        """The next interaction, as the gateway sent it."""
        return await asyncio.wait_for(self.heard.get(), 10)


@pytest_asyncio.fixture
async def pocket(town: Town) -> AsyncIterator[Pocket]:
    async with running(Pocket(), town.sandbox, town.application) as bot:
        yield bot


@pytest_asyncio.fixture
async def elsewhere(town: Town) -> Guild:
    """A server that the bot is not in; Ben is."""
    return await town.sandbox.make_guild("Else", owner=town.ann, members=[town.ben])


async def _names(town: Town, place: Any) -> set[str]:
    return {command["name"] for command in await town.ben.commands(place)}


async def test_an_installed_application_is_there_in_every_channel(
    town: Town, pocket: Pocket, elsewhere: Guild
) -> None:
    """A server's members without it have none of its commands; who installed it has them all, till they remove it."""
    general = elsewhere.channel("general")
    assert await _names(town, general) == set()
    await town.ben.install(town.application)
    assert "echo" in await _names(town, general)
    assert await town.ann.commands(general) == []
    exchange = await town.ben.command(general, "echo", text="hi")
    answer = await exchange.response()
    assert answer.content == "hi"
    # Everybody in the channel reads it; the bot, which is not there, is told of no message.
    assert (await general.wait_for_message(lambda one: one.id == answer.id)).content == "hi"
    heard = await pocket.heard_of()
    assert heard["authorizing_integration_owners"] == {"1": str(town.ben.id)}
    assert (heard["context"], heard["guild_id"]) == (0, str(elsewhere.id))
    assert heard["member"]["user"]["id"] == str(town.ben.id)
    assert pocket.told.empty()
    await town.ben.uninstall(town.application)
    assert await _names(town, general) == set()


async def test_what_an_installation_lets_the_bot_do(
    town: Town, pocket: Pocket, elsewhere: Guild, rest: Rest
) -> None:
    """It answers where it was asked, and sees nothing of the server for that."""
    await town.ben.install(town.application)
    general = elsewhere.channel("general")
    await (await town.ben.command(general, "echo", text="hi")).response()
    granted = int((await pocket.heard_of())["app_permissions"])
    assert granted & discord.Permissions(attach_files=True, embed_links=True).value
    assert not granted & discord.Permissions(manage_messages=True, send_messages=True).value
    assert (await rest.get(f"/channels/{general.id}")).code == 50001
    assert (await rest.post(f"/channels/{general.id}/messages", {"content": "x"})).code == 50001


async def test_a_button_of_an_installed_application(
    town: Town, pocket: Pocket, elsewhere: Guild
) -> None:
    """Others press it, too; it still counts as let in by whoever ran the command."""
    await town.ben.install(town.application)
    panel = await (await town.ben.command(elsewhere.channel("general"), "panel")).response()
    await pocket.heard_of()
    updated = await (await town.ann.press(panel, "Count")).response()
    assert updated.content == "Count 1"
    heard = await pocket.heard_of()
    assert heard["authorizing_integration_owners"] == {"1": str(town.ben.id)}
    assert heard["member"]["user"]["id"] == str(town.ann.id)
    modal = await (await town.ann.press(panel, "Name")).modal()
    await pocket.heard_of()
    await (await town.ann.submit(modal, {"Your name": "Ann"})).done()
    heard = await pocket.heard_of()
    assert heard["authorizing_integration_owners"] == {"1": str(town.ben.id)}


async def test_in_a_dm_of_two_people(town: Town, pocket: Pocket) -> None:
    """Context 2: whom one writes with sees the answer, and the bot is no part of the DM."""
    theirs = await town.ben.open_dm(town.ann)
    assert await _names(town, theirs) == set()
    await town.ben.install(town.application)
    answer = await (await town.ben.command(theirs, "echo", text="hi")).response()
    (seen,) = await town.ann.messages(theirs)
    assert (seen.id, seen.content) == (answer.id, "hi")
    heard = await pocket.heard_of()
    assert (heard["context"], heard["authorizing_integration_owners"]) == (
        2,
        {"1": str(town.ben.id)},
    )
    recipients = {one["id"] for one in heard["channel"]["recipients"]}
    assert recipients == {str(town.ann.id), str(town.ben.id)}
    wanted = discord.Permissions(attach_files=True, embed_links=True, mention_everyone=True)
    assert int(heard["app_permissions"]) == wanted.value


async def test_by_whom_it_was_let_in(town: Town, pocket: Pocket) -> None:
    """In a server with the bot both installations count; in a DM with it the server's is called 0."""
    await (await town.ben.command(town.general, "echo", text="a")).response()
    assert (await pocket.heard_of())["authorizing_integration_owners"] == {"0": str(town.guild.id)}
    await town.ben.install(town.application)
    await (await town.ben.command(town.general, "echo", text="b")).response()
    both = {"0": str(town.guild.id), "1": str(town.ben.id)}
    assert (await pocket.heard_of())["authorizing_integration_owners"] == both
    dm = await town.ben.open_dm(town.application)
    await (await town.ben.command(dm, "echo", text="c")).response()
    heard = await pocket.heard_of()
    both["0"] = "0"
    assert (heard["context"], heard["authorizing_integration_owners"]) == (1, both)
    await town.ben.leave(town.guild)
    await (await town.ben.command(dm, "echo", text="d")).response()
    assert (await pocket.heard_of())["authorizing_integration_owners"] == {"1": str(town.ben.id)}
    await town.ben.uninstall(town.application)
    assert await _names(town, dm) == set()


async def test_which_commands_an_installation_brings(
    town: Town, rest: Rest, elsewhere: Guild
) -> None:
    """`integration_types` and `contexts` of a command decide; a server's own commands stay there."""
    commands = f"/applications/{town.application.id}/commands"
    for name, types, contexts in (
        ("anyhow", [0, 1], None),
        ("server", [0], [0, 1]),
        ("mine", [1], [0, 2]),
        ("private", [1], [2]),
    ):
        body = {"name": name, "description": "x", "integration_types": types}
        if contexts is not None:
            body["contexts"] = contexts
        assert (await rest.post(commands, body)).status == 201
    here = f"/applications/{town.application.id}/guilds/{town.guild.id}/commands"
    assert (await rest.post(here, {"name": "local", "description": "x"})).status == 201
    assert await _names(town, town.general) == {"anyhow", "server", "local"}
    await town.ben.install(town.application)
    assert await _names(town, town.general) == {"anyhow", "server", "local", "mine"}
    assert await _names(town, elsewhere.channel("general")) == {"anyhow", "mine"}
    people = await town.ben.open_dm(town.ann)
    assert await _names(town, people) == {"anyhow", "mine", "private"}
    # A DM with another bot is a private channel, too.
    other = await town.sandbox.make_application("Other")
    await town.guild.add_bot(other)
    assert await _names(town, await town.ben.open_dm(other)) == {"anyhow", "mine", "private"}
    dm = await town.ben.open_dm(town.application)
    assert await _names(town, dm) == {"anyhow", "server"}


async def test_a_server_may_keep_such_answers_private(
    town: Town, pocket: Pocket, elsewhere: Guild
) -> None:
    """Without Use External Apps only the member reads what is answered; the bot is not told."""
    await town.ben.install(town.application)
    general = elsewhere.channel("general")
    await general.set_permissions(elsewhere.everyone_role_id, deny=USE_EXTERNAL_APPS)
    answer = await (await town.ben.command(general, "echo", text="hush")).response()
    assert answer.data["flags"] & 64
    assert await general.messages() == []
    # In a server that has the bot itself nothing changes.
    await town.general.set_permissions(town.guild.everyone_role_id, deny=USE_EXTERNAL_APPS)
    answer = await (await town.ben.command(town.general, "echo", text="loud")).response()
    assert not answer.data["flags"] & 64


async def test_five_follow_ups(town: Town, pocket: Pocket, elsewhere: Guild, rest: Rest) -> None:
    """More may an application send only where the server has it."""
    await town.ben.install(town.application)
    for place, most in ((elsewhere.channel("general"), 5), (town.general, 6)):
        await (await town.ben.command(place, "echo", text="one")).response()
        token = (await pocket.heard_of())["token"]
        path = f"/webhooks/{town.application.id}/{token}"
        sent = [await rest.post(path, {"content": f"{n}"}) for n in range(6)]
        assert [answer.status for answer in sent] == [200] * most + [400] * (6 - most)
        if most == 5:
            assert sent[-1].code == 40094


async def test_how_an_application_can_be_installed(town: Town, rest: Rest) -> None:
    """It says so itself; commands can be for no other way, and without saying are for all of them."""
    me = await rest.patch("/applications/@me", {"integration_types_config": {"0": {}}})
    assert me.body["integration_types_config"] == {"0": {}}
    with pytest.raises(SandboxError, match="can be installed in servers only"):
        await town.ben.install(town.application)
    commands = f"/applications/{town.application.id}/commands"
    made = await rest.post(commands, {"name": "here", "description": "x"})
    assert made.body["integration_types"] == [0]
    refused = await rest.post(
        commands, {"name": "there", "description": "x", "integration_types": [0, 1]}
    )
    assert (refused.status, refused.code) == (400, 50035)
    assert list(refused.body["errors"]["integration_types"]) == ["1"]
    params = {"scopes": ["applications.commands"], "permissions": "2048"}
    both = {"0": {"oauth2_install_params": params}, "1": None}
    me = await rest.patch("/applications/@me", {"integration_types_config": both})
    assert me.body["integration_types_config"] == {"0": {"oauth2_install_params": params}, "1": {}}
    made = await rest.post(commands, {"name": "new", "description": "x"})
    assert made.body["integration_types"] == [0, 1]
    await town.ben.install(town.application)
    assert (await rest.get("/applications/@me")).body["approximate_user_install_count"] == 1


async def test_an_application_for_servers_or_users_only(town: Town) -> None:
    """It can be made so, and nothing else is taken for a way to install it."""
    theirs = await town.sandbox.make_application("Theirs", integration_types=[1])
    await town.ben.install(theirs)
    ours = await town.sandbox.make_application("Ours", integration_types=[0])
    with pytest.raises(SandboxError, match="in servers only"):
        await town.ben.install(ours)
    for wrong in ([], [2], 1):
        with pytest.raises(SandboxError, match="a list of 0 and 1"):
            await town.sandbox.make_application("None", integration_types=wrong)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"integration_types_config": {}}, "integration_types_config"),
        ({"integration_types_config": {"2": {}}}, "integration_types_config.2"),
        (
            {"integration_types_config": {"0": {"oauth2_install_params": {"scopes": ["x"]}}}},
            "integration_types_config.0.oauth2_install_params.scopes.0",
        ),
        ({"install_params": {"scopes": []}}, "install_params.scopes"),
        ({"install_params": {"permissions": "x"}}, "install_params.permissions"),
        ({"tags": ["a"] * 6}, "tags"),
        ({"custom_install_url": "ftp://x"}, "custom_install_url"),
        ({"role_connections_verification_url": "x"}, "role_connections_verification_url"),
        ({"flags": 1 << 17}, "flags"),
        ({"description": "x" * 401}, "description"),
    ],
)
async def test_what_an_application_cannot_say_of_itself(
    town: Town, rest: Rest, body: dict[str, Any], where: str
) -> None:
    """Each is refused where it stands, and nothing is changed."""
    before = (await rest.get("/applications/@me")).body
    refused = await rest.patch("/applications/@me", body)
    assert (refused.status, refused.code) == (400, 50035)
    node = refused.body["errors"]
    for key in where.split("."):
        node = node[key]
    assert "_errors" in node
    assert (await rest.get("/applications/@me")).body == before


async def test_what_an_application_says_of_itself(town: Town, rest: Rest) -> None:
    """All of it is given back, and an empty text takes an address away."""
    body: dict[str, Any] = {
        "description": "Rings",
        "tags": ["bells", "time"],
        "custom_install_url": "https://example.org/add",
        "role_connections_verification_url": "https://example.org/verify",
        "install_params": {"scopes": ["bot"], "permissions": "8"},
    }
    told = (await rest.patch("/applications/@me", body)).body
    assert {name: told[name] for name in body} == body
    told = (await rest.patch("/applications/@me", {"custom_install_url": ""})).body
    assert "custom_install_url" not in told
    assert told["tags"] == ["bells", "time"]


async def test_a_bot_turns_a_privileged_intent_on(town: Town, rest: Rest) -> None:
    """By the flag of a limited intent, as for a bot in fewer than a hundred servers."""
    told = (await rest.patch("/applications/@me", {"flags": 1 << 15})).body
    assert told["flags"] == 1 << 15
    intents = discord.Intents.default()
    intents.members = True
    async with running(ExampleBot(intents), town.sandbox, town.application) as bot:
        assert bot.intents.members


async def test_a_seed_and_a_state_keep_installations(tmp_path: Path) -> None:
    """`installed` of a user names applications; what the sandbox ends with it begins with."""
    seed = {
        "users": [{"username": "ann"}, {"username": "ben", "installed": ["Bell"]}],
        "applications": [{"name": "Bell", "token": "b.e.ll"}],
        "guilds": [{"name": "Home", "owner": "ann", "members": ["ben"]}],
    }
    options = ["--state", str(tmp_path / "state")]
    for begin in (seed, None):
        process = SandboxProcess(seed=begin, options=options)
        async with Sandbox.connect(await asyncio.to_thread(process.start)) as sandbox:
            (ben,) = [
                user for user in (await sandbox.world())["users"] if user["username"] == "ben"
            ]
            (bell,) = (await sandbox.world())["applications"]
            assert ben["installed"] == [bell["id"]]
            if begin is not None:
                async with aiohttp.ClientSession() as session:
                    rest = Rest(session, sandbox, "b.e.ll")
                    config: dict[str, Any] = {"integration_types_config": {"1": {}}}
                    assert (await rest.patch("/applications/@me", config)).status == 200
            else:
                assert bell["integration_types"] == [1]
        await asyncio.to_thread(process.stop)
