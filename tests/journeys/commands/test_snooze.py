"""A member presses Snooze, and is called once more."""

import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.commands.community import PATIENCE, Community, says
from tests.journeys.commands.test_events import bring_in, in_hours, is_reminder

from discord_sandbox.testing import Message

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEFT = timedelta(hours=1)


async def reminded(community: Community, folder: Path) -> tuple[Message, datetime]:
    """Ann subscribed, and has the reminder of an hour before."""
    await community.set_up(preset="kvk", windows="1h")
    await community.subscribe(community.ann, "ruins", leads=(3600,))
    start = await in_hours(community, 2)
    await bring_in(community, folder, [(start, "ruins", "Ruins of Ys")])
    left = start - await community.sandbox.clock.now() - LEFT
    await community.sandbox.clock.step(left.total_seconds())
    return await community.ann.wait_for_dm(is_reminder, timeout=PATIENCE), start


async def snooze(community: Community, reminder: Message, pause: str) -> Message:
    """Press Snooze and choose a pause; returns the last word."""
    menu = await community.press(community.ann, reminder, "Snooze")
    assert menu.ephemeral
    exchange = await community.ann.choose(menu, None, [pause])
    await exchange.response(PATIENCE)
    return await community.ann.wait_for_update(menu, lambda m: not m.selects, PATIENCE)


async def test_a_snoozed_reminder_comes_again(community: Community, tmp_path: Path) -> None:
    """After the pause, once, with the same buttons; and what was chosen can be taken back."""
    reminder, start = await reminded(community, tmp_path)
    menu = await community.press(community.ann, reminder, "Snooze")
    labels = [option["label"] for option in menu.selects[0]["options"]]
    assert labels == [
        "in 5 minutes",
        "in 10 minutes",
        "in 15 minutes",
        "in 30 minutes",
        "at the start",
    ]
    now = await community.sandbox.clock.now()
    last = await snooze(community, reminder, "in 10 minutes")
    assert "I will remind you of **Ruins of Ys** again" in last.text
    await community.sandbox.clock.step(601)
    again = await community.ann.wait_for_dm(is_reminder, after=reminder, timeout=PATIENCE)
    assert "snoozed" in again.text
    assert f"<t:{int(start.timestamp())}:R>" in again.text
    assert datetime.fromisoformat(again.data["timestamp"]) >= now + timedelta(minutes=10)

    await snooze(community, again, "in 15 minutes")
    menu = await community.press(community.ann, again, "Snooze")
    assert "As it is" in menu.text
    assert "Not again" in [option["label"] for option in menu.selects[0]["options"]]
    last = await snooze(community, again, "Not again")
    assert "Not again" in last.text
    listed = await community.bot.tocsin("deliveries", "list", "--member", str(community.ann.id))
    assert "cancelled" in listed


async def test_a_snooze_survives_a_crash_and_its_button_a_restart(
    own_community: Community, tmp_path: Path
) -> None:
    """The menu that was open, the snooze that waits, and the reminder's button: all work with the next process."""
    process = await own_community.bot.start()
    try:
        reminder, _ = await reminded(own_community, tmp_path)
        menu = await own_community.press(own_community.ann, reminder, "Snooze")
        await process.end(signal.SIGKILL)
        process = await own_community.bot.start()
        exchange = await own_community.ann.choose(menu, None, ["in 5 minutes"])
        await exchange.response(PATIENCE)
        await own_community.ann.wait_for_update(menu, says("I will remind you"), PATIENCE)
        await process.end(signal.SIGKILL)
        await own_community.sandbox.clock.step(301)
        process = await own_community.bot.start()
        again = await own_community.ann.wait_for_dm(is_reminder, after=reminder, timeout=PATIENCE)
        assert "snoozed" in again.text
    finally:
        await process.end()


async def test_an_old_reminder_says_why_it_cannot_be_snoozed(
    community: Community, tmp_path: Path
) -> None:
    """Once the event is over, and once the member has unsubscribed."""
    reminder, _ = await reminded(community, tmp_path)
    question = await community.answer(community.ann, "unsubscribe")
    await community.stop(community.ann, question)
    assert (
        "no reminders from that server"
        in (await community.press(community.ann, reminder, "Snooze")).text
    )
    await community.subscribe(community.ann, "ruins")
    await community.sandbox.clock.step(3 * 3600)
    assert "over" in (await community.press(community.ann, reminder, "Snooze")).text
