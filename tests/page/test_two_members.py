"""Tocsin in the browser: two members at once subscribe, are called by DM, and snooze."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect
from tests.journeys.commands.community import Bot, Community, says
from tests.page.pictures import Album

from discord_sandbox.testing import Member, Message, Sandbox

HOUR = 3_600
TITLE = "Ruins of Ys"
VIEW = ViewportSize(width=1100, height=760)


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


async def _window(browser: Browser, community: Community, member: Member) -> Page:
    context = await browser.new_context(
        locale="en-GB", timezone_id="Europe/Berlin", viewport=VIEW, color_scheme="dark"
    )
    page = await context.new_page()
    place = f"#/channels/{community.guild.id}/{community.channel.id}"
    await page.goto(f"{community.sandbox.url}/?as={member.id}{place}")
    return page


async def _subscribe(page: Page, album: Album | None = None) -> None:
    """Run /subscribe, choose the ruins an hour ahead, and save."""
    await page.get_by_role("combobox", name="Message #calls").click()
    await page.keyboard.type("/subscribe")
    await expect(page.get_by_role("option", name="/subscribe").first).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.get_by_role("combobox", name="Types of events").click()
    await page.get_by_role("option", name="Ruins").first.click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()
    if album is not None:
        await album.take(page, "subscribe.png")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("will remind you of").first).to_be_visible()


async def _open_dms(page: Page, community: Community, member: Member, message: Message) -> None:
    """Look at the direct messages of the bot."""
    where = f"?as={member.id}#/channels/@me/{message.channel_id}"
    await page.goto(f"{community.sandbox.url}/{where}")
    await expect(page.get_by_role("button", name="Snooze").last).to_be_visible()


async def _snooze(page: Page, pause: str) -> None:
    """Press Snooze under the last reminder, and choose a pause."""
    await page.get_by_role("button", name="Snooze").last.click()
    await page.get_by_role("combobox", name="Remind me again").click()
    await page.get_by_role("option", name=pause, exact=True).click()
    await expect(page.get_by_text("I will remind you of").first).to_be_visible()


async def test_two_members_sit_for_the_picture_of_a_reminder_and_one_snoozes(
    community: Community, browser: Browser, album: Album
) -> None:
    """Each is called in a window of their own; who snoozes is called again, and the other is not."""
    ann, bob = [await _window(browser, community, one) for one in (community.ann, community.bob)]
    await _subscribe(ann, album)
    await _subscribe(bob)
    welcomed = [await one.wait_for_dm(says(TITLE)) for one in (community.ann, community.bob)]
    await community.sandbox.clock.step(HOUR - 5)
    reminders = []
    for page, member, welcome in zip(
        (ann, bob), (community.ann, community.bob), welcomed, strict=True
    ):
        reminders.append(await member.wait_for_dm(says(TITLE), after=welcome))
        await _open_dms(page, community, member, reminders[-1])
    await _snooze(ann, "in 10 minutes")
    await album.take(ann, "reminder.png")
    await community.sandbox.clock.step(600)
    again = await community.ann.wait_for_dm(says(TITLE, "snoozed"), after=reminders[0])
    await expect(ann.get_by_text("Reminder · snoozed").first).to_be_visible()
    await expect(ann.get_by_role("button", name="Snooze")).to_have_count(2)
    # Bob's next is the one at the start, which comes after Ann's snooze: had he one too, it would be here by then.
    await community.sandbox.clock.step(HOUR)
    await community.bob.wait_for_dm(says(TITLE, "at the start"), after=reminders[1])
    await expect(bob.get_by_text("at the start").last).to_be_visible()
    await expect(bob.get_by_text("Reminder · snoozed")).to_have_count(0)
    assert again.channel_id == reminders[0].channel_id


async def test_one_stops_and_the_other_goes_on(community: Community, browser: Browser) -> None:
    """Stop, in the window of one member, leaves the other subscribed."""
    ann, bob = [await _window(browser, community, one) for one in (community.ann, community.bob)]
    conversations = {}
    for page, member in ((ann, community.ann), (bob, community.bob)):
        await _subscribe(page)
        welcome = await member.wait_for_dm(says(TITLE))
        conversations[member.id] = welcome.channel_id
        where = f"?as={member.id}#/channels/@me/{welcome.channel_id}"
        await page.goto(f"{community.sandbox.url}/{where}")
    await ann.get_by_role("button", name="Stop").last.click()
    await expect(ann.get_by_role("button", name="Keep them")).to_be_visible()
    await ann.get_by_role("button", name="Stop").last.click()
    # Not only "stopped", which also stands in what is said where it could not be written down.
    await expect(ann.get_by_text("Stopped: you get no more reminders").first).to_be_visible()
    await community.sandbox.clock.step(HOUR - 5)
    await community.bob.wait_for_dm(says(TITLE, "1 hour before"))
    await expect(bob.get_by_text("1 hour before").last).to_be_visible()
    # The channel is told for everybody; what she must not get is a message of her own.
    assert not [
        row
        for row in await community.ann.seen()
        if row["event"] == "create"
        and int(row["channel_id"]) == conversations[community.ann.id]
        and says(TITLE, "Reminder ·")(Message(row["message"]))
    ]
