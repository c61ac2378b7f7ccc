"""What a server has besides its messages: dates of events, roles, invites, voice, the audit log."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from playwright.async_api import expect
from tests.page.conftest import World
from tests.page.test_chatting import say

GRADIENT = re.compile("linear-gradient")


async def ask(
    world: World, method: str, path: str, body: Any = None, *, token: str | None = None
) -> Any:
    """What Discord's API answers the ringer, or the bot of the token."""
    url = f"{world.sandbox.base}/api/v10{path}"
    headers = {"Authorization": f"Bot {token or world.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, url, json=body) as response,
    ):
        assert response.status < 300, await response.text()
        return None if response.status == 204 else await response.json()


async def test_the_dates_of_a_series_say_what_is_different(quiet_world: World) -> None:
    """One is called off, one moved; a member passes over a third, which the others see counted."""
    start = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
    events = f"/guilds/{quiet_world.guild}/scheduled-events"
    rule = {"start": start.isoformat(), "frequency": 2, "interval": 1}
    event = {
        "name": "Chess",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Club"},
        "scheduled_start_time": start.isoformat(),
        "scheduled_end_time": (start + timedelta(hours=2)).isoformat(),
        "recurrence_rule": {**rule, "by_weekday": [start.weekday()]},
    }
    made = await ask(quiet_world, "POST", events, event)
    exceptions = f"{events}/{made['id']}/exceptions"
    second, third = ((start + timedelta(weeks=weeks)).isoformat() for weeks in (1, 2))
    later = (start + timedelta(days=8)).isoformat()
    moved = {"original_scheduled_start_time": second, "scheduled_start_time": later}
    await ask(quiet_world, "POST", exceptions, moved)
    page = await quiet_world.window(quiet_world.ada)
    await page.get_by_role("button", name="Events", exact=False).first.click()
    card = page.get_by_role("dialog", name="Events").get_by_role("article", name="Chess")
    dates = card.get_by_role("listitem")
    await expect(dates).to_have_count(4)
    await expect(dates.nth(1)).to_contain_text("Moved")
    called_off = {"original_scheduled_start_time": third, "is_canceled": True}
    await ask(quiet_world, "POST", exceptions, called_off)
    await expect(dates.nth(2)).to_contain_text("Cancelled")
    await card.get_by_role("button", name="Interested").click()
    await expect(dates.nth(0)).to_contain_text("1 interested")
    await dates.nth(0).get_by_role("button", name="Skip this date").click()
    await expect(dates.nth(0)).to_contain_text("0 interested")
    await expect(dates.nth(1)).to_contain_text("1 interested")
    await dates.nth(0).get_by_role("button", name="Come after all").click()
    await expect(dates.nth(0)).to_contain_text("1 interested")


async def test_names_are_in_the_colours_of_the_role(quiet_world: World) -> None:
    """A gradient in the list of members and over messages; another role has one colour."""
    colors = {"primary_color": 0xC02080, "secondary_color": 0x2060C0}
    post, guild = quiet_world.sandbox.post, f"/guilds/{quiet_world.guild}"
    two = await post(f"{guild}/roles", {"name": "Dawn", "colors": colors})
    one = await post(f"{guild}/roles", {"name": "Day", "color": 0xC02080})
    for member, role in ((quiet_world.ada, two), (quiet_world.ben, one)):
        await post(f"{guild}/members", {"user_id": member, "roles": [role["id"]]})
    page = await quiet_world.window(quiet_world.ada)
    await say(page, "Good morning")
    names = page.get_by_role("complementary", name="Members").locator(".member-name")
    await expect(names.filter(has_text="Ada")).to_have_css("background-image", GRADIENT)
    await expect(names.filter(has_text="Ben")).to_have_css("background-image", "none")
    author = page.get_by_role("article", name="Good morning").get_by_role(
        "button", name="Ada", exact=True
    )
    await expect(author).to_have_css("background-image", GRADIENT)


async def test_an_invite_in_a_message_lets_others_join(quiet_world: World) -> None:
    """It is made from the server's menu; its link shows a card, and Join leads into the server."""
    post = quiet_world.sandbox.post
    cleo = (await post("/users", {"username": "cleo", "global_name": "Cleo"}))["id"]
    dm = await post(f"/members/{quiet_world.ada}/dm", {"user_id": cleo})
    ada = await quiet_world.window(quiet_world.ada)
    await ada.get_by_role("button", name="Playground", exact=True).click()
    await ada.get_by_role("menuitem", name="Invite people").click()
    link = await ada.get_by_label("Link of the invite").input_value()
    await ada.keyboard.press("Escape")
    body = {"channel_id": dm["id"], "content": f"Come to {link} or https://discord.gg/nowhere"}
    await post(f"/members/{quiet_world.ada}/message", body)
    page = await quiet_world.window(cleo, f"#/dm/{dm['id']}")
    cards = page.get_by_role("region", name="Invite to a server")
    await expect(cards.first).to_contain_text("3 members · #bots")
    await expect(cards.last).to_contain_text("holds no longer")
    await cards.first.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("combobox", name="Message #bots")).to_be_visible()
    await page.go_back()
    await expect(cards.first.get_by_role("link", name="Joined")).to_be_visible()


async def test_whoever_joins_is_shown_the_welcome_screen(quiet_world: World) -> None:
    """It leads to the channels that it names, and can be looked at again from the menu."""
    post = quiet_world.sandbox.post
    keeper = await post("/applications", {"name": "Keeper"})
    body = {"application_id": keeper["application"]["id"], "permissions": "8"}
    await post(f"/guilds/{quiet_world.guild}/bots", body)
    listed = [{"channel_id": quiet_world.general, "description": "Talk", "emoji_name": "👋"}]
    screen = {"enabled": True, "description": "Hello there", "welcome_channels": listed}
    path = f"/guilds/{quiet_world.guild}/welcome-screen"
    await ask(quiet_world, "PATCH", path, screen, token=keeper["token"])
    cleo = (await post("/users", {"username": "cleo", "global_name": "Cleo"}))["id"]
    invite = await post(f"/members/{quiet_world.ada}/invite", {"channel_id": quiet_world.bots})
    dm = await post(f"/members/{quiet_world.ada}/dm", {"user_id": cleo})
    said = {"channel_id": dm["id"], "content": f"https://discord.gg/{invite['code']}"}
    await post(f"/members/{quiet_world.ada}/message", said)
    page = await quiet_world.window(cleo, f"#/dm/{dm['id']}")
    await page.get_by_role("button", name="Join").click()
    dialog = page.get_by_role("dialog", name="Welcome to Playground")
    await expect(dialog).to_contain_text("Hello there")
    await dialog.get_by_role("button", name="Talk").click()
    await expect(page.get_by_role("combobox", name="Message #general")).to_be_visible()
    await page.get_by_role("button", name="Playground", exact=True).click()
    await page.get_by_role("menuitem", name="Welcome screen").click()
    await expect(dialog).to_be_visible()


async def test_the_audit_log_is_for_those_who_may_see_it(quiet_world: World) -> None:
    """It says who did what to whom; others have no such entry in their menu."""
    post = quiet_world.sandbox.post
    said = await post(
        f"/members/{quiet_world.ben}/message", {"channel_id": quiet_world.bots, "content": "x"}
    )
    message = {"channel_id": quiet_world.bots, "message_id": said["id"]}
    await post(f"/members/{quiet_world.ada}/delete", {**message, "reason": "Too loud"})
    await post(f"/guilds/{quiet_world.guild}/roles", {"name": "Dawn"})
    page = await quiet_world.window(quiet_world.ada)
    await page.get_by_role("button", name="Playground", exact=True).click()
    await page.get_by_role("menuitem", name="Audit log").click()
    rows = page.get_by_role("dialog", name="Audit log").locator(".audit-log > li")
    await expect(rows.nth(0)).to_contain_text("Ada made a role Dawn")
    await expect(rows.nth(1)).to_contain_text("Ada deleted a message by Ben")
    await expect(rows.nth(1)).to_contain_text("Reason: Too loud")
    other = await quiet_world.window(quiet_world.ben)
    await other.get_by_role("button", name="Playground", exact=True).click()
    await expect(other.get_by_role("menuitem", name="Invite people")).to_be_visible()
    await expect(other.get_by_role("menuitem", name="Audit log")).to_have_count(0)


async def test_members_come_into_voice_by_a_click(quiet_world: World) -> None:
    """They are seen below the channel in every window, mute themselves, and leave."""
    post = quiet_world.sandbox.post
    guild = f"/guilds/{quiet_world.guild}/channels"
    await post(guild, {"name": "Lounge", "type": 2})
    await post(guild, {"name": "Hall", "type": 13})
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await ben.get_by_role("link", name="Lounge").click()
    await expect(ben.get_by_role("combobox", name="Message #Lounge")).to_be_visible()
    there = ada.get_by_role("list", name="In Lounge").get_by_role("button", name="Ben")
    await expect(there).to_be_visible()
    bar = ben.get_by_role("region", name="Voice")
    await bar.get_by_role("button", name="Mute", exact=True).click()
    await expect(there).to_contain_text("muted")
    await ben.get_by_role("link", name="Hall").click()
    on_stage = ada.get_by_role("list", name="In Hall")
    await expect(on_stage).to_contain_text("audience")
    await bar.get_by_role("button", name="Ask to speak").click()
    await expect(on_stage).to_contain_text("asks to speak")
    await ada.get_by_role("button", name="Bring up: Ben").click()
    await expect(on_stage).to_contain_text("speaker")
    await expect(bar.get_by_role("button", name="Ask to speak")).to_have_count(0)
    await bar.get_by_role("button", name="Leave voice").click()
    await expect(bar).to_have_count(0)
    await expect(on_stage).to_have_count(0)
