"""Members among themselves: messages, reactions, markdown, switching, servers, the lost connection."""

import asyncio
import json
import signal
from pathlib import Path

from playwright.async_api import Browser, Page, Route, expect
from tests.journeys.processes import Process, address_in
from tests.journeys.sandbox import Sandbox
from tests.page.conftest import PATIENCE_MS, World

ADAS_WORLD = {
    "users": [{"id": "1001", "username": "ada", "global_name": "Ada"}],
    "guilds": [{"id": "2001", "name": "Home", "owner": "ada", "channels": ["general"]}],
}

# The bus is the page's own; a message has been dealt with once it is announced there.
SAY_WHAT_IS_HEARD = """async () => {
  const { on } = await import(new URL("core/bus.js", document.querySelector("script[src]").src));
  on("messages", ({ created }) => created && console.log(`heard ${created.content}`));
}"""


async def say(page: Page, text: str, channel: str = "#bots") -> None:
    """Write a message and send it."""
    box = page.get_by_role("combobox", name=f"Message {channel}")
    await box.fill(text)
    await box.press("Enter")


async def test_what_one_writes_the_other_reads_and_reacts_to(quiet_world: World) -> None:
    """Messages, reactions, replies and edits reach the other window as they happen."""
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await say(ada, "Who brings the **torches**?")
    article = ben.get_by_role("article", name="Who brings the")
    await expect(article.locator("strong")).to_have_text("torches")
    await article.hover()
    await article.get_by_role("button", name="Add reaction").first.click()
    await ben.get_by_role("button", name="👍").click()
    counted = ada.get_by_role("button", name="👍, 1 reaction")
    await expect(counted).to_have_attribute("aria-pressed", "false")
    await counted.click()
    await expect(ben.get_by_role("button", name="👍, 2 reactions")).to_have_attribute(
        "aria-pressed", "true"
    )
    await article.hover()
    await article.get_by_role("button", name="Reply").click()
    await say(ben, "I do")
    await expect(ada.get_by_role("article", name="I do")).to_contain_text("Who brings the torches?")
    await ada.get_by_role("combobox", name="Message #bots").press("ArrowUp")
    await say(ada, "Who brings the ropes?")
    await expect(ben.get_by_text("Who brings the ropes? (edited)")).to_be_visible()


async def test_what_is_said_while_the_channel_is_being_read_is_there(quiet_world: World) -> None:
    """The answer may be older than a message that has come meanwhile; the message stays."""
    ben = await quiet_world.window(quiet_world.ben, place=f"#/channels/{quiet_world.guild}")
    await expect(ben.get_by_role("combobox", name="Message #general")).to_be_visible()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await quiet_world.sandbox.post(
            f"/members/{quiet_world.ada}/message",
            {"channel_id": quiet_world.bots, "content": "Meanwhile"},
        )
        await asyncio.wait_for(heard.wait(), PATIENCE_MS / 1000)
        await route.fulfill(response=answer)

    # Listening begins before the page is asked for anything: a line that comes first is lost.
    heard = asyncio.Event()
    ben.on("console", lambda line: heard.set() if line.text == "heard Meanwhile" else None)
    await ben.evaluate(SAY_WHAT_IS_HEARD)
    await ben.route("**/messages?limit=*", answer_late, times=1)
    await ben.get_by_role("link", name="bots").click()
    # This is shown once the answer has come.
    await expect(ben.get_by_role("heading", name="Welcome to #bots")).to_be_visible()
    await expect(ben.get_by_role("article", name="Meanwhile")).to_be_visible()


async def test_hostile_text_stays_text(quiet_world: World) -> None:
    """Markup and scripts in a message are shown, not obeyed; only http links are links."""
    ada = await quiet_world.window(quiet_world.ada)
    await say(
        ada,
        "<img src=x onerror=alert(1)> [here](javascript:alert(1)) [there](https://example.org/)",
    )
    article = ada.get_by_role("article", name="<img")
    await expect(article).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(article.get_by_role("link")).to_have_count(1)
    link = article.get_by_role("link", name="there")
    await expect(link).to_have_attribute("href", "https://example.org/")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert await article.locator("img").count() == 0


async def test_another_channels_messages_are_counted_until_they_are_read(
    quiet_world: World,
) -> None:
    """An unread mark stands at the channel and its server, and goes when it is opened."""
    general = f"#/channels/{quiet_world.guild}/{quiet_world.general}"
    ben = await quiet_world.window(quiet_world.ben, general)
    await expect(ben.get_by_role("heading", name="general", exact=True)).to_be_visible()
    ada = await quiet_world.window(quiet_world.ada)
    await say(ada, "one")
    await say(ada, "two")
    await expect(ben.get_by_role("link", name="Playground, 2 unread")).to_be_visible()
    await ben.get_by_role("link", name="bots, 2 unread").click()
    await expect(ben.get_by_role("separator", name="New")).to_be_visible()
    await expect(ben.get_by_role("link", name="bots", exact=True)).to_be_visible()
    await expect(ben.get_by_role("link", name="Playground", exact=True)).to_be_visible()


async def test_one_click_makes_the_window_another_member(quiet_world: World) -> None:
    """Switching keeps the place, changes the address, and what is written is theirs."""
    page = await quiet_world.window(quiet_world.ada)
    await expect(page.get_by_role("combobox", name="Message #bots")).to_be_visible()
    await page.get_by_role("link", name="Switch to Ben").click()
    await expect(page.get_by_role("button", name="Playing Ben: change member")).to_be_visible()
    assert f"as={quiet_world.ben}" in page.url
    await say(page, "It is Ben")
    await expect(page.get_by_role("article", name="Ben, Today")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("button", name="Playing Ada: change member")).to_be_visible()


async def test_a_member_leaves_a_server_and_joins_it_again(quiet_world: World) -> None:
    """Both are in the member's own menu; the owner is told why they cannot leave."""
    ben = await quiet_world.window(quiet_world.ben)
    await ben.get_by_role("button", name="Member settings").click()
    await ben.get_by_role("button", name="Leave Playground").click()
    await ben.get_by_role("button", name="Leave server").click()
    await expect(ben.get_by_role("link", name="Playground")).to_have_count(0)
    await expect(ben.get_by_role("heading", name="No channel is open")).to_be_visible()
    await ben.get_by_role("button", name="Member settings").click()
    await ben.get_by_role("button", name="Join Playground").click()
    await expect(ben.get_by_role("link", name="Playground")).to_be_visible()
    ada = await quiet_world.window(quiet_world.ada)
    await ada.get_by_role("button", name="Member settings").click()
    await ada.get_by_role("button", name="Leave Playground").click()
    await ada.get_by_role("button", name="Leave server").click()
    await expect(ada.get_by_role("alert")).to_contain_text("The owner cannot leave")


async def test_closed_dms_are_remembered(quiet_world: World) -> None:
    """The switch "Accept DMs from servers" reaches the sandbox and is shown as it stands there."""
    ben = await quiet_world.window(quiet_world.ben)
    await ben.get_by_role("button", name="Member settings").click()
    async with ben.expect_response("**/settings"):
        await ben.get_by_role("switch", name="Accept DMs from servers").click()
    world = await quiet_world.sandbox.ask("GET", "/world")
    assert [user["accept_dms"] for user in world["users"] if user["id"] == quiet_world.ben] == [
        False
    ]
    await ben.reload()
    await ben.get_by_role("button", name="Member settings").click()
    await expect(ben.get_by_role("switch", name="Accept DMs from servers")).not_to_be_checked()


async def test_members_write_to_each_other_directly(quiet_world: World) -> None:
    """A DM begins at a member's card; the address of the conversation leads back to it."""
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await ada.get_by_role("complementary", name="Members").get_by_role("button", name="Ben").click()
    await ada.get_by_role("button", name="Message", exact=True).click()
    await say(ada, "Just between us", "@Ben")
    await ben.get_by_role("link", name="Direct message with Ada, 1 unread").click()
    await expect(ben.get_by_text("Just between us")).to_be_visible()
    assert "#/dm/" in ben.url
    await ben.reload()
    await expect(ben.get_by_text("Just between us")).to_be_visible()


async def test_an_empty_sandbox_says_how_to_make_a_world(
    empty_sandbox: Sandbox, browser: Browser
) -> None:
    """The first page helps: one button makes a small world, a bot's token included."""
    page = await browser.new_page()
    await page.goto(empty_sandbox.base)
    await expect(page.get_by_role("heading", name="This sandbox is empty")).to_be_visible()
    await expect(page.get_by_text("--seed")).to_be_visible()
    await page.get_by_role("button", name="Make a small world").click()
    told = page.get_by_role("dialog", name="My bot is ready")
    await expect(told).to_contain_text(f"{empty_sandbox.base}/api/v10")
    await told.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="Playing Ada: change member")).to_be_visible()
    await say(page, "Hello", "#general")
    await expect(page.get_by_role("article", name="Hello")).to_be_visible()


async def test_who_is_nobody_here_is_offered_those_who_are(quiet_world: World) -> None:
    """An address with an unknown member leads to a choice, not to a dead page."""
    page = await quiet_world.window("123456")
    await expect(page.get_by_role("heading", name="Nobody here has that id")).to_be_visible()
    await page.get_by_role("link", name="Play Ben").click()
    await expect(page.get_by_role("combobox", name="Message #general")).to_be_visible()


async def test_a_lost_connection_is_said_and_comes_back_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    """When the sandbox stops the page says so; when it is there again, the page goes on."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(ADAS_WORLD), encoding="utf-8")
    serve = ("discord-sandbox", "serve", "--seed", str(seed), "--port")
    page = await browser.new_page()
    first = await Process.start(*serve, "0")
    base = str(await first.until(address_in))
    await page.goto(f"{base}/?as=1001")
    await expect(page.get_by_role("button", name="Playing Ada")).to_be_visible()
    await first.end(signal.SIGKILL)
    lost = page.get_by_text("The connection to the sandbox is lost")
    await expect(lost).to_be_visible()
    second = await Process.start(*serve, base.rpartition(":")[2])
    try:
        await expect(lost).to_have_count(0)
        await say(page, "Still here", "#general")
        await expect(page.get_by_role("article", name="Still here")).to_be_visible()
    finally:
        await second.end()
