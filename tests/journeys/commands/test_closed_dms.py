"""Members whom Discord does not let the bot write to."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.journeys.commands.community import PATIENCE, Bot, Community, says
from tests.journeys.commands.test_events import bring_in, in_hours
from tests.journeys.processes import Process

from discord_sandbox.testing import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Ruins of Ys"


async def test_in_quarantine_no_dms_are_opened_until_the_operator_acts(
    own_community: Community,
) -> None:
    """Not for the next member either, and not after a restart: who opens on is blocked for good."""
    community, ann, bob = own_community, own_community.ann, own_community.bob
    opening = {"method": "POST", "path": r"/users/@me/channels$"}
    quarantine = await community.sandbox.fault(
        "status", status=403, code=20026, user_id=str(ann.id), **opening
    )
    process = await community.bot.start()
    try:
        await community.set_up(preset="kvk")
        for member in (ann, bob):
            last = await community.subscribe(member, "ruins")
            assert "does not let me open new direct messages" in last.text
        assert await process.event("opening of DMs stopped")
        await process.end()
        process = await community.bot.start()
        await process.event("opening of DMs stopped")
        await quarantine.remove()
        assert "does not let me open" in (await community.subscribe(bob, "ruins")).text
        assert await bob.dms() == []
        assert "opened again" in await community.bot.tocsin("resume-opening")
        await community.subscribe(bob, "ruins")
        await bob.wait_for_dm(says("You are subscribed"), timeout=PATIENCE)
    finally:
        await process.end()


async def test_members_with_closed_dms_are_mentioned_once_and_together(
    community: Community, tmp_path: Path
) -> None:
    """In the channel that the admin chose; who gets a DM is not named, and nobody gets a post of their own."""
    ann, bob = community.ann, community.bob
    cora = await community.sandbox.make_user("cora")
    await community.guild.add_member(cora)
    await cora.stream()
    calls = await community.guild.make_channel("closed-dms")
    answer = await community.set_up(preset="kvk", windows="now", mentions=str(calls.id))
    assert f"mentioned in <#{calls.id}>" in answer.text
    await bob.accept_dms(False)  # known from the welcome on
    for member in (ann, bob, cora):
        await community.subscribe(member, "ruins", leads=(3_600,))
    await ann.accept_dms(False)  # found out when the reminder is refused
    start = await in_hours(community, 2)
    await bring_in(community, tmp_path, [(start, "ruins", TITLE)])
    left = start - await community.sandbox.clock.now() - timedelta(hours=1)
    await community.sandbox.clock.step(left.total_seconds() + 1)
    await cora.wait_for_dm(says("Start:", TITLE), timeout=PATIENCE)
    post = await calls.wait_for_message(says(TITLE))
    assert f"<@{ann.id}>" in post.text
    assert f"<@{bob.id}>" in post.text
    assert str(cora.id) not in post.text
    assert {int(each["id"]) for each in post.data["mentions"]} == {ann.id, bob.id}
    posts = [each for each in await calls.messages() if TITLE in each.text]
    assert len(posts) == 1
    again = await community.set_up(no_mentions=True)
    assert "not mentioned" in again.text


async def test_mentions_need_the_permission_to_post(community: Community) -> None:
    """An admin hears at once what is missing in the channel for mentions."""
    calls = await community.guild.make_channel("closed-dms")
    bot = community.bot.application.id
    await calls.set_permissions(bot, deny=1 << 11, member=True)
    answer = await community.answer(community.owner, "setup", mentions=str(calls.id))
    assert "Send Messages" in answer.text
    assert f"<#{calls.id}>" in answer.text


async def test_admins_see_who_can_be_reached(community: Community, tmp_path: Path) -> None:
    """Before an event, in /events and on the command line; members do not."""
    await community.set_up(preset="kvk")
    await community.bob.accept_dms(False)
    await community.subscribe(community.ann, "ruins")
    await community.subscribe(community.bob, "all")
    start = await in_hours(community, 30)
    later = start + timedelta(hours=1)
    await bring_in(community, tmp_path, [(start, "ruins", TITLE), (later, "altars", "Altar")])
    ruins, altar = (await community.answer(community.owner, "events")).text.splitlines()[1:]
    assert "1 of 2 by DM" in ruins
    assert "0 of 1 by DM" in altar
    assert "by DM" not in (await community.answer(community.ann, "events")).text
    server = str(community.guild.id)
    assert "1 of 2" in await community.bot.tocsin("events", "list", "--server", server)


@pytest.mark.parametrize("allowed", [True, False])
async def test_who_comes_back_is_tried_again(
    sandbox: Sandbox, tmp_path: Path, allowed: bool
) -> None:
    """With the members intent: rejoining sends a test DM. An intent that Discord refuses is said in words."""
    application = await sandbox.make_application(
        "Tocsin", intents=["guild_members"] if allowed else []
    )
    bot = Bot(sandbox, application, tmp_path, {"TOCSIN_DISCORD__MEMBERS_INTENT": "true"})
    community = await Community.found(sandbox, bot)
    if not allowed:
        process = await Process.start("tocsin", "run", env=bot.environment)
        assert await process.wait() == 2
        assert "Server Members Intent" in process.output()
        return
    process = await bot.start()
    try:
        await community.set_up(preset="kvk")
        await community.ann.accept_dms(False)
        await community.subscribe(community.ann, "ruins")
        await community.ann.leave(community.guild)
        await community.ann.accept_dms(True)
        await community.ann.join(community.guild)
        await community.ann.wait_for_dm(says("arrive again"), timeout=PATIENCE)
    finally:
        await process.end()
