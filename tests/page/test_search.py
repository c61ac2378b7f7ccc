"""Searching a server in the page."""

from playwright.async_api import expect
from tests.page.conftest import World

VIEW_CHANNEL = 1 << 10


async def test_a_member_finds_what_was_said_elsewhere(quiet_world: World) -> None:
    """Only in channels they can see; what is found leads to its channel."""
    post = quiet_world.sandbox.post
    made = await post(f"/guilds/{quiet_world.guild}/channels", {"name": "hidden"})
    body = {"type": 0, "allow": "0", "deny": str(VIEW_CHANNEL)}
    path = f"/channels/{made['id']}/permissions/{quiet_world.guild}"
    await quiet_world.sandbox.ask("PUT", path, body)
    for channel, text in ((quiet_world.general, "The old bell rings"), (made["id"], "secret bell")):
        said = {"channel_id": channel, "content": text}
        await post(f"/members/{quiet_world.ada}/message", said)
    ben = await quiet_world.window(quiet_world.ben)
    await ben.get_by_role("button", name="Search Playground").click()
    dialog = ben.get_by_role("dialog", name="Search Playground")
    field = dialog.get_by_role("searchbox", name="Search Playground")
    await field.fill("nothing of the kind")
    await field.press("Enter")
    await expect(dialog.get_by_text("Nothing was found.")).to_be_visible()
    await field.fill("BELL")
    await dialog.get_by_role("button", name="Search", exact=True).click()
    await expect(dialog.get_by_text("1 message", exact=True)).to_be_visible()
    await dialog.get_by_role("link", name="The old bell rings").click()
    await expect(ben.get_by_role("article", name="The old bell rings")).to_be_visible()
    await expect(dialog).to_be_hidden()
