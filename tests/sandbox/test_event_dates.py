"""Recurring events: single dates moved and called off, and who passes them over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.recurrence import dates_from, takes_place
from discord_sandbox.snowflake import snowflake_at

GUILD_SCHEDULED_EVENTS = 1 << 16
START = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
DAY = timedelta(days=1)


def weekly(**more: Any) -> dict[str, Any]:
    """A weekly event, from START on."""
    rule = {"start": START.isoformat(), "frequency": 2, "interval": 1}
    return {
        "name": "Chess",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Club"},
        "scheduled_start_time": START.isoformat(),
        "scheduled_end_time": (START + timedelta(hours=2)).isoformat(),
        "recurrence_rule": {**rule, "by_weekday": [START.weekday()], **more},
    }


async def plan(town: Town, rest: Rest) -> str:
    """The path of a new weekly event."""
    path = f"/guilds/{town.guild.id}/scheduled-events"
    made = await rest.post(path, weekly())
    assert made.status == 200, made.body
    return f"{path}/{made.body['id']}"


def date_id(weeks: int) -> str:
    """The snowflake of a date of the series."""
    return str(snowflake_at(int((START + 7 * weeks * DAY).timestamp() * 1000)))


def planned(weeks: int) -> str:
    return (START + 7 * weeks * DAY).isoformat()


async def test_a_date_is_moved_called_off_and_put_back(town: Town, rest: Rest) -> None:
    """Each step is answered, told over the gateway, and stands in the event."""
    path = await plan(town, rest)
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_SCHEDULED_EVENTS)
        await dispatched(socket, "READY")
        later = (START + 8 * DAY).isoformat()
        asked = {"original_scheduled_start_time": planned(1), "scheduled_start_time": later}
        made = await rest.post(f"{path}/exceptions", asked)
        assert made.status == 200, made.body
        assert made.body["event_exception_id"] == date_id(1)
        assert made.body["is_canceled"] is False
        told = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_EXCEPTION_CREATE"))["d"]
        assert told == {**made.body, "guild_id": str(town.guild.id)}
        one = f"{path}/exceptions/{date_id(1)}"
        off = await rest.patch(one, {"is_canceled": True})
        assert (off.body["is_canceled"], off.body["scheduled_start_time"]) == (
            True,
            made.body["scheduled_start_time"],
        )
        told = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_EXCEPTION_UPDATE"))["d"]
        assert told["is_canceled"] is True
        whole = (await rest.get(path)).body
        assert whole["guild_scheduled_event_exceptions"] == [off.body]
        assert (await rest.delete(one)).status == 204
        told = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_EXCEPTION_DELETE"))["d"]
        assert told["event_exception_id"] == date_id(1)
    assert (await rest.get(path)).body["guild_scheduled_event_exceptions"] == []


async def test_another_rule_has_other_dates(town: Town, rest: Rest) -> None:
    """With the rule go the exceptions, which is told once for all; another name leaves them."""
    path = await plan(town, rest)
    for weeks in (1, 2):
        asked = {"original_scheduled_start_time": planned(weeks), "is_canceled": True}
        assert (await rest.post(f"{path}/exceptions", asked)).status == 200
    renamed = await rest.patch(path, {"name": "Draughts"})
    assert len(renamed.body["guild_scheduled_event_exceptions"]) == 2
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_SCHEDULED_EVENTS)
        await dispatched(socket, "READY")
        rule = weekly(interval=2)["recurrence_rule"]
        changed = await rest.patch(path, {"recurrence_rule": rule})
        assert changed.body["guild_scheduled_event_exceptions"] == []
        told = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_EXCEPTIONS_DELETE"))["d"]
        assert told == {"event_id": changed.body["id"], "guild_id": str(town.guild.id)}


async def test_what_is_no_exception_is_refused(town: Town, rest: Rest) -> None:
    """A time that is no date, a second one, the past, an end before the start, and unknown ones."""
    path = await plan(town, rest)
    exceptions = f"{path}/exceptions"

    async def refused(**body: Any) -> list[str]:
        answer = await rest.post(exceptions, body)
        assert answer.code == 50035, answer.body
        return list(answer.body["errors"])

    original = "original_scheduled_start_time"
    assert await refused(is_canceled=True) == [original]
    assert await refused(**{original: (START + DAY).isoformat()}) == [original]
    assert await refused(**{original: (START - 7 * DAY).isoformat()}) == [original]
    past = "2020-01-01T00:00:00+00:00"
    assert await refused(**{original: planned(1)}, scheduled_start_time=past) == [
        "scheduled_start_time"
    ]
    assert await refused(**{original: planned(1)}, scheduled_end_time=planned(1)) == [
        "scheduled_end_time"
    ]
    assert (await rest.post(exceptions, {original: planned(1), "is_canceled": True})).status == 200
    assert await refused(**{original: planned(1)}) == [original]
    assert (await rest.patch(f"{exceptions}/{date_id(2)}", {"is_canceled": True})).code == 10070
    assert (await rest.delete(f"{exceptions}/{date_id(2)}")).code == 10070
    once = {**weekly(), "recurrence_rule": None}
    single = (await rest.post(f"/guilds/{town.guild.id}/scheduled-events", once)).body["id"]
    exceptions = f"/guilds/{town.guild.id}/scheduled-events/{single}/exceptions"
    assert await refused(**{original: START.isoformat()}) == [original]


async def test_whoever_may_not_change_the_event_changes_no_date(town: Town, rest: Rest) -> None:
    """Another bot's event needs MANAGE_EVENTS."""
    path = await plan(town, rest)
    other = await town.sandbox.make_application("Other")
    await town.guild.add_bot(other, permissions=1 << 10)
    rest.use(other.token)
    asked = {"original_scheduled_start_time": planned(1), "is_canceled": True}
    assert (await rest.post(f"{path}/exceptions", asked)).code == 50013


async def test_members_pass_over_single_dates(town: Town, rest: Rest) -> None:
    """They are told, listed and counted by date, and stay interested in the series."""
    path = await plan(town, rest)
    event = int(path.rpartition("/")[2])
    second = int(date_id(1))
    for member in (town.ann, town.ben):
        await member.interested(town.guild, event)
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_SCHEDULED_EVENTS)
        await dispatched(socket, "READY")
        await town.ben.interested(town.guild, event, False, date_id=second)
        told = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_USER_REMOVE"))["d"]
        assert told["guild_scheduled_event_exception_id"] == str(second)
    counts = f"{path}/users/counts?guild_scheduled_event_exception_ids={second}"
    assert (await rest.get(counts)).body == {
        "guild_scheduled_event_count": 2,
        "guild_scheduled_event_exception_counts": {str(second): 1},
    }
    (listed,) = (await rest.get(f"{path}/{second}/users?with_member=true")).body
    assert (listed["user_id"], listed["response"]) == (str(town.ben.id), 0)
    assert listed["member"]["user"]["id"] == str(town.ben.id)
    assert len((await rest.get(f"{path}/users")).body) == 2
    await town.ben.interested(town.guild, event, True, date_id=second)
    assert (await rest.get(f"{path}/{second}/users")).body == []
    assert (await rest.get(f"{path}/{second + 1}/users")).code == 10070


async def test_a_series_waits_for_its_next_date(town: Town, rest: Rest) -> None:
    """When one date is over it is told as scheduled again, for the next that is not called off."""
    path = await plan(town, rest)
    for weeks in (1, 3):
        asked = {"original_scheduled_start_time": planned(weeks), "is_canceled": True}
        assert (await rest.post(f"{path}/exceptions", asked)).status == 200
    await rest.patch(path, {"status": 2})
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILD_SCHEDULED_EVENTS)
        await dispatched(socket, "READY")
        over = (await rest.patch(path, {"status": 3})).body
        told = (await dispatched(socket))["d"]
    assert told["status"] == over["status"] == 1
    start = datetime.fromisoformat(over["scheduled_start_time"])
    assert start == START + 14 * DAY
    assert datetime.fromisoformat(over["scheduled_end_time"]) == start + timedelta(hours=2)
    (left,) = over["guild_scheduled_event_exceptions"]
    assert left["event_exception_id"] == date_id(3)
    assert (await rest.patch(path, {"status": 4})).body["status"] == 4
    assert (await rest.get(path)).code == 10070


async def test_a_rule_says_nothing_that_discord_leaves_unset(town: Town, rest: Rest) -> None:
    """An end, a count or days of the year are refused rather than passed over."""
    path = f"/guilds/{town.guild.id}/scheduled-events"
    for more in ({"count": 3}, {"end": planned(9)}, {"by_year_day": [7]}):
        answer = await rest.post(path, weekly(**more))
        assert list(answer.body["errors"]) == ["recurrence_rule"], more


MONDAY = datetime(2026, 1, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"frequency": 3, "by_weekday": [0, 1, 2, 3, 4]}, [0, 1, 2, 3, 4, 7]),
        ({"frequency": 3}, [0, 1, 2]),
        ({"frequency": 2, "by_weekday": [0]}, [0, 7, 14]),
        ({"frequency": 2, "by_weekday": [0], "interval": 2}, [0, 14, 28]),
        ({"frequency": 1, "by_n_weekday": [{"n": 1, "day": 0}]}, [0, 28, 56]),
        ({"frequency": 0, "by_month": [1], "by_month_day": [5]}, [0, 365, 730]),
    ],
)
def test_the_dates_of_every_kind_of_rule(rule: dict[str, Any], days: list[int]) -> None:
    """Those that the rule names, each at the hour of the first."""
    names = ("by_weekday", "by_n_weekday", "by_month", "by_month_day")
    whole = {**dict.fromkeys(names), "interval": 1, "start": MONDAY.isoformat(), **rule}
    start_ms = int(MONDAY.timestamp() * 1000)
    wanted = [start_ms + day * 86_400_000 for day in days]
    assert dates_from(whole, start_ms, len(days)) == wanted
    assert dates_from(whole, start_ms + 1, 1) == [wanted[1]]
    assert all(takes_place(whole, at_ms) for at_ms in wanted)
    assert not takes_place(whole, wanted[1] + 3_600_000)
