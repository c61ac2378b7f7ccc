"""Stage channels, the instances that make them live, and events planned on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

MODERATOR = 1 << 4 | 1 << 22 | 1 << 24
MENTION_EVERYONE = 1 << 17


async def _stage(town: Town) -> int:
    made = await town.guild.make_channel("Hall", type=13)
    await made.set_permissions(town.application.id, allow=MODERATOR, member=True)
    return made.id


async def test_a_library_goes_live_and_ends(town: Town, bot: ExampleBot) -> None:
    """discord.py starts a stage, changes its topic and ends it; the chat of the stage says so."""
    hall = await bot.fetch_channel(await _stage(town))
    assert isinstance(hall, discord.StageChannel)
    instance = await hall.create_instance(topic="News")
    assert (instance.topic, instance.channel_id) == ("News", hall.id)
    await instance.edit(topic="Music")
    assert (await hall.fetch_instance()).topic == "Music"
    await instance.delete()
    said = [(message.data["type"], message.content) for message in await town.ben.messages(hall.id)]
    assert said == [(28, "Music"), (31, "Music"), (27, "News")]


async def test_everybody_is_told_of_a_stage(town: Town, rest: Rest) -> None:
    """Going live, a new topic, and the end, each with the instance; who joins later sees it too."""
    hall = await _stage(town)
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0)
        await dispatched(socket, "GUILD_CREATE")
        asked = {"channel_id": str(hall), "topic": "News", "send_start_notification": True}
        made = await rest.post("/stage-instances", asked)
        assert made.status == 200, made.body
        assert (await dispatched(socket, "STAGE_INSTANCE_CREATE"))["d"] == made.body
        await rest.patch(f"/stage-instances/{hall}", {"topic": "Music"})
        assert (await dispatched(socket, "STAGE_INSTANCE_UPDATE"))["d"]["topic"] == "Music"
        async with connected(town) as later:
            await identify(later, town.application.token, 1 << 0)
            whole = (await dispatched(later, "GUILD_CREATE"))["d"]
            assert [stage["topic"] for stage in whole["stage_instances"]] == ["Music"]
        assert (await rest.delete(f"/stage-instances/{hall}")).status == 204
        ended = (await dispatched(socket, "STAGE_INSTANCE_DELETE"))["d"]
        assert ended["id"] == made.body["id"]
    started = (await town.ben.messages(hall))[-1]
    assert started.data["mention_everyone"] is True


async def test_what_cannot_go_live_is_refused(town: Town, rest: Rest) -> None:
    """Another kind of channel, a second time, without a topic, and without the right to."""
    hall = await _stage(town)
    asked = {"channel_id": str(hall), "topic": "News"}
    assert (await rest.get(f"/stage-instances/{hall}")).code == 10067
    nameless = await rest.post("/stage-instances", {"channel_id": str(hall)})
    assert list(nameless.body["errors"]) == ["topic"]
    assert (await rest.post("/stage-instances", {"topic": "News"})).code == 50035
    await town.general.set_permissions(town.application.id, allow=MODERATOR, member=True)
    elsewhere = {**asked, "channel_id": str(town.general.id)}
    assert (await rest.post("/stage-instances", elsewhere)).code == 50024
    assert (await rest.post("/stage-instances", asked)).status == 200
    assert (await rest.post("/stage-instances", asked)).code == 150006
    other = await town.guild.make_channel("Cellar", type=13)
    refused = await rest.post("/stage-instances", {**asked, "channel_id": str(other.id)})
    assert refused.code == 50013


async def test_an_event_on_a_stage_makes_it_live(town: Town, rest: Rest) -> None:
    """It begins with the event and ends with it; an instance made for the event begins it."""
    hall = await _stage(town)
    first = await _plan(town, rest, hall)
    assert first["entity_id"] is None
    begun = (await rest.patch(_path(town, first), {"status": 2})).body
    stage = (await rest.get(f"/stage-instances/{hall}")).body
    assert (stage["topic"], stage["guild_scheduled_event_id"]) == ("Concert", first["id"])
    assert begun["entity_id"] == stage["id"]
    assert (await rest.patch(_path(town, first), {"status": 3})).status == 200
    assert (await rest.get(f"/stage-instances/{hall}")).code == 10067

    second = await _plan(town, rest, hall)
    asked = {"channel_id": str(hall), "topic": "x", "guild_scheduled_event_id": second["id"]}
    assert (await rest.post("/stage-instances", asked)).status == 200
    assert (await rest.get(_path(town, second))).body["status"] == 2


async def test_an_event_is_planned_where_it_can_be(town: Town, rest: Rest) -> None:
    """A stage event needs a stage channel, a voice event a voice channel."""
    hall = await _stage(town)
    voice = (await town.guild.make_channel("Voice", type=2)).id
    path = f"/guilds/{town.guild.id}/scheduled-events"
    for kind, channel in ((1, voice), (2, hall), (1, town.general.id)):
        assert (await rest.post(path, _event(kind, channel))).code == 50024
    assert (await rest.post(path, _event(2, voice))).status == 200
    event = await _plan(town, rest, hall)
    other = (await town.guild.make_channel("Cellar", type=13)).id
    assert (await rest.patch(_path(town, event), {"channel_id": str(other)})).status == 200


def _event(kind: int, channel: int) -> dict[str, Any]:
    return {
        "name": "Concert",
        "privacy_level": 2,
        "entity_type": kind,
        "channel_id": str(channel),
        "scheduled_start_time": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    }


async def _plan(town: Town, rest: Rest, hall: int) -> Any:
    made = await rest.post(f"/guilds/{town.guild.id}/scheduled-events", _event(1, hall))
    assert made.status == 200, made.body
    return made.body


def _path(town: Town, event: Any) -> str:
    return f"/guilds/{town.guild.id}/scheduled-events/{event['id']}"
