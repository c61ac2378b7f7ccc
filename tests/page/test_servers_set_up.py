"""What is set up around the page: rules of auto moderation, and what bots sell."""

import re

from playwright.async_api import expect
from tests.page.conftest import World


async def test_a_blocked_message_and_its_alert(quiet_world: World) -> None:
    """Who wrote it reads why; the moderators' channel says what was blocked."""
    rule = {
        "name": "No cats",
        "event_type": 1,
        "trigger_type": 1,
        "trigger_metadata": {"keyword_filter": ["cat"]},
        "enabled": True,
        "actions": [
            {"type": 1, "metadata": {"custom_message": "Dogs only."}},
            {"type": 2, "metadata": {"channel_id": quiet_world.general}},
        ],
    }
    await quiet_world.sandbox.post(f"/guilds/{quiet_world.guild}/auto-moderation/rules", rule)
    ben = await quiet_world.window(quiet_world.ben)
    field = ben.get_by_role("combobox", name="Message #bots")
    await field.fill("my **cat**")
    await field.press("Enter")
    await expect(ben.get_by_role("alert").filter(has_text="Dogs only.")).to_be_visible()
    place = f"#/channels/{quiet_world.guild}/{quiet_world.general}"
    ada = await quiet_world.window(quiet_world.ada, place)
    told = re.compile("AutoMod blocked a message of Ben by the rule No cats: my")
    await expect(ada.get_by_text(told)).to_be_visible()


async def test_a_premium_button(quiet_world: World) -> None:
    """It is no interaction: who presses it has what is sold, and is told so."""
    sandbox = quiet_world.sandbox
    world = await sandbox.ask("GET", "/world")
    application = world["applications"][0]["id"]
    sku = await sandbox.post(f"/applications/{application}/skus", {"name": "Gold", "type": 2})
    button = {"type": 2, "style": 6, "sku_id": sku["id"]}
    body = {"content": "Go on?", "components": [{"type": 1, "components": [button]}]}
    url = f"{sandbox.base}/api/v10/channels/{quiet_world.bots}/messages"
    headers = {"Authorization": f"Bot {quiet_world.token}"}
    async with sandbox.session.post(url, json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    ben = await quiet_world.window(quiet_world.ben)
    await ben.get_by_role("button", name="Premium").click()
    await expect(ben.get_by_text("You have Gold now.")).to_be_visible()
    await ben.get_by_role("button", name="Premium").click()
    await expect(ben.get_by_role("alert").filter(has_text="already")).to_be_visible()
