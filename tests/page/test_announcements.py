"""Announcement channels in the page: followed, published in, and read elsewhere."""

from playwright.async_api import expect
from tests.page.conftest import World
from tests.page.test_chatting import say


async def test_a_member_publishes_to_those_who_follow(quiet_world: World) -> None:
    """The owner follows and publishes; who may not is not offered it; the copy says where from."""
    post = quiet_world.sandbox.post
    made = await post(f"/guilds/{quiet_world.guild}/channels", {"name": "news", "type": 5})
    news = f"#/channels/{quiet_world.guild}/{made['id']}"
    ada = await quiet_world.window(quiet_world.ada, news)
    ben = await quiet_world.window(quiet_world.ben)
    await ada.get_by_role("button", name="Follow").click()
    dialog = ada.get_by_role("dialog", name="Follow #news")
    await dialog.get_by_role("button", name="#bots").click()
    note = ben.get_by_text("added Playground #news to this channel.")
    await expect(note).to_be_visible()
    await say(ada, "The gate is open", "#news")
    article = ada.get_by_role("article", name="The gate is open")
    await article.hover()
    await article.get_by_role("button", name="Apps and more").click()
    await ada.get_by_role("menuitem", name="Publish").click()
    await expect(article.get_by_text("Published")).to_be_visible()
    copy = ben.get_by_role("article", name="Playground #news").filter(has_text="The gate is open")
    origin = copy.get_by_role("link", name="From #news")
    await expect(origin).to_be_visible()
    await article.hover()
    await article.get_by_role("button", name="Apps and more").click()
    await expect(ada.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(ada.get_by_role("menuitem", name="Publish")).to_have_count(0)
    await ada.keyboard.press("Escape")
    await origin.click()
    hers = ben.get_by_role("article", name="The gate is open")
    await hers.hover()
    await hers.get_by_role("button", name="Apps and more").click()
    await expect(ben.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(ben.get_by_role("menuitem", name="Publish")).to_have_count(0)


async def test_a_copy_whose_source_is_gone_says_so(quiet_world: World) -> None:
    """Nothing of what it said is left."""
    post = quiet_world.sandbox.post
    made = await post(f"/guilds/{quiet_world.guild}/channels", {"name": "news", "type": 5})
    ada = f"/members/{quiet_world.ada}"
    await post(f"{ada}/follow", {"channel_id": made["id"], "to_channel_id": quiet_world.bots})
    said = await post(f"{ada}/message", {"channel_id": made["id"], "content": "Hear ye"})
    named = {"channel_id": made["id"], "message_id": said["id"]}
    await post(f"{ada}/publish", named)
    ben = await quiet_world.window(quiet_world.ben)
    await expect(ben.get_by_text("Hear ye")).to_be_visible()
    await post(f"{ada}/delete", named)
    await expect(ben.get_by_text("[Original message deleted]")).to_be_visible()
    await expect(ben.get_by_text("Hear ye")).to_have_count(0)


async def test_who_may_nowhere_follow_is_told(quiet_world: World) -> None:
    """A member without the right to manage webhooks learns what it takes."""
    made = await quiet_world.sandbox.post(
        f"/guilds/{quiet_world.guild}/channels", {"name": "news", "type": 5}
    )
    ben = await quiet_world.window(quiet_world.ben, f"#/channels/{quiet_world.guild}/{made['id']}")
    await ben.get_by_role("button", name="Follow").click()
    await expect(ben.get_by_role("dialog", name="Follow #news")).to_contain_text("manage webhooks")
