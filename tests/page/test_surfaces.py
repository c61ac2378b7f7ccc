"""The page's surfaces: the inspector, narrow windows, light and dark, names for everything pressed."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.page.conftest import World
from tests.page.pictures import Album
from tests.page.test_chatting import say
from tests.page.test_playing_a_bot import run_remind

UNNAMED = """() => [...document.querySelectorAll("button, a[href], input, select, textarea")]
  .filter((el) => el.offsetParent !== null)
  .filter((el) => !(el.ariaLabel || el.textContent.trim() || el.labels?.length))
  .map((el) => el.outerHTML)"""
WIDER_THAN_THE_WINDOW = "() => document.documentElement.scrollWidth - window.innerWidth"


async def test_requests_and_faults_are_shown_as_they_happen(world: World) -> None:
    """A request appears when the bot makes it; an ordered fault is marked where it struck."""
    page = await world.window(world.ada)
    await page.get_by_role("button", name="Inspector", exact=True).click()
    inspector = page.get_by_role("complementary", name="Inspector")
    await expect(inspector.get_by_text("live")).to_be_visible()
    await run_remind(page)
    rows = inspector.get_by_role("row")
    await expect(rows.filter(has_text="/callback").first).to_contain_text("200")
    await inspector.get_by_role("tab", name="Faults").click()
    await inspector.get_by_label("Kind").select_option("status")
    await inspector.get_by_label("Path (regular expression)").fill("callback")
    await inspector.get_by_label("Status", exact=True).fill("503")
    await inspector.get_by_role("button", name="Order this fault").click()
    await expect(inspector.get_by_role("article", name="Fault status")).to_contain_text(
        "struck 0 times"
    )
    await page.get_by_role("button", name="Subscribe").click()
    # The library tries again, so the member is answered all the same.
    await expect(page.get_by_text("You are subscribed.")).to_be_visible()
    await expect(inspector.get_by_role("article", name="Fault status")).to_contain_text(
        "struck 1 time"
    )
    await inspector.get_by_role("tab", name="Requests").click()
    await expect(rows.filter(has_text="503").first).to_contain_text("status")


async def test_limits_are_set_from_the_inspector(quiet_world: World) -> None:
    """What is set in the form is what the sandbox keeps to; an empty field is no limit."""
    page = await quiet_world.window(quiet_world.ada)
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await page.get_by_role("tab", name="Limits").click()
    await page.get_by_label("Requests per second over all routes").fill("7")
    await page.get_by_label("DM channels opened in 10 minutes").fill("")
    await page.get_by_role("button", name="Set these limits").click()
    await expect(page.get_by_role("status").filter(has_text="The limits are set")).to_be_visible()
    limits = await quiet_world.sandbox.ask("GET", "/limits")
    assert limits["global_per_second"] == 7
    assert limits["dm_opens_per_10m"] is None


async def test_the_clock_can_be_set_to_a_time(quiet_world: World) -> None:
    """ "to…" takes a wall time in the browser's zone."""
    page = await quiet_world.window(quiet_world.ada)
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await page.get_by_role("button", name="to…").click()
    await page.get_by_label("Set the clock to").fill("2031-07-01T12:00")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_role("region", name="Clock of the sandbox")).to_contain_text("1 Jul")
    noon_in_berlin = 1_940_666_400
    assert 0 <= await quiet_world.sandbox.now() - noon_in_berlin < 120


async def test_on_a_phone_the_sides_are_drawers(world: World) -> None:
    """Nothing is wider than the window; servers and members slide in and out."""
    page = await world.window(world.ada, viewport={"width": 390, "height": 800})
    await say(page, "On my way")
    await expect(page.get_by_role("article", name="On my way")).to_be_visible()
    await expect(page.get_by_role("link", name="general")).to_be_hidden()
    assert await page.evaluate(WIDER_THAN_THE_WINDOW) <= 0
    await page.get_by_role("button", name="Servers and channels").click()
    await page.get_by_role("link", name="general").click()
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="bots")).to_be_hidden()
    await page.get_by_role("button", name="Members", exact=True).click()
    await expect(page.get_by_role("button", name="Ringer")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Ringer")).to_be_hidden()


async def test_light_and_dark_follow_the_system_until_one_is_chosen(quiet_world: World) -> None:
    """The toggle wins over the system and is remembered."""
    page = await quiet_world.window(quiet_world.ada, color_scheme="dark")
    assert await _brightness(page) < 80
    await page.get_by_role("button", name="Switch between light and dark").click()
    assert await _brightness(page) > 200
    await page.reload()
    await expect(page.get_by_role("combobox", name="Message #bots")).to_be_visible()
    assert await _brightness(page) > 200


async def _brightness(page: Page) -> int:
    colour = await page.evaluate(
        "() => getComputedStyle(document.querySelector('main')).backgroundColor"
    )
    return max(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(", "))


async def test_everything_that_can_be_pressed_has_a_name(world: World) -> None:
    """No button, link or field is without a label for those who cannot see it."""
    page = await world.window(world.ada)
    await run_remind(page)
    await expect(page.get_by_role("button", name="Subscribe")).to_be_visible()
    await page.get_by_role("button", name="Inspector", exact=True).click()
    for tab in ("Requests", "Limits", "Faults", "World"):
        await page.get_by_role("tab", name=tab).click()
        assert await page.evaluate(UNNAMED) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("dark", {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}}),
        ("light", {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}}),
        ("phone", {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}}),
    ],
)
async def test_the_page_sits_for_its_picture(
    world: World, album: Album, name: str, options: dict[str, Any]
) -> None:
    """A conversation with the ringer as it is shown in the documents; `make pictures` keeps it."""
    page = await world.window(world.ada, **options)
    await say(page, "Good morning! When do the **ruins** open?")
    await run_remind(page)
    await page.get_by_role("button", name="Subscribe").click()
    await expect(page.get_by_text("You are subscribed.")).to_be_visible()
    await album.take(page, f"sandbox-{name}.png")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
async def test_a_menus_list_stays_in_the_window(world: World, width: int, height: int) -> None:
    """The newest message lies at the foot: its list opens upwards where it would not fit below."""
    for name in "cdefghi":
        user = await world.sandbox.post("/users", {"username": f"{name}leo"})
        await world.sandbox.post(f"/guilds/{world.guild}/members", {"user_id": user["id"]})
    page = await world.window(world.ada, viewport={"width": width, "height": height})
    await run_remind(page)
    await page.get_by_role("combobox", name="Tell somebody").click()
    await expect(page.get_by_role("option", name="Ada")).to_be_in_viewport(ratio=1)
    box = await page.locator(".select-panel").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    embed = page.get_by_role("article", name="Embed: Ruins open")
    await expect(embed).to_have_css("padding-left", "14px")


async def test_why_a_request_was_refused_is_shown(world: World) -> None:
    """In the inspector, in words below its path."""
    page = await world.window(world.ada)
    await page.get_by_role("button", name="Inspector", exact=True).click()
    headers = {"Authorization": f"Bot {world.token}"}
    url = f"{world.sandbox.base}/api/v10/channels/{world.bots}/messages"
    async with world.sandbox.session.post(
        url, json={"content": "x" * 2001}, headers=headers
    ) as response:
        assert response.status == 400
    row = page.get_by_role("row").filter(has_text="/messages")
    await expect(row).to_contain_text("content: Must be 2000 or fewer in length.")


async def test_a_narrow_window_shows_how_much_is_unread(quiet_world: World) -> None:
    """At the button behind which the servers and conversations are."""
    phone = await quiet_world.window(quiet_world.ben, viewport={"width": 390, "height": 700})
    mark = phone.locator(".menu-badge")
    await expect(mark).to_be_hidden()
    channel = {"channel_id": quiet_world.general, "content": "Hello"}
    await quiet_world.sandbox.post(f"/members/{quiet_world.ada}/message", channel)
    await expect(mark).to_have_text("1")
