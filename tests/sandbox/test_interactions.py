"""Commands, buttons, selects and modals between a member and a discord.py bot."""

from __future__ import annotations

import asyncio

import discord
import pytest
from tests.sandbox.bot import ExampleBot, Snooze
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Answer, Rest

from discord_sandbox.testing import File, SandboxError, Unanswered


async def test_a_command_is_answered(town: Town, bot: ExampleBot) -> None:
    """A member's slash command reaches the bot with its options, and the answer the member."""
    exchange = await town.ben.command(town.general, "echo", text="hi", times=3)
    message = await exchange.response()
    assert message.content == "hi hi hi"
    assert message.data["type"] == 20
    assert message.data["interaction_metadata"]["user"]["id"] == str(town.ben.id)
    assert message.data["interaction"]["name"] == "echo"


async def test_options_are_checked_as_by_a_client(town: Town, bot: ExampleBot) -> None:
    """What the declared options do not allow is never sent, and the refusal says why."""
    with pytest.raises(SandboxError, match="'text' is required"):
        await town.ben.command(town.general, "echo")
    with pytest.raises(SandboxError, match="between 1 and 5"):
        await town.ben.command(town.general, "echo", text="x", times=9)
    with pytest.raises(SandboxError, match="no option 'colour'"):
        await town.ben.command(town.general, "echo", text="x", colour=1)
    with pytest.raises(SandboxError, match="no command 'nothing'"):
        await town.ben.command(town.general, "nothing")


async def test_autocomplete(town: Town, bot: ExampleBot) -> None:
    """The bot's choices for what is being typed come back to the member."""
    choices = await town.ben.autocomplete(town.general, "echo", "text", "ab")
    assert choices == [{"name": "AB", "value": "abab"}]


async def test_a_subcommand(town: Town, bot: ExampleBot) -> None:
    """A subcommand is run by its full name."""
    exchange = await town.ben.command(town.general, "remind add", minutes=5)
    message = await exchange.response()
    assert message.content == "In 5"
    assert message.data["interaction"]["name"] == "remind add"


async def test_options_that_name_members_are_resolved(town: Town, bot: ExampleBot) -> None:
    """A member given as an option arrives as a member."""
    exchange = await town.ben.command(town.general, "about", member=str(town.ann.id))
    assert (await exchange.response()).content == f"ann {town.ann.id}"


async def test_a_button_updates_its_message(town: Town, bot: ExampleBot) -> None:
    """Pressing a button edits the message in place, for everybody."""
    panel = await (await town.ben.command(town.general, "panel")).response()
    for number in (1, 2):
        panel = await (await town.ben.press(panel, "Count")).response()
        assert panel.content == f"Count {number}"
    assert (await town.general.messages())[0].content == "Count 2"


async def test_a_deferred_update(town: Town, bot: ExampleBot) -> None:
    """A press may be acknowledged first and its message edited later."""
    panel = await (await town.ben.command(town.general, "panel")).response()
    exchange = await town.ben.press(panel, "Later")
    assert await exchange.done() == 6
    assert (await exchange.response()).content == "Count 100"


async def test_a_select_is_answered_to_one_alone(town: Town, bot: ExampleBot) -> None:
    """Options are chosen by label; an ephemeral answer is seen by its reader only."""
    panel = await (await town.ben.command(town.general, "panel")).response()
    exchange = await town.ben.choose(panel, "A colour", ["Red", "Blue"])
    answer = await exchange.response()
    assert answer.content == "r b"
    assert answer.ephemeral
    assert answer.id in [message.id for message in await town.ben.messages(town.general)]
    assert answer.id not in [message.id for message in await town.ann.messages(town.general)]


async def test_a_modal(town: Town, bot: ExampleBot) -> None:
    """A modal opens, takes what is filled in, and its deferred answer arrives."""
    panel = await (await town.ben.command(town.general, "panel")).response()
    modal = await (await town.ben.press(panel, "Name")).modal()
    assert modal.title == "Who are you?"
    with pytest.raises(SandboxError, match="to 20 characters"):
        await town.ben.submit(modal, {"Your name": "x" * 21})
    answer = await (await town.ben.submit(modal, {"Your name": "Ben"})).response()
    assert answer.content == "Hello, Ben!"
    assert answer.ephemeral
    source = answer.data["interaction_metadata"]["triggering_interaction_metadata"]
    assert source["interacted_message_id"] == str(panel.id)


async def test_a_deferred_answer_and_a_follow_up(town: Town, bot: ExampleBot) -> None:
    """Thinking shows as such, is replaced by the answer, and more can follow."""
    exchange = await town.ben.command(town.general, "slow")
    assert await exchange.done() == 5
    assert (await exchange.response()).content == "At last"
    more = await exchange.followup()
    assert more.content == "And more"
    assert more.ephemeral


async def test_a_button_in_a_direct_message(town: Town, bot: ExampleBot) -> None:
    """A control on a message the bot sent by itself works, in a DM, without a view in memory."""
    user = await bot.fetch_user(town.ben.id)
    view = discord.ui.View()
    view.add_item(Snooze(5))
    await user.send("Ruins", view=view)
    reminder = await town.ben.wait_for_dm()
    answer = await (await town.ben.press(reminder, "Snooze 5")).response()
    assert answer.content == "Snoozed 5"
    assert answer.id == reminder.id
    assert answer.components == []


async def test_a_command_in_a_direct_message(town: Town, bot: ExampleBot) -> None:
    """Global commands can be run in the DM with their bot."""
    dm = await town.ben.open_dm(town.application)
    exchange = await town.ben.command(dm, "echo", text="psst")
    assert (await exchange.response()).content == "psst"


async def test_an_answer_that_comes_too_late(town: Town, bot: ExampleBot) -> None:
    """An answer held for longer than three seconds finds its interaction gone."""
    fault = await town.sandbox.fault("hold", path="/callback$")
    exchange = await town.ben.command(town.general, "echo", text="late")
    with pytest.raises(Unanswered):
        await exchange.response()
    stream = await town.sandbox.events()
    await fault.release()
    row = await stream.wait_for(
        lambda frame: frame.data if frame.type == "REQUEST" else None, since=0
    )
    assert (row["status"], row["code"]) == (404, 10062)


async def test_no_answer_within_three_seconds(town: Town, bot: ExampleBot) -> None:
    """A bot that stays silent fails the interaction, as people see it in Discord."""
    exchange = await town.ben.command(town.general, "mute")
    with pytest.raises(Unanswered, match="did not answer within 3 seconds"):
        await exchange.response()


async def test_a_modal_of_all_kinds_of_fields(town: Town, bot: ExampleBot) -> None:
    """Members and files arrive as what they are; groups by their values, and a box as yes or no."""
    modal = await (await town.ben.command(town.general, "join")).modal()
    filled = {
        "With whom?": [str(town.ann.id)],
        "Size": "l",
        "Days": ["sat", "sun"],
        "Proof": [File("a.txt", b"one", "text/plain"), File("b.txt", b"two", "text/plain")],
        "Sure": True,
    }
    answer = await (await town.ben.submit(modal, filled)).response()
    assert answer.content == "Member ann; l; sat,sun; a.txt=one,b.txt=two; True"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("With whom?", ["1"], "names nothing"),
        ("With whom?", "1", "needs `values`"),
        ("Size", "xl", "no value 'xl'"),
        ("Size", None, "required"),
        ("Days", ["sat", "sat"], "chosen twice"),
        ("Days", ["mon"], "no value 'mon'"),
        ("Proof", [File("a.txt", b"")] * 3, "1 to 2 values"),
        ("Proof", ["a.txt"], "must be a file"),
        ("Sure", "yes", "true or false"),
    ],
)
async def test_what_a_client_would_not_send_is_refused(
    town: Town, bot: ExampleBot, field: str, value: object, reason: str
) -> None:
    """The bot never hears of it, and the refusal says why."""
    modal = await (await town.ben.command(town.general, "join")).modal()
    with pytest.raises(SandboxError, match=reason):
        await town.ben.submit(modal, {"Size": "s", "Days": ["sat"], field: value})


async def _answer(bot: ExampleBot, rest: Rest, body: object) -> Answer:
    """Answer the interaction that the bot leaves unanswered, by a bare request."""
    interaction = await asyncio.wait_for(bot.unanswered.get(), 10)
    return await rest.post(f"/interactions/{interaction.id}/{interaction.token}/callback", body)


async def test_what_is_wrong_with_an_answer_is_named_where_it_stands(
    town: Town, bot: ExampleBot, rest: Rest
) -> None:
    """Below `data`, as the body was sent."""
    await town.ben.command(town.general, "mute")
    answer = await _answer(bot, rest, {"type": 4, "data": {"content": "x" * 2001}})
    assert (answer.status, answer.code) == (400, 50035)
    (problem,) = answer.body["errors"]["data"]["content"]["_errors"]
    assert problem["code"] == "BASE_TYPE_MAX_LENGTH"


@pytest.mark.parametrize(
    ("choices", "where"),
    [
        ([{"name": "x" * 200, "value": "x"}], ("0", "name")),
        ([{"name": "x", "value": 5}], ("0", "value")),
        ([{"x": 1}], ("0", "name")),
        ([1], ("0",)),
        ("x", ()),
        ([{"name": "x", "value": "x"}] * 26, ()),
    ],
)
async def test_choices_that_discord_refuses_are_refused(
    town: Town, bot: ExampleBot, rest: Rest, choices: object, where: tuple[str, ...]
) -> None:
    """They never reach the member, and the problem is named where it stands."""
    typing = asyncio.create_task(town.ben.autocomplete(town.general, "mute", "text", "a"))
    answer = await _answer(bot, rest, {"type": 8, "data": {"choices": choices}})
    assert (answer.status, answer.code) == (400, 50035)
    found = answer.body["errors"]["data"]["choices"]
    for key in where:
        found = found[key]
    assert found["_errors"]
    typing.cancel()
