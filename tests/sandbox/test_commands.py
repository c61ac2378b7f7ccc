"""Application commands: every kind, in every language, for whom and where."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import File, Member, SandboxError


async def test_a_file_is_an_option(town: Town, bot: ExampleBot) -> None:
    """The bot is given the file's name, type and address, and reads it from there."""
    file = File("list.txt", b"ruins", "text/plain")
    exchange = await town.ben.command(town.general, "read", file=file)
    assert (await exchange.response()).content == "list.txt (text/plain): ruins"
    with pytest.raises(SandboxError, match="file must be a file"):
        await town.ben.command(town.general, "read", file="list.txt")


async def test_a_member_sends_files(town: Town, bot: ExampleBot) -> None:
    """What a member uploads is an attachment of the message."""
    dm = await town.ben.open_dm(town.application)
    await town.ben.write(dm, files=[File("a.txt", b"A"), File("b.txt", b"B")])
    message = await bot.told.get()
    assert [attachment.filename for attachment in message.attachments] == ["a.txt", "b.txt"]
    assert await message.attachments[1].read() == b"B"


async def test_commands_on_members_and_messages(town: Town, bot: ExampleBot) -> None:
    """A context menu's command is given what it was opened on."""
    greeted = await town.ben.context_menu(town.general, "Greet", town.ann.id)
    assert (await greeted.response()).content == "Hello, ann!"
    written = await town.ann.write(town.general, "It rains")
    quoted = await town.ben.context_menu(town.general, "Quote", written.id)
    assert (await quoted.response()).content == "> It rains"


async def _usable(member: Member, place: Any) -> set[str]:
    return {command["name"] for command in await member.commands(place)}


async def test_where_a_command_can_be_used(town: Town, rest: Rest) -> None:
    """Contexts and the command's scope decide where members are offered it."""
    everywhere = f"/applications/{town.application.id}/commands"
    here = f"/applications/{town.application.id}/guilds/{town.guild.id}/commands"
    for name, contexts in (("both", [0, 1]), ("dm", [1]), ("server", [0])):
        body = {"name": name, "description": "x", "contexts": contexts}
        assert (await rest.post(everywhere, body)).status == 201
    assert (await rest.post(here, {"name": "local", "description": "x"})).status == 201
    dm = await town.ben.open_dm(town.application)
    assert await _usable(town.ben, dm) == {"both", "dm"}
    assert await _usable(town.ben, town.general) == {"both", "server", "local"}
    elsewhere = await town.sandbox.make_guild("Else", owner=town.ben, bots=[town.application])
    assert await _usable(town.ben, elsewhere.channel("general")) == {"both", "server"}
    assert (await rest.get(f"/applications/{town.application.id}/guilds/1/commands")).code == 50001


async def test_who_may_use_a_command(town: Town, rest: Rest) -> None:
    """First the server's own decision counts, then what the command asks by default."""
    commands = f"/applications/{town.application.id}/commands"
    made = [
        await rest.post(
            commands,
            {"name": name, "description": "x", "default_member_permissions": needed},
        )
        for name, needed in (("open", None), ("shut", "0"), ("manage", str(1 << 13)))
    ]
    opened, shut, manage = (int(answer.body["id"]) for answer in made)
    assert await _usable(town.ben, town.general) == {"open"}
    assert await _usable(town.ann, town.general) == {"open", "shut", "manage"}

    guild = town.guild
    keepers = await guild.make_role("Keepers")
    await guild.set_command_permissions(manage, {("role", keepers): True})
    await guild.set_command_permissions(shut, {("user", town.ben.id): True})
    await guild.set_command_permissions(opened, {("role", guild.id): False})
    assert await _usable(town.ben, town.general) == {"shut"}
    await guild.add_member(town.ben, roles=[keepers])
    assert await _usable(town.ben, town.general) == {"shut", "manage"}
    with pytest.raises(SandboxError, match="can use no command 'open'"):
        await town.ben.command(town.general, "open")

    everywhere_but = {("channel", guild.id - 1): True, ("channel", town.general.id): False}
    await guild.set_command_permissions(shut, {**everywhere_but, ("user", town.ben.id): True})
    assert await _usable(town.ben, town.general) == {"manage"}
    assert await _usable(town.ben, guild.channel("quiet")) == {"shut", "manage"}


async def test_permissions_are_read_but_not_set_by_a_bot(town: Town, rest: Rest) -> None:
    """A bot sees what a server decided; deciding takes a person."""
    commands = f"/applications/{town.application.id}/commands"
    guild = f"/applications/{town.application.id}/guilds/{town.guild.id}/commands"
    made = (await rest.post(commands, {"name": "x", "description": "x"})).body["id"]
    assert (await rest.get(f"{guild}/{made}/permissions")).code == 10066
    listed = {("user", town.ben.id): False}
    await town.guild.set_command_permissions(int(made), listed)
    await town.guild.set_command_permissions(town.application.id, {("role", town.guild.id): True})
    found = (await rest.get(f"{guild}/{made}/permissions")).body
    assert found["permissions"] == [{"id": str(town.ben.id), "type": 2, "permission": False}]
    ids = [one["id"] for one in (await rest.get(f"{guild}/permissions")).body]
    assert ids == [made, str(town.application.id)]
    body = {"permissions": [{"id": str(town.ben.id), "type": 2, "permission": True}]}
    assert (await rest.put(f"{guild}/{made}/permissions", body)).code == 20001


COMMAND = {
    "name": "events",
    "name_localizations": {"de": "termine"},
    "description": "Lists them",
    "description_localizations": {"de": "Zählt sie auf"},
    "options": [
        {
            "type": 3,
            "name": "kind",
            "name_localizations": {"de": "art"},
            "description": "Which",
            "choices": [{"name": "All", "name_localizations": {"de": "Alle"}, "value": "all"}],
        }
    ],
}


async def test_commands_in_the_members_language(town: Town, rest: Rest) -> None:
    """Names and texts are offered in the member's locale; the bot's own list has both forms."""
    path = f"/applications/{town.application.id}/commands"
    await rest.post(path, COMMAND)
    await town.sandbox.control.post(f"/members/{town.ben.id}/settings", {"locale": "de"})
    (german,) = await town.ben.commands(town.general)
    assert (german["name"], german["name_localized"]) == ("events", "termine")
    assert german["description_localized"] == "Zählt sie auf"
    option = german["options"][0]
    assert (option["name_localized"], option["choices"][0]["name_localized"]) == ("art", "Alle")
    (english,) = await town.ann.commands(town.general)
    assert "name_localized" not in english

    (plain,) = (await rest.get(path)).body
    assert plain.get("name_localizations") is None
    (whole,) = (await rest.get(f"{path}?with_localizations=true")).body
    assert whole["name_localizations"] == {"de": "termine"}
    headers = {
        "Authorization": f"Bot {town.application.token}",
        "X-Discord-Locale": "de",
    }
    url = town.sandbox.api_url + path
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        (localized,) = await response.json()
    assert localized["name_localized"] == "termine"


async def test_a_command_is_changed_and_deleted(town: Town, rest: Rest) -> None:
    """A change keeps what it does not name; of a kind there are a hundred at most."""
    path = f"/applications/{town.application.id}/commands"
    made = (await rest.post(path, COMMAND)).body
    one = f"{path}/{made['id']}"
    changed = (await rest.patch(one, {"description": "Shows them"})).body
    assert (changed["name"], changed["description"]) == ("events", "Shows them")
    assert changed["version"] != made["version"]
    assert (await rest.delete(one)).status == 204
    assert (await rest.get(one)).code == 10063
    many = [{"name": f"c{n}", "description": "x"} for n in range(101)]
    assert (await rest.put(path, many)).code == 30032
    assert len((await rest.put(path, many[:100])).body) == 100
    assert (await rest.post(path, many[100])).code == 30032
