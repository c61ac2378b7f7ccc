"""The clock moves timestamps, ids, headers and windows together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.snowflake import snowflake_ms

NEW_YEAR = datetime(2030, 1, 1, tzinfo=UTC)


async def test_everything_is_dated_by_it(town: Town, rest: Rest) -> None:
    """A message's timestamp, its id and the Date header agree with the clock that was set."""
    await town.sandbox.clock.set(NEW_YEAR)
    answer = await rest.post(f"/channels/{town.general.id}/messages", {"content": "x"})
    by_timestamp = datetime.fromisoformat(answer.body["timestamp"])
    by_id = datetime.fromtimestamp(snowflake_ms(int(answer.body["id"])) / 1000, UTC)
    by_header = parsedate_to_datetime(answer.headers["Date"])
    for found in (by_timestamp, by_id, by_header):
        assert abs(found - NEW_YEAR) < timedelta(seconds=5)


async def test_ids_increase_though_the_clock_goes_back(town: Town, rest: Rest) -> None:
    """History stays in the order in which it was written."""
    path = f"/channels/{town.general.id}/messages"
    first = await rest.post(path, {"content": "1"})
    await town.sandbox.clock.step(timedelta(days=-2))
    second = await rest.post(path, {"content": "2"})
    assert int(second.body["id"]) > int(first.body["id"])
    assert [message["content"] for message in (await rest.get(path)).body] == ["2", "1"]


async def test_a_change_can_be_waited_for(town: Town) -> None:
    """A long poll answers when the clock is moved."""
    control = town.sandbox.control
    before = await control.get("/clock")
    waiting = asyncio.create_task(control.get("/clock", after=before["version"]))
    await town.sandbox.clock.step(3600)
    async with asyncio.timeout(5):
        after = await waiting
    assert after["version"] > before["version"]
    assert after["offset_ms"] == before["offset_ms"] + 3_600_000
