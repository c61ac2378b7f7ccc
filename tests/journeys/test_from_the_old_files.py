"""Moving from the system before: its five files in, the bot through a lead, its five files out."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
from tests.journeys.commands.community import Bot, Community, says

from discord_sandbox.testing import Application, Message, Sandbox

HOUR = 3_600
PATIENCE = 20.0
CALLED = "Ruins of Ys"


@pytest_asyncio.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """A server with a bot that does not run yet, and keeps a mirror of its files when it does."""
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        bot = Bot(sandbox, application, tmp_path)
        community = await Community.found(sandbox, bot)
        bot.extra["TOCSIN_LEGACY__MIRROR"] = str(tmp_path / "mirror")
        bot.extra["TOCSIN_DISCORD__DM_OPENS_PER_MINUTE"] = "600"
        bot.extra["TOCSIN_LEGACY__SERVER"] = str(community.guild.id)
        yield community


async def post(community: Community, author: Application, text: str) -> Message:
    """A post in the channel, as the system before wrote it: by plain REST."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{community.sandbox.api_url}/channels/{community.channel.id}/messages",
            json={"content": text},
            headers={"Authorization": f"Bot {author.token}"},
        ) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return Message(await answer.json())


def read(folder: Path) -> dict[str, Any]:
    """The files of a folder by name; half a file would raise."""
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


async def until_mirrored(folder: Path, expected: dict[str, Any]) -> None:
    """Return once the mirror holds what is expected; else show where they part."""

    def look() -> bool:
        return read(folder) == expected

    try:
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(look):
                pass
    except TimeoutError:
        assert read(folder) == expected


async def test_the_files_go_in_a_lead_passes_and_the_mirror_says_so(
    community: Community, tmp_path: Path
) -> None:
    """Ann is called once; Ben, whom the old system had called at this lead, is not called again; the old post gets
    the control and is replaced, a stranger's is left alone; and the mirror's files are what the old system's
    would be after that lead.
    """
    bot, clock, ann, ben = community.bot, community.sandbox.clock, community.ann, community.bob
    stranger = await community.sandbox.make_application("Other bot")
    await community.guild.add_bot(stranger)
    start = (await clock.now()).replace(microsecond=0) + timedelta(hours=2)
    ours = await post(community, bot.application, f"{CALLED} is near")
    theirs = await post(community, stranger, "Altars are near")
    ruins, altars = f"ruins:{start.isoformat()}", f"altars:{start.isoformat()}"
    snapshot = {
        "name": CALLED,
        "type": "ruins",
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(hours=1)).isoformat(),
        "zone": "Zone 5",
    }
    subscriptions = {
        str(ann.id): entry("ann", ["ruins"], ["1h", "0m"], start),
        str(ben.id): entry("bob", ["all"], ["1h", "15m"], start),
    }
    failed = [
        {
            "user_id": "555666777888999000",
            "event_name": "Test Ruins",
            "event_time": (start - timedelta(days=1)).isoformat(),
            "delta_seconds": 0,
            "reason": "DMs disabled",
            "timestamp": (start - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    ]
    old = tmp_path / "old"
    old.mkdir()
    reminders = {
        ruins: {"channel_id": community.channel.id, "message_id": ours.id, "event": snapshot},
        altars: {"channel_id": community.channel.id, "message_id": theirs.id},
    }
    for name, text in {
        "subscription_tracker": json.dumps(subscriptions, indent=2),
        "dm_scheduled_tracker": f"""{{
  "{ruins}": {{
    "{ann.id}": [3600, 0],     // T-1h and immediate T-0
    "{ben.id}": [900]
  }},
  "{altars}": {{ "{ben.id}": [3600, 900] }}
}}""",
        "dm_sent_tracker": json.dumps({ruins: {str(ben.id): [3600]}}),
        "failed_dm_log": json.dumps(failed),
        "active_reminders": json.dumps(reminders),
    }.items():
        (old / f"{name}.json").write_text(text, encoding="utf-8")
    server = str(community.guild.id)
    told = json.loads(await bot.tocsin("legacy", "import", str(old), "--server", server, "--json"))
    assert (told["users_before"], told["users_after"], told["posts"]) == (2, 2, 2)
    assert told["drops"] == []

    process = await bot.start()
    try:
        taken = await process.event("post taken over")
        assert taken["message"] == ours.id
        left = await process.event("post left alone")
        assert (left["message"], left["reason"]) == (theirs.id, "it is of another application")
        await community.channel.wait_for_update(
            ours, lambda message: any(each["label"] == "My time" for each in message.buttons)
        )
        await community.set_up(preset="kvk", windows="1h, now")
        await clock.step(HOUR - 5)
        await ann.wait_for_dm(says(CALLED))
        altar_call = await ben.wait_for_dm(says("Altars"))
        replaced = await community.channel.wait_for_message(says(CALLED, "Reminder"), after=theirs)
        other = await community.channel.wait_for_message(says("Altars", "Reminder"), after=theirs)
        await community.channel.wait_for_delete(ours)
        expected = {
            "subscription_tracker.json": subscriptions,
            "dm_scheduled_tracker.json": {
                ruins: {str(ann.id): [0], str(ben.id): [900]},
                altars: {str(ben.id): [900]},
            },
            "dm_sent_tracker.json": {
                ruins: {str(ann.id): [3600], str(ben.id): [3600]},
                altars: {str(ben.id): [3600]},
            },
            "failed_dm_log.json": failed,
            "active_reminders.json": {
                ruins: {
                    "channel_id": community.channel.id,
                    "message_id": replaced.id,
                    "event": snapshot,
                },
                altars: posted("Altars", "altars", community.channel.id, other.id, start),
            },
        }
        await until_mirrored(tmp_path / "mirror", expected)
        assert [each.id for each in await ben.dms()] == [altar_call.id]
        assert len(await ann.dms()) == 1
        assert theirs.id in [each.id for each in await community.channel.messages()]
    finally:
        await process.end()
    assert read(tmp_path / "mirror") == expected


def entry(name: str, types: list[str], times: list[str], start: datetime) -> dict[str, Any]:
    created = (start - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "username": name,
        "subscriptions": types,
        "reminder_times": times,
        "created_at": created,
    }


def posted(name: str, kind: str, channel: int, message: int, start: datetime) -> dict[str, Any]:
    """The entry of a post, of an event whose zone nobody named and that lasts its type's usual hour."""
    ends = (start + timedelta(hours=1)).isoformat()
    event = {"name": name, "type": kind, "start_time": start.isoformat(), "end_time": ends}
    return {"channel_id": channel, "message_id": message, "event": event}
