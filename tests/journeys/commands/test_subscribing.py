"""A member subscribes, changes their mind, and stops."""

from pathlib import Path
from typing import Any

import pytest
from tests.journeys.commands.community import PATIENCE, Community, says
from tests.journeys.commands.test_events import bring_in, in_hours

from discord_sandbox.testing import Message, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="session")

USUAL = "24 hours before, 12 hours before, 4 hours before, 1 hour before, at the start"
MEMBER_COMMANDS = ("subscribe", "modify_subscription", "unsubscribe", "events")


def labels(message: Message) -> list[str]:
    return [button["label"] for button in message.buttons]


def filled_in(message: Message, number: int) -> list[str]:
    options: list[dict[str, Any]] = message.selects[number]["options"]
    return [option["value"] for option in options if option.get("default")]


async def test_before_setup_the_commands_say_who_has_to_do_what(community: Community) -> None:
    """A member is not left with a command that does nothing."""
    for command in MEMBER_COMMANDS:
        answer = await community.answer(community.ann, command)
        assert answer.ephemeral
        assert "Manage Server" in answer.text
        assert "/setup" in answer.text


async def test_a_member_subscribes_and_is_welcomed(community: Community) -> None:
    """Choose, Save, and the welcome says what was chosen and how to change it."""
    await community.set_up(preset="kvk")
    ann = community.ann
    form = await community.form(ann)
    assert form.button("Save")["disabled"]
    form = await community.choose(ann, form, "Types", "ruins", "altars")
    assert not form.button("Save").get("disabled")
    form = await community.choose(ann, form, "Lead times", "3600", "0")
    assert filled_in(form, 0) == ["ruins", "altars"]
    assert filled_in(form, 1) == ["3600", "0"]
    last = await community.save(ann, form)
    assert "✅ Saved" in last.text
    assert last.selects == []
    welcome = await ann.wait_for_dm(says("You are subscribed"))
    for part in ("Kingdom 98", "Ruins, Altars", "1 hour before, at the start", "/unsubscribe"):
        assert part in welcome.text
    assert labels(welcome) == ["Change", "Stop"]


async def test_none_chosen_means_the_usual_lead_times(community: Community) -> None:
    """24h, 12h, 4h, 1h and now; and choosing everything leaves nothing else to choose."""
    await community.set_up(preset="kvk")
    await community.subscribe(community.ann, "all", "ruins")
    welcome = await community.ann.wait_for_dm()
    assert USUAL in welcome.text
    assert "Everything" in welcome.text
    assert "Ruins" not in welcome.text


async def test_the_present_choice_is_filled_in(community: Community) -> None:
    """By the command, and by the button in the direct messages."""
    await community.set_up(preset="kvk")
    ann = community.ann
    await community.subscribe(ann, "ruins", leads=(900,))
    welcome = await ann.wait_for_dm()
    in_server = await community.form(ann, "modify_subscription")
    in_dms = await community.press(ann, welcome, "Change")
    assert in_dms.channel_id == welcome.channel_id
    for form in (in_server, in_dms):
        assert filled_in(form, 0) == ["ruins"]
        assert filled_in(form, 1) == ["900"]
        assert not form.button("Save").get("disabled")
    cancelled = await community.press(ann, in_server, "Cancel")
    assert "Nothing was changed" in cancelled.text
    changed = await community.choose(ann, in_dms, "Types", "altars")
    assert "✅ Saved" in (await community.save(ann, changed)).text
    assert filled_in(await community.form(ann), 0) == ["altars"]


async def test_without_a_subscription_the_way_to_one_is_shown(community: Community) -> None:
    """There is nothing to change, and nothing to stop."""
    await community.set_up()
    answer = await community.answer(community.ann, "modify_subscription")
    assert "/subscribe" in answer.text
    answer = await community.answer(community.ann, "unsubscribe")
    assert "nothing to stop" in answer.text


async def test_a_member_stops(community: Community) -> None:
    """After being asked, and not if they keep their reminders."""
    await community.set_up(preset="kvk")
    ann = community.ann
    await community.subscribe(ann, "ruins")
    question = await community.answer(ann, "unsubscribe")
    assert "go on" in (await community.press(ann, question, "Keep them")).text
    question = await community.answer(ann, "unsubscribe")
    await community.stop(ann, question)
    assert "nothing to stop" in (await community.answer(ann, "unsubscribe")).text


async def test_a_form_goes_off_after_three_minutes(community: Community) -> None:
    """By the bot's clock; it says so, and what was chosen is not kept."""
    await community.set_up(preset="kvk")
    form = await community.form(community.ann)
    form = await community.choose(community.ann, form, "Types", "ruins")
    await community.sandbox.clock.step(181)
    expired = await community.ann.wait_for_update(form, says("three minutes"), PATIENCE)
    assert all(part["disabled"] for part in (*expired.buttons, *expired.selects))
    assert filled_in(await community.form(community.ann), 0) == []


async def test_closed_direct_messages_are_said_in_place(community: Community) -> None:
    """The choice is kept, the member learns what to do, and the next thing they do resumes them."""
    await community.set_up(preset="kvk")
    ann = community.ann
    await ann.accept_dms(False)
    last = await community.subscribe(ann, "ruins")
    assert "✅ Saved" in last.text
    assert "Privacy Settings" in last.text
    assert filled_in(await community.form(ann), 0) == ["ruins"]
    await ann.accept_dms(True)
    await community.sandbox.clock.step(601)
    await community.answer(ann, "help")
    await ann.wait_for_dm(says("arrive again"), timeout=PATIENCE)


async def test_what_a_member_has_works_after_a_restart(own_community: Community) -> None:
    """Buttons keep working; a form that was open is answered, not left to fail."""
    community, ann = own_community, own_community.ann
    process = await community.bot.start()
    try:
        await community.set_up(preset="kvk")
        await community.subscribe(ann, "ruins")
        form = await community.form(ann)
        await process.end()
        process = await community.bot.start()
        exchange = await ann.choose(form, form.selects[0]["custom_id"], ["altars"])
        stale = await exchange.response(PATIENCE)
        assert "out of date" in stale.text
        assert stale.ephemeral
        welcome = await ann.wait_for_dm()
        question = await community.press(ann, welcome, "Stop")
        await community.stop(ann, question)
    finally:
        await process.end()


async def test_a_hundred_types_can_all_be_chosen(community: Community, tmp_path: Path) -> None:
    """Three menus to a page, each named for what is in it; what was chosen on another page stays."""
    start = await in_hours(community, 30)
    rows = [(start, f"Type {number:03}", f"Event {number}") for number in range(100)]
    await bring_in(community, tmp_path, rows)
    await community.set_up()
    ann = community.ann
    form = await community.form(ann)
    assert len(form.selects) == 4
    assert form.selects[1]["placeholder"].startswith("Types of events: ")
    first = form.selects[0]
    exchange = await ann.choose(form, first["custom_id"], ["type-001"])
    form = await exchange.response(PATIENCE)
    form = await community.press(ann, form, "More types (page 1 of 2)")
    last = form.selects[-2]
    assert last["options"][-1]["value"] == "type-099"
    exchange = await ann.choose(form, last["custom_id"], ["type-099"])
    form = await exchange.response(PATIENCE)
    assert "Type 001, Type 099" in (await community.save(ann, form)).text


async def test_a_type_that_is_called_like_a_group_breaks_no_form(
    community: Community, tmp_path: Path
) -> None:
    """It is offered once: the group contains it."""
    start = await in_hours(community, 30)
    await bring_in(community, tmp_path, [(start, "all", "Everything"), (start, "x", "Other")])
    await community.set_up()
    form = await community.form(community.ann)
    values = [option["value"] for option in form.selects[0]["options"]]
    assert values.count("all") == 1
    assert "x" in values


async def test_it_is_for_servers_only(community: Community, sandbox: Sandbox) -> None:
    """Who has installed the bot for themselves is offered none of its commands where there is no calendar."""
    ann = community.ann
    await ann.install(community.bot.application)
    elsewhere = await sandbox.make_guild("Elsewhere", owner=ann)
    assert await ann.commands(elsewhere.channel("general")) == []
    assert await ann.commands(await ann.open_dm(community.bot.application)) == []
    offered = await ann.commands(community.channel)
    assert {"subscribe", "events", "help"} <= {command["name"] for command in offered}
    assert all(command["integration_types"] == [0] for command in offered)
