"""Activities: entry points, and every way of launching one."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
import pytest_asyncio
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import Application, SandboxError

EMBEDDED = 1 << 17
APP_HANDLER, DISCORD_LAUNCHES = 1, 2


@pytest_asyncio.fixture
async def game(town: Town) -> Application:
    """An application with an activity, in the town."""
    made = await town.sandbox.make_application("Game", activity=True)
    await town.guild.add_bot(made)
    return made


@pytest_asyncio.fixture
async def as_game(game: Application, rest: Rest) -> Rest:
    rest.use(game.token)
    return rest


def _commands(game: Application) -> str:
    return f"/applications/{game.id}/commands"


async def _handled_by_app(game: Application, rest: Rest) -> None:
    (entry,) = (await rest.get(_commands(game))).body
    changed = await rest.patch(f"{_commands(game)}/{entry['id']}", {"handler": APP_HANDLER})
    assert (changed.status, changed.body["handler"]) == (200, APP_HANDLER)


async def test_an_activity_comes_with_an_entry_point(
    town: Town, game: Application, as_game: Rest
) -> None:
    """One for all servers, which Discord handles; it stands behind no slash."""
    assert (await as_game.get("/applications/@me")).body["flags"] & EMBEDDED
    (entry,) = (await as_game.get(_commands(game))).body
    assert (entry["type"], entry["handler"]) == (4, DISCORD_LAUNCHES)
    assert (entry["name"], entry["description"]) == ("launch", "")
    with pytest.raises(LookupError, match="no entry point"):
        await town.ben.launch(town.general, town.application)


async def test_discord_launches_it(town: Town, game: Application, as_game: Rest) -> None:
    """The member is in it at once, the channel reads an invitation, and the application is asked nothing."""
    exchange = await town.ben.launch(town.general, game)
    activity = await exchange.activity()
    assert (activity.application_id, activity.channel_id) == (game.id, town.general.id)
    invitation = await exchange.response()
    assert invitation.author_id == game.id
    assert invitation.data["activity"] == {"type": 1, "party_id": activity.id}
    assert invitation.data["application"]["name"] == "Game"
    assert invitation.data["interaction_metadata"]["user"]["id"] == str(town.ben.id)
    told = (await as_game.get(f"/applications/{game.id}/activity-instances/{activity.id}")).body
    assert told["users"] == [str(town.ben.id)]
    assert told["location"] == {
        "id": f"gc-{town.guild.id}-{town.general.id}",
        "kind": "gc",
        "channel_id": str(town.general.id),
        "guild_id": str(town.guild.id),
    }


async def test_an_activity_is_joined_and_left(town: Town, game: Application, as_game: Rest) -> None:
    """Whoever launches it in the same channel, or joins, takes part in the same; it ends with the last."""
    first = await (await town.ben.launch(town.general, game)).activity()
    second = await (await town.ann.launch(town.general, game)).activity()
    assert second.id == first.id
    quiet = await (await town.ann.launch(town.guild.channel("quiet"), game)).activity()
    assert quiet.id != first.id
    await town.ben.join_activity(quiet)
    by_id = {one["instance_id"]: one["users"] for one in await town.sandbox.activities()}
    ann, ben = str(town.ann.id), str(town.ben.id)
    assert by_id == {first.id: [ben, ann], quiet.id: [ann, ben]}
    await town.ben.leave_activity(first)
    await town.ann.leave_activity(first)
    path = f"/applications/{game.id}/activity-instances/"
    gone = await as_game.get(path + first.id)
    assert (gone.status, gone.code) == (404, 0)
    with pytest.raises(SandboxError, match="No activity"):
        await town.ben.join_activity(first)
    # Who cannot see the channel any more is in nothing that goes on there.
    await town.guild.kick(town.ben)
    assert (await as_game.get(path + quiet.id)).body["users"] == [ann]
    await town.guild.channel("quiet").delete()
    assert (await as_game.get(path + quiet.id)).status == 404
    assert await town.sandbox.activities() == []


async def test_an_activity_is_its_applications_own(
    town: Town, game: Application, rest: Rest
) -> None:
    """Another one is refused it by either's id."""
    activity = await (await town.ben.launch(town.general, game)).activity()
    theirs = await rest.get(f"/applications/{game.id}/activity-instances/{activity.id}")
    assert (theirs.status, theirs.code) == (403, 20012)
    own = await rest.get(f"/applications/{town.application.id}/activity-instances/{activity.id}")
    assert own.status == 404


class Player(discord.Client):
    """A bot that answers with its activity wherever it can; its library registers no entry points."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.launched: asyncio.Queue[Any] = asyncio.Queue()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.launched.put_nowait(await interaction.response.launch_activity())


async def test_the_application_launches_it(town: Town, game: Application, as_game: Rest) -> None:
    """With its own handler it is asked, and answers with type 12: which tells it the instance's id."""
    await _handled_by_app(game, as_game)
    async with running(Player(), town.sandbox, game) as bot:
        exchange = await town.ben.launch(town.general, game)
        assert await exchange.done() == 12
        activity = await exchange.activity()
        answer = await asyncio.wait_for(bot.launched.get(), 10)
        assert answer.activity_id == activity.id
        assert isinstance(answer.resource, discord.InteractionCallbackActivityInstance)
        assert answer.resource.id == activity.id
        assert all(
            found.author_id == game.id and found.data["type"] == 7
            for found in await town.general.messages()
        )
        again = await (await town.ann.launch(town.general, game)).activity()
        assert again.id == activity.id


async def test_a_button_launches_it(town: Town, game: Application, as_game: Rest) -> None:
    """A press is answered so, too, and the message stays as it is."""
    button = {"type": 2, "style": 1, "label": "Play", "custom_id": "play"}
    row = {"content": "Come", "components": [{"type": 1, "components": [button]}]}
    posted = (await as_game.post(f"/channels/{town.general.id}/messages", row)).body
    async with running(Player(), town.sandbox, game):
        message, _ = await town.general.messages()
        exchange = await town.ben.press(message, "Play")
        assert (await exchange.activity()).application_id == game.id
        after, _ = await town.general.messages()
        assert (after.id, after.data["edited_timestamp"]) == (int(posted["id"]), None)


async def test_what_has_no_activity_launches_none(town: Town, bot: ExampleBot, rest: Rest) -> None:
    """The answer is refused, and another one may follow."""
    exchange = await town.ben.command(town.general, "mute")
    interaction = await asyncio.wait_for(bot.unanswered.get(), 10)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    refused = await rest.post(path, {"type": 12})
    assert (refused.status, refused.code) == (400, 50234)
    assert (await rest.post(path, {"type": 4, "data": {"content": "no"}})).status == 204
    assert (await exchange.response()).content == "no"
    assert await town.sandbox.activities() == []


async def test_an_entry_point_is_deleted_by_itself_only(
    town: Town, game: Application, as_game: Rest
) -> None:
    """A bulk overwrite without it is refused whole, one with it keeps its id, and DELETE takes it away."""
    commands = _commands(game)
    (entry,) = (await as_game.get(commands)).body
    ping = {"name": "ping", "description": "x"}
    refused = await as_game.put(commands, [ping])
    assert (refused.status, refused.code) == (400, 50240)
    assert "Entry Point" in refused.body["message"]
    assert [one["id"] for one in (await as_game.get(commands)).body] == [entry["id"]]
    kept = {"name": "launch", "type": 4, "handler": APP_HANDLER, "description": "Play it"}
    both = (await as_game.put(commands, [ping, kept])).body
    (written,) = [one for one in both if one["type"] == 4]
    assert written["id"] == entry["id"]
    assert (written["handler"], written["description"]) == (APP_HANDLER, "Play it")
    assert (await as_game.delete(f"{commands}/{entry['id']}")).status == 204
    assert (await as_game.put(commands, [ping])).status == 200


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"handler": 3}, "handler"),
        ({"options": [{"type": 3, "name": "x", "description": "x"}]}, ""),
        ({"description": "x" * 101}, "description"),
    ],
)
async def test_what_an_entry_point_cannot_be(
    game: Application, as_game: Rest, body: dict[str, Any], where: str
) -> None:
    """Each is refused where it stands."""
    entry = {"name": "launch", "type": 4, **body}
    refused = await as_game.post(_commands(game), entry)
    assert (refused.status, refused.code) == (400, 50035)
    errors = refused.body["errors"]
    assert "_errors" in (errors[where] if where else errors["options"])


async def test_who_can_have_an_entry_point(town: Town, game: Application, as_game: Rest) -> None:
    """One for each application that has an activity, in no server by itself; others have no handler."""
    commands = _commands(game)
    second = await as_game.post(commands, {"name": "other", "type": 4})
    assert (second.status, second.code) == (400, 30032)
    own = f"/applications/{game.id}/guilds/{town.guild.id}/commands"
    local = await as_game.post(own, {"name": "local", "type": 4})
    assert list(local.body["errors"]) == ["type"]
    handled = await as_game.post(commands, {"name": "x", "description": "x", "handler": 1})
    assert list(handled.body["errors"]) == ["handler"]
    as_game.use(town.application.token)
    plain = f"/applications/{town.application.id}/commands"
    refused = await as_game.post(plain, {"name": "launch", "type": 4})
    assert list(refused.body["errors"]) == ["type"]
