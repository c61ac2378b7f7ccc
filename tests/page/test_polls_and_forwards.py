"""Polls and forwarded messages in the page: voted in, seen to close, passed on."""

from playwright.async_api import expect
from tests.page.conftest import World
from tests.page.test_chatting import say

POLL = {
    "question": {"text": "When?"},
    "answers": [
        {"poll_media": {"text": "Monday", "emoji": {"name": "🌙"}}},
        {"poll_media": {"text": "Friday"}},
    ],
    "duration": 2,
}


async def test_members_vote_and_see_what_came_of_it(quiet_world: World) -> None:
    """A press is a vote in every window; another replaces it; the end tells the winner."""
    post = quiet_world.sandbox.post
    await post(
        f"/members/{quiet_world.ada}/message", {"channel_id": quiet_world.bots, "poll": POLL}
    )
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    poll = ben.get_by_role("region", name="Poll: When?")
    await expect(poll).to_contain_text("0 votes · ends in 2 hours")
    await poll.get_by_role("button", name="Friday").click()
    await expect(poll.get_by_role("button", name="Friday, 1 vote")).to_have_attribute(
        "aria-pressed", "true"
    )
    hers = ada.get_by_role("region", name="Poll: When?")
    await expect(hers.get_by_role("button", name="Friday, 1 vote")).to_have_attribute(
        "aria-pressed", "false"
    )
    await poll.get_by_role("button", name="Monday").click()
    await hers.get_by_role("button", name="Monday, 1 vote").click()
    await expect(poll.get_by_role("button", name="Monday, 2 votes")).to_be_visible()
    await expect(poll.get_by_role("button", name="Friday, 0 votes")).to_be_visible()
    await post("/clock", {"step_ms": 2 * 3_600_000})
    await expect(poll).to_contain_text("Poll closed")
    await expect(poll.get_by_role("button", name="Monday, 2 votes")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(poll.get_by_role("button", name="Friday")).to_be_disabled()
    await expect(ben.get_by_text("Monday won with 2 of 2 votes.")).to_be_visible()


async def test_a_member_passes_a_message_on(quiet_world: World) -> None:
    """It is forwarded from its menu; the other channel shows what it said, and where."""
    ada = await quiet_world.window(quiet_world.ada)
    general = f"#/channels/{quiet_world.guild}/{quiet_world.general}"
    ben = await quiet_world.window(quiet_world.ben, general)
    await say(ada, "The **gate** is open")
    article = ada.get_by_role("article", name="The")
    await article.hover()
    await article.get_by_role("button", name="Apps and more").click()
    await ada.get_by_role("menuitem", name="Forward message").click()
    places = ada.get_by_role("dialog", name="Forward message")
    await places.get_by_role("button", name="general").click()
    kept = ben.get_by_role("region", name="Forwarded message")
    await expect(kept.locator("strong")).to_have_text("gate")
    await kept.get_by_role("link", name="#bots").click()
    await expect(ben.get_by_role("article", name="The")).to_be_visible()
