"""A channel's webhooks in the page: made, posted with, deleted."""

from playwright.async_api import expect
from tests.page.conftest import World


async def test_a_member_makes_a_webhook_and_somebody_posts_with_it(quiet_world: World) -> None:
    """Its address is copied; what is posted appears; deleted, it takes no more."""
    ada = await quiet_world.window(
        quiet_world.ada, permissions=["clipboard-read", "clipboard-write"]
    )
    await ada.get_by_role("button", name="Webhooks").click()
    dialog = ada.get_by_role("dialog", name="Webhooks of #bots")
    await dialog.get_by_role("textbox", name="Name of a new webhook").fill("Build server")
    await dialog.get_by_role("button", name="Make webhook").click()
    await dialog.get_by_role("button", name="Copy address").click()
    await expect(ada.get_by_text("The address of Build server is copied.")).to_be_visible()
    url = await ada.evaluate("() => navigator.clipboard.readText()")
    attachment = {"title": "Build 7", "text": "passed", "color": "good"}
    async with quiet_world.sandbox.session.post(
        f"{url}/slack", json={"attachments": [attachment]}
    ) as response:
        assert response.status == 200
    await dialog.get_by_role("button", name="Delete Build server").click()
    sure = ada.get_by_role("dialog", name="Delete Build server")
    await sure.get_by_role("button", name="Delete", exact=True).click()
    await expect(dialog.get_by_role("listitem")).to_have_count(0)
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(ada.get_by_role("article", name="Build server")).to_contain_text("Build 7")
    async with quiet_world.sandbox.session.post(url, json={"content": "x"}) as response:
        assert response.status == 404


async def test_who_may_not_manage_webhooks_sees_none(quiet_world: World) -> None:
    """Ben is an ordinary member."""
    ben = await quiet_world.window(quiet_world.ben)
    await expect(ben.get_by_role("button", name="Search Playground")).to_be_visible()
    await expect(ben.get_by_role("button", name="Webhooks")).to_have_count(0)
