"""The main job, end to end: a member subscribes, and is called in time, once, whatever happens to the bot."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.journeys.commands.community import Bot, Community, says
from tests.journeys.processes import Process

from discord_sandbox.testing import Message, Sandbox

HOUR = 3_600
PAST_DOUBT = 20
"""Seconds after which a claim's request can neither leave nor be under way any more."""
TITLE = "Ruins of Ys"


@pytest_asyncio.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """A server with a bot that does not run yet, in a sandbox of its own: these tests move its clock."""
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        yield await Community.found(sandbox, Bot(sandbox, application, tmp_path))


@pytest_asyncio.fixture
async def start(community: Community) -> datetime:
    """An event two hours ahead, imported from a CSV file by the command that an admin uses."""
    begins = (await community.sandbox.clock.now()).replace(microsecond=0) + timedelta(hours=2)
    ends = begins + timedelta(minutes=30)
    file = community.bot.directory / "calendar.csv"
    row = f"{begins.isoformat()},{ends.isoformat()},ruins,{TITLE},Zone 5"
    file.write_text(f"start,end,type,title,location\n{row}\n", encoding="utf-8")
    server = str(community.guild.id)
    await community.bot.tocsin("events", "import", str(file), "--server", server, "--preset", "kvk")
    return begins


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[Process]:
    """The bot, which is not left running when a test fails."""
    process = await bot.start()
    try:
        yield process
    finally:
        await process.end()


async def shown(community: Community, *, in_dm: bool) -> list[Message]:
    """Every reminder of the event that Ann was ever shown, from the sandbox's own record."""
    rows = await community.ann.seen()
    messages = [Message(row["message"]) for row in rows if row["event"] == "create"]
    return [
        message
        for message in messages
        if TITLE in message.text
        and "You are subscribed" not in message.text
        and (message.channel_id != community.channel.id) == in_dm
    ]


async def states(community: Community) -> list[str]:
    """The states of all deliveries, by `tocsin deliveries list`."""
    answer: Any = json.loads(await community.bot.tocsin("deliveries", "list", "--json"))
    rows = answer["deliveries"] if isinstance(answer, dict) else answer
    return sorted(row["state"] for row in rows)


async def sent_twice(bot: Process) -> None:
    """Wait until the bot says of two deliveries that they were sent."""
    first = await bot.event("sent")
    await bot.until(
        lambda line: '"event": "sent"' in line and f'"delivery": {first["delivery"]},' not in line
    )


async def test_a_member_subscribes_and_is_called_in_time(
    community: Community, start: datetime
) -> None:
    """At the lead the DM and the post arrive; at the start the post is replaced, and removed when it is over."""
    ann, channel, clock = community.ann, community.channel, community.sandbox.clock
    async with running(community.bot) as bot:
        await community.set_up(preset="kvk", windows="1h, now")
        await community.subscribe(ann, "ruins", leads=(HOUR, 0))
        welcome = await ann.wait_for_dm(says("You are subscribed", TITLE))
        await clock.step(HOUR - 5)
        reminder = await ann.wait_for_dm(says(TITLE), after=welcome)
        seconds = int(start.timestamp())
        for part in (f"<t:{seconds}:F>", f"<t:{seconds}:R>", "Zone 5", "Kingdom 98"):
            assert part in reminder.text
        post = await ann.wait_for_message(channel, says(TITLE))
        await clock.step(HOUR)
        await ann.wait_for_dm(says(TITLE), after=reminder)
        second = await ann.wait_for_message(channel, says(TITLE), after=post)
        await ann.wait_for_deletion(post)
        await clock.step(HOUR)
        await ann.wait_for_deletion(second)
        assert {"occurrence", "server", "deliveries"} <= (await bot.event("staged")).keys()
        for event in ("claimed", "sent"):
            assert {"delivery", "occurrence", "server", "request"} <= (
                await bot.event(event)
            ).keys()
        assert TITLE not in bot.output()
    assert len(await shown(community, in_dm=True)) == 2
    assert await states(community) == ["sent"] * 4


@pytest.mark.parametrize("stage", ["after", "before"])
async def test_killed_between_claim_and_record_it_sends_each_reminder_once(
    community: Community, start: datetime, stage: str
) -> None:
    """SIGKILL when Discord has the messages, or has not got them yet: the next start finds out, and makes it good."""
    async with running(community.bot) as bot:
        await community.set_up(preset="kvk", windows="1h")
        await community.subscribe(community.ann, "ruins", leads=(HOUR,))
        messages = r"/channels/[0-9]+/messages$"
        hold = await community.sandbox.fault("hold", stage=stage, method="POST", path=messages)
        await community.sandbox.clock.set(start - timedelta(seconds=HOUR - 1))
        await hold.wait_struck(2)
        await bot.end(signal.SIGKILL)
    # On a slow machine the held answers may have been given up as unknown by then: neither is recorded as sent.
    assert set(await states(community)) <= {"sending", "unknown"}
    await hold.remove()
    async with running(community.bot) as again:
        await community.sandbox.clock.step(PAST_DOUBT)
        await sent_twice(again)
    assert len(await shown(community, in_dm=True)) == 1
    assert len(await shown(community, in_dm=False)) == 1
    assert await states(community) == ["sent", "sent"]
