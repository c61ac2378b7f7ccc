"""What members are told when the database or Discord is in trouble."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.commands.community import PATIENCE, Bot, Community, says
from tests.journeys.commands.test_events import bring_in, in_hours, is_reminder
from tests.journeys.processes import Process

from discord_sandbox.testing import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextmanager
def database(community: Community) -> Iterator[sqlite3.Connection]:
    """The bot's database, opened beside it."""
    path = community.bot.directory / "tocsin.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def test_a_failed_save_is_said_and_can_be_repeated(community: Community) -> None:
    """Nothing is half kept, and nobody is welcomed."""
    await community.set_up(preset="kvk")
    ann = community.ann
    form = await community.choose(ann, await community.form(ann), "Types", "ruins")
    with database(community) as connection:
        connection.execute(
            "CREATE TRIGGER no_pairs BEFORE INSERT ON subscription_pairs"
            f" WHEN NEW.member_id = {ann.id} BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
        try:
            await (await ann.press(form, "Save")).response(PATIENCE)
            form = await ann.wait_for_update(form, says("Not saved"), PATIENCE)
            kept = connection.execute(
                "SELECT count(*) FROM subscriptions WHERE member_id = ?", (ann.id,)
            ).fetchone()
        finally:
            connection.execute("DROP TRIGGER no_pairs")
    assert kept == (0,)
    assert await ann.dms() == []
    assert "✅ Saved" in (await community.save(ann, form)).text
    await ann.wait_for_dm(says("You are subscribed"))


async def test_save_answers_at_once_while_the_store_is_busy(community: Community) -> None:
    """Discord gives three seconds, another program may hold the database for longer."""
    await community.set_up(preset="kvk")
    ann = community.ann
    form = await community.choose(ann, await community.form(ann), "Types", "ruins")
    with database(community) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            saving = await (await ann.press(form, "Save")).response(PATIENCE)
            assert "Saving…" in saving.text
            assert all(part["disabled"] for part in (*saving.buttons, *saving.selects))
            asked = await community.form(community.bob)
            assert not asked.loading
        finally:
            connection.execute("ROLLBACK")
    await ann.wait_for_update(form, says("✅ Saved"), PATIENCE)


async def test_stopping_says_what_may_still_arrive(community: Community, tmp_path: Path) -> None:
    """A reminder is on its way while the member stops: the answer says so, and is true."""
    await community.set_up(preset="kvk", windows="now")
    ann = community.ann
    await community.subscribe(ann, "ruins", leads=(3600,))
    welcome = await ann.wait_for_dm()
    start = await in_hours(community, 2)
    await bring_in(community, tmp_path, [(start, "ruins", "Ruins of Ys")])
    path = rf"/channels/{welcome.channel_id}/messages$"
    fault = await community.sandbox.fault("hold", method="POST", path=path, stage="before")
    async with fault:
        left = start - await community.sandbox.clock.now() - timedelta(hours=1)
        await community.sandbox.clock.step(left.total_seconds())
        await fault.wait_struck()
        question = await community.answer(ann, "unsubscribe")
        await (await ann.press(question, "Stop")).response(PATIENCE)
        last = await ann.wait_for_update(question, says("Stopped"), PATIENCE)
        assert "1 was already on the way" in last.text
        assert "may still arrive" in last.text
    await ann.wait_for_dm(is_reminder, timeout=PATIENCE)


async def test_what_waits_on_its_way_does_not_arrive_once_another_choice_is_saved(
    own_community: Community, tmp_path: Path
) -> None:
    """Discord has told a reminder to come again in five seconds; meanwhile its member chooses something else."""
    bot = await own_community.bot.start()
    try:
        await _choose_anew_amid_a_reminder(own_community, bot, tmp_path)
    finally:
        await bot.end()


async def _choose_anew_amid_a_reminder(community: Community, bot: Process, folder: Path) -> None:
    ann = community.ann
    await community.set_up(preset="kvk", windows="now")
    await community.subscribe(ann, "ruins", leads=(3600,))
    welcome = await ann.wait_for_dm()
    start = await in_hours(community, 2)
    await bring_in(community, folder, [(start, "ruins", "Ruins of Ys")])
    # A form goes off after three minutes.
    await community.sandbox.clock.set(start - timedelta(hours=1, minutes=1))
    form = await community.form(ann, "modify_subscription")
    form = await community.choose(ann, form, "Types", "altars")
    path = rf"/channels/{welcome.channel_id}/messages$"
    later = await community.sandbox.fault(
        "ratelimit", method="POST", path=path, retry_after=5.0, count=1
    )
    await community.sandbox.clock.set(start - timedelta(hours=1))
    await later.wait_struck()
    claimed = await bot.event("claimed")
    assert "✅ Saved" in (await community.save(ann, form)).text
    held_back = await bot.event("retried")
    cancelled = await bot.event("cancelled")
    assert claimed["delivery"] == held_back["delivery"] == cancelled["delivery"]
    assert held_back["reason"] == "held back before it was repeated: it was revoked"
    assert [message.id for message in await ann.dms() if is_reminder(message)] == []


async def test_a_discord_that_does_not_answer_at_the_start_is_asked_again(
    own_community: Community,
) -> None:
    """However often it takes; nothing of the tries that failed is left open."""
    community = own_community
    down = await community.sandbox.fault(
        "status", status=503, count=2, method="GET", path="/users/@me$"
    )
    bot = await community.bot.start()
    assert await down.struck() == 2
    assert await bot.end() == 0
    assert bot.output().count("Discord not reached") == 2
    assert "Unclosed" not in bot.output()


async def test_a_wrong_clock_holds_the_reminders(tmp_path: Path) -> None:
    """A minute off Discord's: it is said, nothing is sent, and it goes on by itself when the clock is right."""
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        # By its own clock, from which Discord's can then differ.
        bot = Bot(sandbox, application, tmp_path, {"TOCSIN_CLOCK__URL": ""})
        community = await Community.found(sandbox, bot)
        process = await bot.start()
        try:
            await _held_by_the_clock(community, process, tmp_path)
        finally:
            await process.end()


async def _held_by_the_clock(community: Community, bot: Process, folder: Path) -> None:
    ann = community.ann
    await community.set_up(preset="kvk", windows="now")
    await community.subscribe(ann, "ruins", leads=(3600,))
    await community.sandbox.clock.step(-60)
    await community.subscribe(community.bob, "altars")  # Discord's answer to the welcome tells
    assert 58 < (await bot.event("clock is off"))["ahead_of_discord_s"] < 61
    start = datetime.now(UTC) + timedelta(hours=1, seconds=1)
    await bring_in(community, folder, [(start, "ruins", "Ruins of Ys")])
    asked = await community.sandbox.fault("slow", seconds=0, method="GET", path="/gateway$")
    await asked.wait_struck()
    assert datetime.now(UTC) > start - timedelta(hours=1)
    assert '"claimed"' not in bot.output()
    await community.sandbox.clock.reset()
    await ann.wait_for_dm(is_reminder, timeout=PATIENCE)
