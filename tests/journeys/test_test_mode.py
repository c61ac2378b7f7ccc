"""Test mode: four messages to the channel and to one member, and then nothing is left of it."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from tests.journeys.commands.community import Bot, Community, says
from tests.journeys.processes import Process
from tests.journeys.test_main_path import running

from discord_sandbox.testing import Member, Message, Sandbox

TITLE = "Test Ruins"
IS_TEST = says("This is a test", TITLE)
LOOKED_EVERY = 11
"""Seconds within which the bot looks whether a test is over."""
STEPS = (60, 30, 20, 10)
"""Seconds from the command to 60, 30, 10 and 0 seconds before the start, each from the last."""


@pytest_asyncio.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """A server with a bot that does not run yet, in a sandbox of its own: its clock is moved."""
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        yield await Community.found(sandbox, Bot(sandbox, application, tmp_path))


async def shown(community: Community, person: Member, *, in_dm: bool) -> int:
    """How many test messages the person was ever shown by DM, or in the channel."""
    rows = await person.seen()
    messages = [Message(row["message"]) for row in rows if row["event"] == "create"]
    tests = [message for message in messages if IS_TEST(message)]
    return sum((one.channel_id != community.channel.id) == in_dm for one in tests)


async def through_the_test(community: Community, person: Member) -> Message:
    """Step the clock to each of the four instants, and wait for both messages; returns the last post."""
    dm: Message | None = None
    post: Message | None = None
    for seconds in STEPS:
        await community.sandbox.clock.step(seconds)
        dm = await person.wait_for_dm(IS_TEST, after=dm)
        post = await person.wait_for_message(community.channel, IS_TEST, after=post)
    assert post is not None
    return post


async def told(community: Community, *arguments: str) -> Any:
    """What a command tells as JSON."""
    return json.loads(await community.bot.tocsin(*arguments, "--json"))


async def test_an_admin_tries_reminders_out(community: Community) -> None:
    """In the channel and to whoever asked, to nobody else, in no statistic, and removed afterwards."""
    owner, ann = community.owner, community.ann
    async with running(community.bot) as bot:
        await community.set_up(preset="kvk", windows="1h, now")
        await community.subscribe(ann, "all")
        exchange = await owner.command(community.channel, "admin test-reminder")
        answer = await exchange.response()
        assert TITLE in answer.text
        assert "direct message" in answer.text
        again = await (await owner.command(community.channel, "admin test-reminder")).response()
        assert "under way" in again.text
        last = await through_the_test(community, owner)
        assert (await told(community, "status"))["servers"][0]["counts"] == {}
        assert (await told(community, "status"))["servers"][0]["occurrences_ahead"] == 0
        server = str(community.guild.id)
        assert await told(community, "events", "list", "--server", server) == []
        await community.sandbox.clock.step(60)
        await owner.wait_for_deletion(last)
        await community.sandbox.clock.step(LOOKED_EVERY)
        await bot.event("test removed")
        assert await told(community, "deliveries", "list") == []
    assert await shown(community, owner, in_dm=True) == 4
    assert await shown(community, owner, in_dm=False) == 4
    assert await shown(community, ann, in_dm=True) == 0


async def test_a_command_has_the_running_bot_send(community: Community) -> None:
    """It writes, waits, and says what came of each; without a bot it says that nobody would send."""
    server, member = str(community.guild.id), str(community.bob.id)
    command = ("test-reminder", "--server", server, "--member", member)
    async with running(community.bot):
        await community.set_up(preset="kvk")
        trying = await Process.start("tocsin", *command, env=community.bot.environment)
        await trying.until(lambda line: "starts in 120 s" in line)
        await through_the_test(community, community.bob)
        assert await trying.wait() == 0, trying.output()
        assert trying.output().count("sent (") == 8
    refused = await Process.start("tocsin", *command, env=community.bot.environment)
    assert await refused.wait() == 1
    assert "No bot runs" in refused.output()


async def test_a_test_is_not_taken_up_again_after_a_restart(community: Community) -> None:
    """What had not been sent when the bot was killed never is."""
    async with running(community.bot) as bot:
        await community.set_up(preset="kvk")
        await (await community.owner.command(community.channel, "admin test-reminder")).response()
        await community.sandbox.clock.step(STEPS[0])
        await community.owner.wait_for_dm(IS_TEST)
        await community.owner.wait_for_message(community.channel, IS_TEST)
        await bot.end(signal.SIGKILL)
    async with running(community.bot) as again:
        for seconds in (*STEPS[1:], 60):
            await community.sandbox.clock.step(seconds)
        await again.event("post removed")
        await community.sandbox.clock.step(LOOKED_EVERY)
        await again.event("test removed")
    assert await shown(community, community.owner, in_dm=True) == 1
    assert await shown(community, community.owner, in_dm=False) == 1
