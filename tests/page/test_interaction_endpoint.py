"""Interactions endpoints in the page: set in the inspector, and their answers seen there."""

from aiohttp import web
from playwright.async_api import Page, expect
from tests.page.conftest import World
from tests.sandbox.http_bot import HttpBot, serving


async def _run(page: Page) -> None:
    """Type the command, and pick it from the list."""
    await page.get_by_role("combobox", name="Message #bots").click()
    await page.keyboard.type("/do")
    await expect(page.get_by_role("option", name="/do")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")


async def test_an_endpoint_is_set_and_its_answers_are_seen(quiet_world: World) -> None:
    """A bot is moved to its endpoint in the inspector, which tells what is wrong with an answer."""
    sandbox = quiet_world.sandbox
    (about,) = (await sandbox.ask("GET", "/world"))["applications"]
    headers = {"Authorization": f"Bot {quiet_world.token}"}
    api = f"{sandbox.base}/api/v10/applications"
    async with sandbox.session.get(f"{api}/@me", headers=headers) as response:
        bot = HttpBot((await response.json())["verify_key"])
    command = {"name": "do", "description": "Does it"}
    async with sandbox.session.post(
        f"{api}/{about['id']}/commands", json=command, headers=headers
    ) as response:
        assert response.status == 201
    page = await quiet_world.window(quiet_world.ada)
    await page.get_by_role("button", name="Inspector", exact=True).click()
    inspector = page.get_by_role("complementary", name="Inspector")
    await inspector.get_by_role("tab", name="World").click()
    await expect(inspector.get_by_text("not connected")).to_be_visible()
    form = inspector.get_by_role("group").filter(has_text="Set a bot's interactions endpoint")
    await form.get_by_text("Set a bot's interactions endpoint").first.click()
    await form.get_by_label("Address").fill("http://192.0.2.1/")
    await form.get_by_role("button").click()
    await expect(page.get_by_text("is not on this machine")).to_be_visible()
    async with serving(bot.serve) as url:
        await form.get_by_label("Address").fill(url)
        await form.get_by_role("button").click()
        await inspector.get_by_role("tab", name="Requests").click()
        rows = inspector.get_by_role("row").filter(has_text=url)
        await expect(rows.filter(has_text="401")).to_be_visible()
        await inspector.get_by_role("tab", name="World").click()
        await expect(inspector.get_by_text("over HTTP")).to_be_visible()
        bot.answers({"type": 4, "data": {"content": "Done"}})
        await _run(page)
        await expect(page.get_by_text("Done")).to_be_visible()
        bot.answers(web.json_response({"type": 7}))
        await _run(page)
        await inspector.get_by_role("tab", name="Requests").click()
        row = rows.filter(has_text="Value must be one of {4, 5, 9, 12}")
        await expect(row).to_contain_text("200")
