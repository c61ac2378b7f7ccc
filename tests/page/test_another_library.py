"""A bot of another library, with commands of its own, played through the page by two members."""

from playwright.async_api import Page, expect
from tests.clients.conftest import running
from tests.page.conftest import World


async def _type(page: Page, text: str) -> None:
    await page.get_by_role("combobox", name="Message #bots").click()
    await page.keyboard.type(text)


async def test_a_tea_kitchen_written_with_hikari(quiet_world: World) -> None:
    """A command with a choice, buttons pressed by two people, an ephemeral word, a modal."""
    base = quiet_world.sandbox.base
    async with running("hikari", base, quiet_world.token):
        ada = await quiet_world.window(quiet_world.ada)
        ben = await quiet_world.window(quiet_world.ben)
        await _type(ada, "/br")
        await expect(ada.get_by_role("option", name="/brew")).to_be_visible()
        await ada.keyboard.press("Enter")
        await expect(ada.get_by_role("combobox", name="tea")).to_be_focused()
        await ada.keyboard.type("sen")
        await ada.keyboard.press("Enter")
        await ada.keyboard.press("Enter")

        pot = ben.get_by_role("article", name="Embed: A pot of Sencha")
        await expect(pot.locator("strong", has_text="three")).to_be_visible()
        await ben.get_by_role("button", name="Pour a cup").click()
        await expect(ben.get_by_text("Mind, it is hot.")).to_be_visible()
        await expect(pot).to_contain_text("1")
        await ada.get_by_role("button", name="Pour a cup").click()
        await expect(pot).to_contain_text("2")
        await expect(ada.get_by_text("Mind, it is hot.")).to_have_count(1)

        await _type(ben, "/order")
        await expect(ben.get_by_role("option", name="/order")).to_be_visible()
        await ben.keyboard.press("Enter")
        await ben.keyboard.press("Enter")
        await ben.get_by_role("textbox", name="What would you like?").fill("Cocoa")
        await ben.get_by_role("dialog").get_by_role("button", name="Submit").click()
        await expect(ada.get_by_text("Cocoa is on its way.")).to_be_visible()

        await ada.get_by_role("button", name="Pour it away").click()
        await expect(ben.get_by_text("Gone.")).to_be_visible()
        await expect(pot).to_have_count(0)
