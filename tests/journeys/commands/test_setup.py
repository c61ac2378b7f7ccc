"""An admin sets the server up."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.journeys.commands.community import PATIENCE, Community, says
from tests.journeys.commands.test_events import bring_in, in_hours

from discord_sandbox.testing import SandboxError

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEND_MESSAGES = 1 << 11
GREETING = says("I will post this server's event reminders here")


async def test_setup_greets_the_channel_and_says_what_was_chosen(community: Community) -> None:
    """One short greeting, for all to see."""
    answer = await community.set_up(preset="kvk", windows="2h, 30m now", zone="europe/berlin")
    for part in ("2h, 30m, now", "Europe/Berlin", "Kingdom versus kingdom"):
        assert part in answer.text
    await community.channel.wait_for_message(GREETING)


async def test_setup_again_changes_what_is_given(community: Community) -> None:
    """And leaves the rest, and does not greet twice."""
    await community.set_up(preset="kvk", zone="Europe/Berlin")
    answer = await community.set_up(windows="now")
    assert "Europe/Berlin" in answer.text
    assert "The channel is told: now" in answer.text
    assert len([each for each in await community.channel.messages() if GREETING(each)]) == 1


async def test_setup_says_what_becomes_of_what_is_late(community: Community) -> None:
    """It is chosen once and stays."""
    assert "sent while they are of use" in (await community.set_up()).text
    assert "left out" in (await community.set_up(late="leave out")).text
    assert "left out" in (await community.set_up(windows="now")).text
    assert "sent while" in (await community.set_up(late="send")).text


async def test_setup_names_the_permissions_that_are_missing(community: Community) -> None:
    """And what to do about them; nothing is changed."""
    bot = community.bot.application.id
    await community.channel.set_permissions(bot, deny=SEND_MESSAGES, member=True)
    answer = await community.answer(community.owner, "setup")
    assert "Send Messages" in answer.text
    assert "View Channel" not in answer.text
    assert "not set up" in (await community.answer(community.ann, "subscribe")).text


async def test_setup_posts_where_it_is_told(community: Community) -> None:
    """In another channel than the one in which it was used."""
    other = await community.guild.make_channel("reminders")
    answer = await community.set_up(channel=str(other.id))
    assert f"<#{other.id}>" in answer.text
    await other.wait_for_message(GREETING)


async def test_whole_days_follow_the_zone(community: Community, tmp_path: Path) -> None:
    """In another zone the same day begins, and falls due, at another instant; times of day stay."""
    await community.set_up(preset="kvk", zone="UTC")
    day = (await community.sandbox.clock.now() + timedelta(days=3)).date()
    file = tmp_path / "calendar.csv"
    rows = f"{day},ruins,Whole day\n{day}T20:00:00Z,ruins,Evening\n"
    file.write_text(f"start,type,title\n{rows}", encoding="utf-8")
    server = str(community.guild.id)
    await community.bot.tocsin("events", "import", str(file), "--server", server)
    await community.set_up(zone="Asia/Tokyo")
    listed = (await community.answer(community.ann, "events")).text
    due = datetime.combine(day, time(9), ZoneInfo("Asia/Tokyo"))
    evening = datetime.combine(day, time(20), UTC)
    assert f"Whole day** – <t:{int(due.timestamp())}:F>" in listed
    assert f"Evening** – <t:{int(evening.timestamp())}:F>" in listed


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("windows", "soon", "write it like 24h"), ("zone", "Atlantis", "no time zone “Atlantis”")],
)
async def test_setup_refuses_what_it_cannot_read(
    community: Community, option: str, value: str, told: str
) -> None:
    """In words that say how to write it."""
    answer = await community.answer(community.owner, "setup", **{option: value})
    assert told in answer.text


async def test_setup_suggests_zones(community: Community) -> None:
    """While the admin types."""
    choices = await community.owner.autocomplete(community.channel, "setup", "zone", "berl")
    assert "Europe/Berlin" in [choice["value"] for choice in choices]


async def test_setup_is_for_those_who_manage_the_server(community: Community) -> None:
    """Discord does not even offer it to the others."""
    offered = [each["name"] for each in await community.ann.commands(community.channel)]
    assert "subscribe" in offered
    assert "setup" not in offered
    with pytest.raises(SandboxError):
        await community.ann.command(community.channel, "setup")


async def test_a_server_that_threw_the_bot_out_is_remembered(community: Community) -> None:
    """Invited again, it goes on with what it had."""
    await community.set_up(preset="kvk", zone="Europe/Berlin")
    await community.subscribe(community.ann, "ruins")
    await community.guild.remove_bot(community.bot.application)
    await community.guild.add_bot(community.bot.application)
    answer = await community.set_up(windows="now")
    assert "Europe/Berlin" in answer.text
    assert "Subscribers: 1" in answer.text


async def test_a_removal_while_the_bot_was_down_is_noticed(own_community: Community) -> None:
    """At its next start; until then it had no way to know."""
    community = own_community
    process = await community.bot.start()
    try:
        await community.set_up()
        await process.end()
        await community.guild.remove_bot(community.bot.application)
        process = await community.bot.start()
        left = await process.event("server left")
        assert left["server"] == community.guild.id
    finally:
        await process.end()


async def test_a_preset_brings_its_types_and_no_others(community: Community) -> None:
    """What only the former preset had goes, unless it is in use."""
    await community.set_up(preset="kvk")
    form = await community.form(community.ann)
    offered = [option["value"] for option in form.selects[0]["options"]]
    assert offered == ["all", "fights", "ruins", "altars", "major", "chronicle"]


async def test_events_that_came_before_the_preset_belong_to_its_groups(
    community: Community, tmp_path: Path
) -> None:
    """Who subscribes to all fights is called to altars that were on the calendar already."""
    start = await in_hours(community, 2)
    await bring_in(community, tmp_path, [(start, "altars", "Altar of Ys")])
    await community.set_up(preset="kvk")
    await community.subscribe(community.ann, "fights", leads=(3600,))
    left = start - await community.sandbox.clock.now() - timedelta(hours=1)
    await community.sandbox.clock.step(left.total_seconds())
    await community.ann.wait_for_dm(says("Altar of Ys", "1 hour before"), timeout=PATIENCE)


@pytest.mark.parametrize("windows", ["x" * 3000, "31d", "1h 2h 3h 4h 5h 6h 7h 8h 9h 10h 11h"])
async def test_windows_that_cannot_be_read_are_said(community: Community, windows: str) -> None:
    """However long they are; nothing is changed."""
    answer = await community.answer(community.owner, "setup", windows=windows)
    assert "24h" in answer.text or "30 days" in answer.text
    assert len(answer.text) < 400
