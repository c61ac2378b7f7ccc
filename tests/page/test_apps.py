"""Apps in the page: added to one's own, used where their bots are not, and activities launched."""

from pathlib import Path

from playwright.async_api import expect
from tests.page.conftest import World

SEND_POLLS = 1 << 49
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


async def test_a_group_is_begun_and_left(quiet_world: World, tmp_path: Path) -> None:
    """Ada asks Ben and Cleo in; what one writes all read, and who leaves has it no more."""
    cleo = await quiet_world.sandbox.post("/users", {"username": "cleo", "global_name": "Cleo"})
    path = f"/guilds/{quiet_world.guild}/members"
    await quiet_world.sandbox.post(path, {"user_id": cleo["id"]})
    ada = await quiet_world.window(quiet_world.ada, "#/dm")
    ben = await quiet_world.window(quiet_world.ben, "#/dm")
    await ada.get_by_role("button", name="New group").click()
    people = ada.get_by_role("dialog", name="New group")
    await people.get_by_label("Ben").check()
    await people.get_by_role("button", name="Create group").click()
    box = ada.get_by_role("combobox", name="Message @Ben")
    await box.fill("Who comes?")
    await box.press("Enter")
    await ben.get_by_role("link", name="Ada, 1 unread").last.click()
    await expect(ben.get_by_role("article", name="Ada")).to_contain_text("Who comes?")
    await ben.get_by_role("button", name="Group", exact=True).click()
    await ben.get_by_role("menuitem", name="Add people").click()
    asked = ben.get_by_role("dialog", name="Add people")
    await asked.get_by_label("Cleo").check()
    await asked.get_by_role("button", name="Add", exact=True).click()
    await expect(ada.get_by_text("Ben added Cleo to the group.")).to_be_visible()
    await expect(ada.get_by_role("heading", name="Ben, Cleo", level=1)).to_be_visible()
    await ada.screenshot(path=tmp_path / "group.png")
    await ben.get_by_role("button", name="Group", exact=True).click()
    await ben.get_by_role("menuitem", name="Leave group").click()
    await expect(ben.get_by_text("Nobody has written yet.")).to_be_visible()
    await expect(ada.get_by_text("Ben left the group.")).to_be_visible()


async def test_a_member_begins_a_poll(quiet_world: World, tmp_path: Path) -> None:
    """From the launcher; what is refused is said over the form, and nothing that was written is lost."""
    ben = await quiet_world.window(quiet_world.ben)
    ada = await quiet_world.window(quiet_world.ada)
    await ben.get_by_role("button", name="Apps and commands").click()
    await ben.get_by_role("menuitem", name="Create a poll").click()
    form = ben.get_by_role("dialog", name="Create a poll")
    await form.get_by_label("Question").fill("When?")
    await form.get_by_label("Answer 1").fill("Monday")
    await form.get_by_label("Answer 2").fill("Friday")
    await form.get_by_role("button", name="Add an answer").click()
    await form.get_by_label("Answer 3").fill("Never")
    channel = f"/channels/{quiet_world.bots}/permissions/{quiet_world.guild}"
    await quiet_world.sandbox.ask(
        "PUT", channel, {"type": 0, "allow": "0", "deny": str(SEND_POLLS)}
    )
    await form.get_by_role("button", name="Post poll").click()
    await expect(ben.get_by_role("alert")).to_contain_text("Missing Permissions")
    await ben.screenshot(path=tmp_path / "poll-form.png")
    await quiet_world.sandbox.ask("PUT", channel, {"type": 0, "allow": "0", "deny": "0"})
    await form.get_by_role("button", name="Post poll").click()
    poll = ada.get_by_role("region", name="Poll: When?")
    await poll.get_by_role("button", name="Never").click()
    await expect(poll.get_by_role("button", name="Never, 1 vote")).to_be_visible()
    await expect(poll).to_contain_text("ends in 24 hours")
