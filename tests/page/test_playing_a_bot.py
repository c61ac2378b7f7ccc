"""People play a bot through the page: commands, controls, modals, what each of them sees."""

import asyncio

from playwright.async_api import Page, Route, expect
from tests.page.conftest import World


async def run_remind(page: Page) -> None:
    """Type the command as a person does, with the keyboard alone."""
    box = page.get_by_role("combobox", name="Message #bots")
    await box.click()
    await page.keyboard.type("/rem")
    await expect(page.get_by_role("option", name="/remind")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="category")).to_be_focused()
    await page.keyboard.type("rui")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="minutes")).to_be_focused()
    await page.keyboard.type("10")
    await page.keyboard.press("Enter")


async def test_a_command_is_picked_filled_in_and_answered(world: World) -> None:
    """The picker offers what the bot registered, and the answer says who asked for it."""
    page = await world.window(world.ada)
    await run_remind(page)
    embed = page.get_by_role("article", name="Embed: Ruins open")
    await expect(embed).to_contain_text("They start in 10 minutes.")
    await expect(embed).to_contain_text("rung by the ringer")
    await expect(page.get_by_text("Ada used /remind")).to_be_visible()
    await expect(page.get_by_role("link", name="Calendar")).to_have_attribute(
        "rel", "noopener noreferrer"
    )


async def test_wrong_options_are_named_before_anything_is_sent(world: World) -> None:
    """What is missing or wrong is said at the command, and nothing is lost."""
    page = await world.window(world.ada)
    await page.get_by_role("combobox", name="Message #bots").fill("/remind ")
    await page.get_by_role("button", name="Send /remind").click()
    await expect(page.get_by_role("alert")).to_have_text("category: this option is required.")
    await page.get_by_role("option", name="Altars").click()
    await page.get_by_role("textbox", name="minutes").fill("1000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("minutes: the most is 600.")
    await expect(page.get_by_role("combobox", name="category")).to_have_value("Altars")


async def test_the_bot_suggests_values_while_one_types(world: World) -> None:
    """Autocomplete asks the bot and sends what was chosen."""
    page = await world.window(world.ada)
    await page.get_by_role("combobox", name="Message #bots").fill("/remind ")
    await page.get_by_role("option", name="Ruins").click()
    await page.get_by_role("textbox", name="minutes").fill("5")
    await page.get_by_role("button", name="Add option zone").click()
    await page.keyboard.type("lis")
    await page.get_by_role("option", name="Europe/Lisbon").click()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article", name="Embed: Ruins open")).to_contain_text(
        "Europe/Lisbon"
    )


async def test_two_members_at_once_see_what_is_meant_for_each(world: World) -> None:
    """A press is answered to the one who pressed; the message itself is seen by both."""
    ada = await world.window(world.ada)
    ben = await world.window(world.ben)
    await run_remind(ada)
    await expect(ben.get_by_text("Ada used /remind")).to_be_visible()
    await ben.get_by_role("button", name="Subscribe").click()
    await expect(ben.get_by_text("You are subscribed.")).to_be_visible()
    await expect(ben.get_by_text("Only you can see this")).to_be_visible()
    await ada.get_by_role("button", name="Subscribe").click()
    await expect(ada.get_by_text("You are subscribed.")).to_have_count(1)
    await ben.get_by_role("button", name="Dismiss message").click()
    await expect(ben.get_by_text("You are subscribed.")).to_have_count(0)
    await expect(ada.get_by_text("You are subscribed.")).to_have_count(1)


async def test_several_values_are_sent_when_the_list_is_closed(world: World) -> None:
    """Defaults are shown chosen, more can be added, and closing sends them all at once."""
    page = await world.window(world.ada)
    await run_remind(page)
    select = page.get_by_role("combobox", name="How long before?")
    await expect(select).to_have_text("1 hour")
    await select.click()
    await expect(page.get_by_role("option", name="1 hour")).to_have_attribute(
        "aria-selected", "true"
    )
    await page.get_by_role("option", name="At the start").click()
    await expect(page.get_by_text("Leads:")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Leads: 1h, now")).to_be_visible()
    await expect(select).to_have_text("1 hourAt the start")


async def test_a_member_is_chosen_from_a_select(world: World) -> None:
    """A user select offers the server's members, found by typing."""
    page = await world.window(world.ada)
    await run_remind(page)
    await page.get_by_role("combobox", name="Tell somebody", exact=True).click()
    await page.keyboard.type("be")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Told @Ben")).to_be_visible()


async def test_a_modal_is_filled_in_and_changes_the_message(world: World) -> None:
    """What is missing is said in the modal; sent, it closes and the message is edited."""
    page = await world.window(world.ada)
    await run_remind(page)
    await page.get_by_role("button", name="Change title").click()
    modal = page.get_by_role("dialog", name="Change the title")
    await expect(modal.get_by_label("Title")).to_be_focused()
    await modal.get_by_role("button", name="Submit").click()
    await expect(modal.get_by_role("alert").first).to_have_text("This is required.")
    await modal.get_by_label("Title").fill("Gates open")
    await modal.get_by_role("combobox", name="Place").click()
    await page.get_by_role("option", name="South gate").click()
    await modal.get_by_role("button", name="Submit").click()
    await expect(modal).to_have_count(0)
    await expect(page.get_by_role("article", name="Embed: Gates open")).to_contain_text(
        "at the south gate"
    )
    await expect(page.get_by_text("(edited)")).to_be_visible()


async def test_a_press_without_an_answer_says_so(world: World) -> None:
    """After three seconds without an answer the failure stands under the message."""
    page = await world.window(world.ada)
    await run_remind(page)
    sulk = page.get_by_role("button", name="Sulk")
    await sulk.click()
    await expect(sulk).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_text("This application did not respond")).to_be_visible()
    await expect(sulk).to_be_enabled()


async def test_a_bot_that_thinks_is_seen_thinking(world: World) -> None:
    """A deferred answer shows at once and is replaced by the real one."""
    page = await world.window(world.ada)
    box = page.get_by_role("combobox", name="Message #bots")
    await box.fill("/think ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Ringer is thinking…")).to_be_visible()
    await box.fill("well?")
    await box.press("Enter")
    await expect(page.get_by_text("Done thinking.")).to_be_visible()
    await expect(page.get_by_text("is thinking…")).to_have_count(0)


async def test_a_layout_of_components_v2_is_drawn(world: World) -> None:
    """Containers, sections and texts stand where the bot put them."""
    page = await world.window(world.ada)
    await page.get_by_role("combobox", name="Message #bots").fill("/digest ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="This week")).to_be_visible()
    await expect(
        page.get_by_role("listitem").filter(has_text="Ruins on Friday").last
    ).to_be_visible()
    await expect(page.get_by_role("button", name="Again")).to_be_visible()


async def test_a_users_menu_runs_the_apps_command(world: World) -> None:
    """A user command is found on the member's card and run on them."""
    page = await world.window(world.ada)
    members = page.get_by_role("complementary", name="Members")
    await members.get_by_role("button", name="Ben").click()
    await page.get_by_role("button", name="Greet").click()
    await expect(page.get_by_text("Hello, @Ben!")).to_be_visible()


async def test_relative_times_follow_the_sandboxs_clock(world: World) -> None:
    """Stepping the clock in the inspector moves every relative time at once."""
    page = await world.window(world.ada)
    await run_remind(page)
    embed = page.get_by_role("article", name="Embed: Ruins open")
    await expect(embed).to_contain_text("in 10 minutes")
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await page.get_by_role("button", name="+10 min").click()
    await expect(embed).to_contain_text("seconds")
    await expect(page.get_by_text("10 min ahead")).to_be_visible()
    await page.get_by_role("button", name="+1 h").click()
    # An hour and ten minutes less twenty seconds, of which not one has to pass.
    await page.get_by_role("button", name="+10 min").click()
    await expect(embed).to_contain_text("1 hour ago")


async def test_a_direct_message_is_announced_and_can_be_refused(world: World) -> None:
    """A DM stands unread in the rail; once the bot is blocked, it is refused as Discord would."""
    page = await world.window(world.ada)
    box = page.get_by_role("combobox", name="Message #bots")
    await box.fill("/whisper ")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Direct message with Ringer, 1 unread").click()
    await expect(page.get_by_text("Psst: the ruins open soon.")).to_be_visible()
    await expect(page.get_by_role("link", name="Direct messages", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Conversation with Ringer").click()
    async with page.expect_response("**/settings"):
        await page.get_by_role("switch", name="Block this bot").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Playground").click()
    await box.fill("/whisper ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Refused: 50007")).to_be_visible()


async def test_what_is_read_while_the_view_is_loading_stays_read(world: World) -> None:
    """An answer from before the reading, which arrives after it, brings no unread mark back."""
    page = await world.window(world.ada)
    box = page.get_by_role("combobox", name="Message #bots")
    await expect(box).to_be_visible()
    unread = page.get_by_role("link", name="Direct message with Ringer, 1 unread")
    answered, read = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        await expect(unread).to_be_visible()
        answer = await route.fetch()
        answered.set()
        await read.wait()
        await route.fulfill(response=answer)

    await page.route("**/view", hold)
    async with page.expect_response("**/view") as view:
        await box.fill("/whisper ")
        await page.keyboard.press("Enter")
        await answered.wait()
        async with page.expect_response("**/read"):
            await unread.click()
        read.set()
    await (await view.value).finished()
    await page.evaluate(
        "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )
    assert not await unread.is_visible()
    await expect(page.get_by_role("link", name="Direct messages", exact=True)).to_be_visible()


async def test_interest_in_a_scheduled_event_is_counted(world: World) -> None:
    """One member's interest is seen by another, whose list is open."""
    ada = await world.window(world.ada)
    await ada.get_by_role("combobox", name="Message #bots").fill("/schedule ")
    await ada.keyboard.press("Enter")
    await expect(ada.get_by_text("It is on the list.")).to_be_visible()
    ben = await world.window(world.ben)
    for page in (ada, ben):
        await page.get_by_role("button", name="Events", exact=False).first.click()
    card = ben.get_by_role("dialog", name="Events").get_by_role("article", name="Ruins open")
    await expect(card).to_contain_text("The north gate")
    await expect(card).to_contain_text("in 3 hours")
    await expect(card).to_contain_text("0 interested")
    interested = ada.get_by_role("dialog", name="Events").get_by_role("button", name="Interested")
    await interested.click()
    await expect(interested).to_have_attribute("aria-pressed", "true")
    await expect(card).to_contain_text("1 interested")
