"""Tocsin in the browser: two members at once subscribe, are called by DM, and snooze."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from tests.journeys.commands.community import Bot, Community, says

from discord_sandbox.testing import Member, Sandbox

HOUR = 3_600
TITLE = "Ruins of Ys"


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """A server with the bot set up, and an event two hours ahead."""
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        community = await Community.found(sandbox, Bot(sandbox, application, tmp_path))
        begins = (await sandbox.clock.now()).replace(microsecond=0) + timedelta(hours=2)
        ends = begins + timedelta(minutes=30)
        file = tmp_path / "calendar.csv"
        row = f"{begins.isoformat()},{ends.isoformat()},ruins,{TITLE}"
        file.write_text(f"start,end,type,title\n{row}\n", encoding="utf-8")
        server = str(community.guild.id)
        await community.bot.tocsin(
            "events", "import", str(file), "--server", server, "--preset", "kvk"
        )
        process = await community.bot.start()
        try:
            await community.set_up(preset="kvk")
            yield community
        finally:
            await process.end()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: the directory SCREENSHOTS where it is set, as for the README."""
    directory = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


async def _window(browser: Browser, community: Community, member: Member) -> Page:
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    page = await context.new_page()
    place = f"#/channels/{community.guild.id}/{community.channel.id}"
    await page.goto(f"{community.sandbox.url}/?as={member.id}{place}")
    return page


async def _subscribe(page: Page) -> None:
    """Run /subscribe, choose the ruins an hour ahead, and save."""
    await page.get_by_role("combobox", name="Message #calls").click()
    await page.keyboard.type("/subscribe")
    await expect(page.get_by_role("option", name="/subscribe").first).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.get_by_role("combobox", name="Types of events").click()
    await page.get_by_role("option", name="Ruins").first.click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("will remind you of").first).to_be_visible()


async def test_two_members_subscribe_are_called_and_one_stops(
    community: Community, browser: Browser, pictures: Path
) -> None:
    """Each is called in a window of their own; Stop in one of them leaves the other subscribed."""
    windows = [await _window(browser, community, one) for one in (community.ann, community.bob)]
    for page in windows:
        await _subscribe(page)
    welcomed = [await one.wait_for_dm(says(TITLE)) for one in (community.ann, community.bob)]
    await community.sandbox.clock.step(HOUR - 5)
    for page, member, welcome in zip(
        windows, (community.ann, community.bob), welcomed, strict=True
    ):
        reminder = await member.wait_for_dm(says(TITLE), after=welcome)
        where = f"?as={member.id}#/channels/@me/{reminder.channel_id}"
        await page.goto(f"{community.sandbox.url}/{where}")
        await expect(page.get_by_role("button", name="Stop").last).to_be_visible()
    ann, bob = windows
    await ann.screenshot(path=pictures / "reminder.png")
    await ann.get_by_role("button", name="Stop").last.click()
    await expect(ann.get_by_role("button", name="Keep them")).to_be_visible()
    await ann.screenshot(path=pictures / "stop.png")
    await ann.get_by_role("button", name="Stop").last.click()
    await expect(ann.get_by_text("Stopped").first).to_be_visible()
    assert (pictures / "reminder.png").stat().st_size > 10_000
    await expect(bob.get_by_role("button", name="Stop").last).to_be_visible()
