"""Apps in the page: added to one's own, used where their bots are not, and activities launched."""

from pathlib import Path

from playwright.async_api import expect
from tests.page.conftest import World

ACTIVITY = {"name": "Chess", "activity": True}


async def test_a_member_adds_an_app_and_uses_it_elsewhere(world: World, tmp_path: Path) -> None:
    """From the settings: its commands then stand behind the slash in a server that has not got its bot."""
    home = {"name": "Home", "owner_id": world.ben, "channels": ["hall"]}
    made = await world.sandbox.post("/guilds", home)
    ben = await world.window(world.ben, f"#/channels/{made['id']}/{made['channels'][0]['id']}")
    field = ben.get_by_role("combobox", name="Message #hall")
    await field.fill("/")
    await expect(ben.get_by_text("No bot offers a command here yet.")).to_be_visible()
    await ben.get_by_role("button", name="Member settings").click()
    await ben.get_by_role("button", name="Add Ringer").click()
    await field.fill("/")
    option = ben.get_by_role("option").filter(has_text="Ringer").first
    await expect(option).to_be_visible()
    await ben.screenshot(path=tmp_path / "app-commands.png")
    await ben.get_by_role("button", name="Member settings").click()
    await ben.get_by_role("button", name="Remove Ringer").click()
    await field.fill("/")
    await expect(ben.get_by_text("No bot offers a command here yet.")).to_be_visible()


async def test_an_activity_from_launcher_to_end(quiet_world: World, tmp_path: Path) -> None:
    """Ada launches one, Ben joins by its invitation, and it ends when both have left."""
    post = quiet_world.sandbox.post
    chess = (await post("/applications", ACTIVITY))["application"]["id"]
    await post(f"/guilds/{quiet_world.guild}/bots", {"application_id": chess})
    ada = await quiet_world.window(quiet_world.ada)
    ben = await quiet_world.window(quiet_world.ben)
    await ada.get_by_role("button", name="Apps and commands").click()
    await ada.get_by_role("menuitem", name="Chess").click()
    await expect(ada.get_by_text("Chess is launched")).to_be_visible()
    bar = ada.get_by_role("region", name="Activities")
    await expect(bar).to_contain_text("Ada")
    invitation = ben.get_by_role("region", name="Activity: Chess")
    await invitation.get_by_role("button", name="Join Chess").click()
    await expect(bar).to_contain_text("Ada, Ben")
    await ada.screenshot(path=tmp_path / "activity.png")
    await invitation.get_by_role("button", name="Leave Chess").click()
    await expect(bar).not_to_contain_text("Ben")
    # Who opens the page anew finds it going on.
    await ada.reload()
    await bar.get_by_role("button", name="Leave Chess").click()
    await expect(invitation).to_contain_text("It has ended")
    await expect(bar.get_by_text("Chess")).to_have_count(0)
