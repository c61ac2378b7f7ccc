"""Pictures and custom emojis in the page: chosen, seen by others, and names where there is none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Locator, Page, expect
from tests.page.conftest import World
from tests.page.test_chatting import say
from tests.sandbox.drawn import BLUE, GREEN, RED, gif, png, uri

LOADED = "img => img.complete && img.naturalWidth > 0"


async def is_seen(picture: Locator) -> None:
    """Wait until a picture is there and has been loaded."""
    await expect(picture).to_be_visible()
    page, element = picture.page, await picture.element_handle()
    await page.wait_for_function(LOADED, arg=element)


async def ask(world: World, method: str, path: str, body: Any) -> Any:
    """Do something as the bot."""
    headers = {"Authorization": f"Bot {world.token}"}
    url = f"{world.sandbox.base}/api/v10{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, json=body, headers=headers) as answer,
    ):
        assert answer.status < 300, await answer.text()
        return await answer.json() if answer.status != 204 else None


async def free(world: World) -> None:
    """Let everybody do everything, the bot too."""
    guild = world.guild
    await world.sandbox.ask("PATCH", f"/guilds/{guild}/roles/{guild}", {"permissions": "8"})


def article(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


async def test_a_member_chooses_a_picture_that_others_see(
    quiet_world: World, tmp_path: Path
) -> None:
    """In the settings, from a file: it stands beside what they wrote, in the list and on the profile."""
    file = tmp_path / "me.png"
    file.write_bytes(png(BLUE))
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await say(ada, "Look at me")
    await expect(article(ben, "Look at me").locator(".avatar")).to_have_text("A")
    await ada.get_by_role("button", name="Member settings").click()
    settings = ada.get_by_role("dialog", name="Member settings")
    await settings.get_by_label("Picture", exact=True).set_input_files(file)
    await is_seen(ada.locator(".me-button .avatar img"))
    await is_seen(article(ben, "Look at me").locator(".avatar img"))
    await is_seen(ben.get_by_role("button", name="Ada").locator(".avatar img").first)
    body = {"avatar": uri(png(GREEN)), "banner": uri(png(RED)), "bio": "I **ring**"}
    await ask(quiet_world, "PATCH", f"/guilds/{quiet_world.guild}/members/@me", body)
    ringer = ben.get_by_role("complementary").get_by_role("button", name="Ringer")
    await is_seen(ringer.locator("img"))
    await ringer.click()
    profile = ben.get_by_role("dialog", name="Profile of Ringer")
    await is_seen(profile.locator(".avatar img"))
    await is_seen(profile.locator(".profile-banner"))
    await expect(profile.locator("strong", has_text="ring")).to_be_visible()
    await ada.keyboard.press("Escape")
    await ada.get_by_role("button", name="Member settings").click()
    await ada.get_by_role("button", name="Remove picture").click()
    await expect(article(ben, "Look at me").locator(".avatar")).to_have_text("A")


async def test_what_is_no_picture_is_said_to_be_none(quiet_world: World, tmp_path: Path) -> None:
    """The page says why, and the member keeps their initials."""
    file = tmp_path / "me.png"
    file.write_bytes(b"not a picture")
    ada = await quiet_world.window(quiet_world.ada)
    await ada.get_by_role("button", name="Member settings").click()
    await ada.get_by_label("Picture", exact=True).set_input_files(file)
    await expect(ada.get_by_text("`avatar` must be a PNG, JPEG, GIF or WebP")).to_be_visible()
    await expect(ada.locator(".me-button .avatar")).to_have_text("A")


async def test_servers_and_roles_have_icons(quiet_world: World) -> None:
    """The server's is in the rail as soon as it is given; the highest role's beside the name."""
    await free(quiet_world)
    guild = f"/guilds/{quiet_world.guild}"
    ada = await quiet_world.window(quiet_world.ada)
    mark = ada.get_by_role("link", name="Playground").locator(".guild-mark")
    await expect(mark).to_have_text("P")
    await say(ada, "Hello")
    await ask(quiet_world, "PATCH", guild, {"icon": uri(png(GREEN))})
    await is_seen(mark.locator("img"))
    await quiet_world.sandbox.ask("PATCH", guild, {"features": ["ROLE_ICONS"]})
    role = await ask(quiet_world, "POST", f"{guild}/roles", {"name": "Star", "icon": uri(png(RED))})
    member = {"user_id": quiet_world.ada, "roles": [role["id"]]}
    await quiet_world.sandbox.post(f"{guild}/members", member)
    await is_seen(article(ada, "Hello").get_by_role("img", name="Star").locator("img"))


async def test_a_scheduled_event_shows_its_image(quiet_world: World) -> None:
    """In the list of the server's events."""
    await free(quiet_world)
    now = datetime.now(UTC)
    event = {
        "name": "Feast",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Hall"},
        "scheduled_start_time": (now + timedelta(days=1)).isoformat(),
        "scheduled_end_time": (now + timedelta(days=2)).isoformat(),
        "image": uri(png(BLUE)),
    }
    await ask(quiet_world, "POST", f"/guilds/{quiet_world.guild}/scheduled-events", event)
    ada = await quiet_world.window(quiet_world.ada)
    await ada.get_by_role("button", name="Events").click()
    await is_seen(ada.get_by_role("article", name="Feast").locator("img"))


async def test_a_webhook_shows_whom_it_speaks_for(quiet_world: World) -> None:
    """Each of its messages under the name and the picture that it came with."""
    await free(quiet_world)
    hook = await ask(
        quiet_world,
        "POST",
        f"/channels/{quiet_world.bots}/webhooks",
        {"name": "News", "avatar": uri(png(RED))},
    )
    path = f"/webhooks/{hook['id']}/{hook['token']}?wait=true"
    await ask(quiet_world, "POST", path, {"content": "By the webhook"})
    mimic = {
        "content": "By another",
        "username": "Mimic",
        "avatar_url": f"{quiet_world.sandbox.base}/none.png",
    }
    await ask(quiet_world, "POST", path, mimic)
    ben = await quiet_world.window(quiet_world.ben)
    first, second = article(ben, "By the webhook"), article(ben, "By another")
    await is_seen(first.locator(".avatar img"))
    await expect(first.locator(".author")).to_have_text("News")
    await expect(second.locator(".author")).to_have_text("Mimic")
    # Nothing is at the address that was named: initials take its place.
    await expect(second.locator(".avatar")).to_have_text("M")


async def test_emojis_of_the_server_are_pictures(quiet_world: World) -> None:
    """In texts, reactions, buttons, menus and polls; offered when one reacts or writes."""
    emojis = f"/guilds/{quiet_world.guild}/emojis"
    post = quiet_world.sandbox.post
    wave = await post(emojis, {"name": "wave", "image": uri(png(GREEN))})
    await post(emojis, {"name": "spin", "image": uri(gif(), "gif")})
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await say(ada, "Hello :wave: and `:wave:`, :none:")
    said = article(ben, "Hello")
    await is_seen(said.get_by_role("img", name=":wave:"))
    await expect(said.locator(".markdown")).to_have_text("Hello and :wave:, :none:")
    await said.hover()
    await said.get_by_role("button", name="Add reaction").first.click()
    own = ben.get_by_role("group", name="Emojis of the server")
    await expect(own.get_by_role("button")).to_have_count(2)
    await own.get_by_role("button", name="spin").click()
    reaction = article(ada, "Hello").get_by_role("button", name="spin, 1 reaction")
    await is_seen(reaction.locator("img"))
    await reaction.click()
    await expect(said.get_by_role("button", name="spin, 2 reactions")).to_be_visible()
    emoji = {"id": wave["id"], "name": "wave"}
    row = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "b", "emoji": emoji}]}
    option = {"label": "First", "value": "1", "emoji": emoji, "default": True}
    menu = {"type": 1, "components": [{"type": 3, "custom_id": "s", "options": [option]}]}
    messages = f"/channels/{quiet_world.bots}/messages"
    await ask(quiet_world, "POST", messages, {"content": "Press", "components": [row, menu]})
    pressed = article(ben, "Press")
    await is_seen(pressed.get_by_role("button", name="wave", exact=True).locator("img"))
    await is_seen(pressed.locator("button.select img"))
    answers = [{"poll_media": {"text": "Yes", "emoji": emoji}}]
    poll = {"question": {"text": "Wave?"}, "answers": answers}
    await ask(quiet_world, "POST", messages, {"poll": poll})
    await is_seen(ben.get_by_role("region", name="Poll: Wave?").locator("img"))
    await ada.get_by_role("button", name="Insert an emoji").click()
    await ada.get_by_role("group", name="Emojis of the server").get_by_role("button").first.click()
    box = ada.get_by_role("combobox", name="Message #bots")
    await expect(box).to_have_value(":wave:")
    await box.press("Enter")
    await is_seen(ben.locator(".big-emoji img"))


async def test_an_emoji_that_is_gone_is_its_name(quiet_world: World) -> None:
    """What was written with it can still be read."""
    path = f"/guilds/{quiet_world.guild}/emojis"
    wave = await quiet_world.sandbox.post(path, {"name": "wave", "image": uri(png())})
    ada = await quiet_world.window(quiet_world.ada)
    await say(ada, "Bye :wave:")
    await is_seen(article(ada, "Bye").get_by_role("img", name=":wave:"))
    await quiet_world.sandbox.ask("DELETE", f"{path}/{wave['id']}")
    ben = await quiet_world.window(quiet_world.ben)
    await expect(article(ben, "Bye").locator(".emoji-name")).to_have_text(":wave:")
