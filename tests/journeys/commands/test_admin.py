"""/admin: trying reminders out. What comes of it is in `tests/journeys/test_test_mode.py`."""

import pytest
from tests.journeys.commands.community import Community
from tests.journeys.commands.test_trouble import database

from discord_sandbox.testing import SandboxError

pytestmark = pytest.mark.asyncio(loop_scope="session")

COMMAND = "admin test-reminder"


async def test_it_is_for_those_who_manage_the_server(community: Community) -> None:
    """Discord does not offer it to the others."""
    with pytest.raises(SandboxError):
        await community.ann.command(community.channel, COMMAND)


async def test_before_setup_it_shows_the_way(community: Community) -> None:
    """There is no channel yet in which a test could be posted."""
    assert "/setup" in (await community.answer(community.owner, COMMAND)).text


async def test_it_says_that_a_channel_is_refused(community: Community) -> None:
    """Whoever waits for a post that cannot come is told so, and why."""
    await community.set_up(preset="kvk")
    with database(community) as connection:
        connection.execute(
            "UPDATE servers SET channel_refused = 'no *right*' WHERE id = ?", (community.guild.id,)
        )
    answer = await community.answer(community.owner, COMMAND)
    assert "Test Ruins" in answer.text
    assert r"no \*right\*" in answer.text
