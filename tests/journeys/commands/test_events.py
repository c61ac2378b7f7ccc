"""What stands on the calendar, shown and announced."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.commands.community import PATIENCE, Community, says

from discord_sandbox.testing import Message

pytestmark = pytest.mark.asyncio(loop_scope="session")

Row = tuple[datetime, str, str]


async def bring_in(community: Community, directory: Path, rows: list[Row]) -> None:
    """Import events of an hour each, as (start, type, title)."""
    file = directory / "calendar.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["start", "end", "type", "title", "location"])
        for start, kind, title in rows:
            end = start + timedelta(hours=1)
            writer.writerow([start.isoformat(), end.isoformat(), kind, title, "Zone 4"])
    await community.bot.tocsin("events", "import", str(file), "--server", str(community.guild.id))


async def in_hours(community: Community, hours: float) -> datetime:
    """A whole minute about so many hours from now."""
    later = await community.sandbox.clock.now() + timedelta(hours=hours)
    return later.replace(second=0, microsecond=0)


async def test_events_shows_what_comes_next(community: Community, tmp_path: Path) -> None:
    """Ten to a page, in each reader's own time, of one type if wanted."""
    await community.set_up(preset="kvk")
    nothing = await community.answer(community.ann, "events")
    assert "Nothing is on the calendar" in nothing.text
    start = await in_hours(community, 30)
    rows = [(start + timedelta(days=n), "ruins", f"Ruins {n}") for n in range(12)]
    rows.append((start - timedelta(hours=2), "altars", "**@everyone** altar"))
    await bring_in(community, tmp_path, rows)
    first = await community.answer(community.ann, "events")
    assert first.ephemeral
    assert "page 1 of 2" in first.text
    assert f"<t:{int(start.timestamp())}:F>" in first.text
    assert "@everyone" not in first.text
    assert first.text.index("altar") < first.text.index("Ruins 0")
    second = await community.press(community.ann, first, "Later")
    assert "Ruins 11" in second.text
    assert second.button("Later")["disabled"]
    altars = await community.answer(community.ann, "events", type="altars")
    assert "Ruins" not in altars.text
    assert altars.buttons == []


async def test_events_suggests_the_servers_types(community: Community) -> None:
    """Groups and categories, by what was typed."""
    await community.set_up(preset="kvk")
    choices = await community.ann.autocomplete(community.channel, "events", "type", "al")
    assert [choice["value"] for choice in choices] == ["all", "fights", "altars"]


async def test_a_reminder_and_its_post_do_what_their_buttons_say(
    community: Community, tmp_path: Path
) -> None:
    """My time, Change and Stop, each only for the one who pressed it."""
    await community.set_up(preset="kvk", windows="1h")
    ann, bob = community.ann, community.bob
    await community.subscribe(ann, "ruins", leads=(3600,))
    start = await in_hours(community, 2)
    await bring_in(community, tmp_path, [(start, "ruins", "Ruins of Ys")])
    left = start - await community.sandbox.clock.now() - timedelta(hours=1)
    await community.sandbox.clock.step(left.total_seconds())

    post = await community.channel.wait_for_message(says("Ruins of Ys"), timeout=PATIENCE)
    own_time = await community.press(bob, post, "My time")
    assert own_time.ephemeral
    assert f"<t:{int(start.timestamp())}:F>" in own_time.text

    reminder = await ann.wait_for_dm(is_reminder, timeout=PATIENCE)
    for part in ("Ruins of Ys", "Zone 4", "Kingdom 98", "1 hour before"):
        assert part in reminder.text
    form = await community.press(ann, reminder, "Change")
    assert "Choose what you want" in form.text
    await community.stop(ann, await community.press(ann, reminder, "Stop"))


def is_reminder(message: Message) -> bool:
    """Not the welcome, and not an answer to a button."""
    told = "Ruins of Ys" in message.text and "You are subscribed" not in message.text
    return told and not message.ephemeral
