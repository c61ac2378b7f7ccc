"""A forum in the page: its posts, begun and opened."""

from playwright.async_api import expect
from tests.page.conftest import World
from tests.page.test_chatting import say


async def test_members_post_in_a_forum_and_answer(quiet_world: World) -> None:
    """One begins a post with a tag, the other finds it in the list by that tag and answers."""
    forum = await quiet_world.sandbox.post(
        f"/guilds/{quiet_world.guild}/channels",
        {
            "name": "ideas",
            "type": 15,
            "available_tags": [{"name": "Question", "emoji_name": "❓"}, {"name": "Solved"}],
        },
    )
    place = f"#/channels/{quiet_world.guild}/{forum['id']}"
    ada = await quiet_world.window(quiet_world.ada, place)
    ben = await quiet_world.window(quiet_world.ben, place)
    await expect(ada.get_by_text("Nobody has posted here yet.")).to_be_visible()
    await ada.get_by_role("button", name="New post").click()
    dialog = ada.get_by_role("dialog", name="New post in ideas")
    await dialog.get_by_label("Title").fill("Rope")
    await dialog.get_by_label("Message").fill("Who has **rope**?")
    await dialog.get_by_label("❓ Question").check()
    await dialog.get_by_role("button", name="Post", exact=True).click()
    await expect(ada.get_by_role("article", name="Who has")).to_be_visible()
    await expect(ada.get_by_role("heading", name="Rope", exact=True)).to_be_visible()

    board = ben.get_by_role("region", name="Posts in ideas")
    post = board.get_by_role("link", name="Rope")
    await expect(post).to_contain_text("0 replies")
    await board.get_by_role("button", name="Solved").click()
    await expect(board.get_by_text("No post has this tag.")).to_be_visible()
    await board.get_by_role("button", name="Solved").click()
    await post.click()
    await say(ben, "I have", "#Rope")
    await expect(ada.get_by_role("article", name="I have")).to_be_visible()
    await ben.get_by_role("link", name="ideas", exact=True).click()
    await expect(post).to_contain_text("1 reply")
