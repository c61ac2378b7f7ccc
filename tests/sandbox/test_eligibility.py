"""Asking an application whether a member may buy what it sells."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.sandbox.conftest import Town
from tests.sandbox.http_bot import HttpBot, serving

from discord_sandbox.testing import SandboxError


@pytest_asyncio.fixture
async def seller(town: Town) -> AsyncIterator[HttpBot]:
    """The town's bot, as a web server."""
    bot = HttpBot(town.application.verify_key)
    async with serving(bot.serve) as bot.url:
        await town.sandbox.set_interactions_endpoint(town.application, bot.url)
        yield bot


async def test_the_application_says_who_may_buy(town: Town, seller: HttpBot) -> None:
    """It is asked with an interaction of type 6, and answers with type 13, its reason included."""
    gold = await town.sandbox.make_sku(town.application, "Gold")
    seller.answers({"type": 13, "data": {"eligible": True}})
    assert (await town.ben.may_buy(gold, town.general))["eligible"] is True
    asked = await seller.received.get()
    assert (asked["type"], asked["data"]) == (6, {"sku_id": str(gold)})
    assert asked["member"]["user"]["id"] == str(town.ben.id)
    why = {"ineligible_reason": 1, "ineligible_reason_description": "You have it."}
    seller.answers({"type": 13, "data": {"eligible": False, **why}})
    assert await town.ben.may_buy(gold, town.general) == {"eligible": False, **why}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"type": 13}, "data.eligible: This field is required"),
        ({"type": 13, "data": {"eligible": "yes"}}, "data.eligible: Must be either true or false"),
        ({"type": 13, "data": {"eligible": False, "ineligible_reason": 3}}, "ineligible_reason"),
        (
            {
                "type": 13,
                "data": {"eligible": False, "ineligible_reason_description": "x" * 256},
            },
            "Must be 255 or fewer",
        ),
        ({"type": 4, "data": {"content": "no"}}, r"type: Value must be one of \{13\}"),
    ],
)
async def test_what_is_no_answer_to_it(
    town: Town, seller: HttpBot, answer: dict[str, object], problem: str
) -> None:
    """Each is refused where it stands, and the member is not told that they may."""
    gold = await town.sandbox.make_sku(town.application, "Gold")
    seller.answers(answer)
    stream = await town.sandbox.events()
    with pytest.raises(SandboxError, match="did not say"):
        await town.ben.may_buy(gold, town.general)
    row = await stream.wait_for(
        lambda frame: frame.data if frame.data.get("path") == seller.url else None, since=0
    )
    assert re.search(problem, row["problem"])
