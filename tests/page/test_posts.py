"""What is posted besides text, in the page: voice messages, stickers, themes."""

import base64

from playwright.async_api import expect
from tests.page.conftest import World
from tests.sandbox.files import gif, lottie, png, sound


def file(name: str, data: bytes, kind: str) -> dict[str, str]:
    content = base64.b64encode(data).decode()
    return {"filename": name, "content": content, "content_type": kind}


async def test_a_voice_message_is_played(quiet_world: World) -> None:
    """It shows how long it is and what it looks like; a press plays it, another pauses it."""
    post = quiet_world.sandbox.post
    waveform = base64.b64encode(bytes([0, 60, 120, 180, 255, 180, 120, 60])).decode()
    await post(
        f"/members/{quiet_world.ada}/voice-message",
        {
            "channel_id": quiet_world.bots,
            "files": [file("voice.wav", sound(12), "audio/wav")],
            "duration_secs": 12,
            "waveform": waveform,
        },
    )
    ben = await quiet_world.window(quiet_world.ben)
    player = ben.get_by_role("region", name="Voice message, 0:12")
    await expect(player).to_contain_text("0:12")
    await expect(player.locator("i")).to_have_count(48)
    heights = await player.locator("i").evaluate_all("all => all.map((i) => i.offsetHeight)")
    assert heights[0] < heights[12] < heights[24] > heights[36]
    await player.get_by_role("button", name="Play voice message").click()
    await expect(player.locator("i.played").first).to_be_visible()
    await player.get_by_role("button", name="Pause voice message").click()
    await expect(player.get_by_role("button", name="Play voice message")).to_be_visible()
    await ben.set_viewport_size({"width": 360, "height": 700})
    beyond = await player.evaluate("(one) => one.getBoundingClientRect().right - innerWidth")
    assert beyond < 0, "it leaves a narrow window"


async def test_stickers_are_chosen_and_seen(quiet_world: World) -> None:
    """Once the server has some they can be sent; a moving one moves, and of Lottie the name is seen."""
    post = quiet_world.sandbox.post
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await expect(ben.get_by_role("combobox", name="Message #bots")).to_be_visible()
    choose = ben.get_by_role("button", name="Send a sticker")
    await expect(choose).to_be_hidden()
    for name, made in (
        ("Wave", file("a.png", png(64, 64), "image/png")),
        ("Blink", file("b.gif", gif(8, 8, (20, 20)), "image/gif")),
    ):
        body = {"guild_id": quiet_world.guild, "name": name, "tags": "x", "files": [made]}
        await post(f"/members/{quiet_world.ada}/sticker", body)
    await choose.click()
    palette = ben.get_by_role("dialog", name="Choose a sticker")
    await expect(palette.get_by_role("button")).to_have_count(2)
    await palette.get_by_role("button", name="Wave").click()
    seen = ada.get_by_role("img", name="Sticker: Wave")
    await expect(seen).to_be_visible()
    assert await seen.evaluate("(image) => image.naturalWidth") == 64
    await choose.click()
    await palette.get_by_role("button", name="Blink").click()
    await expect(ada.get_by_role("img", name="Sticker: Blink")).to_be_visible()


async def test_a_lottie_sticker_is_named(quiet_world: World) -> None:
    """No browser shows one by itself."""
    post = quiet_world.sandbox.post
    body = {"name": "Hall", "owner_id": quiet_world.ada, "features": ["VERIFIED"]}
    hall = await post("/guilds", body)
    channel = hall["channels"][0]["id"]
    dance = {
        "guild_id": hall["id"],
        "name": "Dance",
        "tags": "x",
        "files": [file("a.json", lottie(), "application/json")],
    }
    made = await post(f"/members/{quiet_world.ada}/sticker", dance)
    said = {"channel_id": channel, "content": "", "sticker_ids": [made["id"]]}
    await post(f"/members/{quiet_world.ada}/message", said)
    ada = await quiet_world.window(quiet_world.ada, f"#/channels/{hall['id']}/{channel}")
    await expect(ada.locator(".sticker-named")).to_have_text("DanceLottie sticker")


async def test_a_shared_theme_is_a_swatch(quiet_world: World) -> None:
    """Its colours are drawn, and named for those who do not see them."""
    theme = {"colors": ["5865F2", "E558F2"], "gradient_angle": 90, "base_mix": 58, "base_theme": 2}
    url = f"{quiet_world.sandbox.base}/api/v10/channels/{quiet_world.bots}/messages"
    headers = {"Authorization": f"Bot {quiet_world.token}"}
    body = {"content": "Look", "shared_client_theme": theme}
    async with quiet_world.sandbox.session.post(url, json=body, headers=headers) as response:
        assert response.status == 200
    ben = await quiet_world.window(quiet_world.ben)
    shared = ben.get_by_role("region", name="Shared theme")
    await expect(shared).to_contain_text("A light theme, 58 % strong")
    swatch = shared.get_by_role("img", name="Colours #5865F2, #E558F2")
    drawn = await swatch.evaluate("(one) => getComputedStyle(one).backgroundImage")
    assert drawn == "linear-gradient(90deg, rgb(88, 101, 242), rgb(229, 88, 242))"
