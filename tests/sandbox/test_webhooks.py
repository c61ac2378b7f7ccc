"""Webhooks: by whom they are seen with their token, and what their messages may have."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import ADMINISTRATOR, Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import SandboxError

LINK = {"type": 2, "style": 5, "label": "Open", "url": "https://example.org"}
BUTTON = {"type": 2, "style": 1, "label": "Press", "custom_id": "press"}


def row(button: dict[str, Any]) -> dict[str, Any]:
    return {"components": [{"type": 1, "components": [button]}], "content": "c"}


async def test_a_member_makes_a_webhook(town: Town) -> None:
    """Whoever has its address posts with it, without a bot's token."""
    hook = await town.ann.make_webhook(town.general, "Crier")
    async with aiohttp.request("POST", hook.url, json={"content": "Hear ye"}) as response:
        assert response.status == 204
    seen = (await town.general.messages())[0]
    assert (seen.content, seen.data["author"]["username"]) == ("Hear ye", "Crier")
    assert "application_id" not in seen.data


async def test_who_may_make_a_webhook(town: Town) -> None:
    """It needs the right to manage them, a name that Discord lets have, and a channel of messages."""
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.make_webhook(town.general, "Crier")
    for name in ("My Discord", "x" * 81):
        with pytest.raises(SandboxError, match="50035"):
            await town.ann.make_webhook(town.general, name)
    category = await town.guild.make_channel("all", type=4)
    with pytest.raises(SandboxError, match="50024"):
        await town.ann.make_webhook(category, "Crier")


async def test_an_applications_token_is_its_own(town: Town, admin: Rest) -> None:
    """Another bot sees that the webhook is there, and not with what; a member's it sees whole."""
    path = f"/channels/{town.general.id}/webhooks"
    own = (await admin.post(path, {"name": "Own"})).body
    assert own["type"] == 1
    assert own["token"] in own["url"]
    hook = await town.ann.make_webhook(town.general, "Ann's")
    other = await town.sandbox.make_application("Other")
    await town.guild.add_bot(other, permissions=ADMINISTRATOR)
    admin.use(other.token)
    seen = {one["id"]: one for one in (await admin.get(path)).body}
    assert "token" not in seen[own["id"]]
    assert seen[str(hook.id)]["token"] == hook.token
    assert "url" not in (await admin.get(f"/webhooks/{own['id']}")).body


async def test_a_bot_reads_its_own_webhook_without_the_right(town: Town, admin: Rest) -> None:
    """Others need MANAGE_WEBHOOKS, and so does it for changing it."""
    made = await town.sandbox.make_application("Own")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    admin.use(made.token)
    own = (await admin.post(f"/channels/{town.general.id}/webhooks", {"name": "Own"})).body
    hook = await town.ann.make_webhook(town.general, "Ann's")
    view = (await town.ann.view())["guilds"][0]
    (role,) = [one for one in view["roles"] if one.get("tags", {}).get("bot_id") == str(made.id)]
    path = f"/guilds/{town.guild.id}/roles/{role['id']}"
    await town.sandbox.control.patch(path, {"permissions": str(1 << 10)})
    assert (await admin.get(f"/webhooks/{own['id']}")).body["token"] == own["token"]
    assert (await admin.patch(f"/webhooks/{own['id']}", {"name": "x"})).code == 50013
    assert (await admin.get(f"/webhooks/{hook.id}")).code == 50013


async def test_an_interactions_token_is_of_an_application_webhook(
    town: Town, bot: ExampleBot
) -> None:
    """It is of type 3 and of no channel."""
    await town.ben.command(town.general, "mute")
    interaction = await bot.unanswered.get()
    await interaction.response.defer()
    url = f"{town.sandbox.api_url}/webhooks/{town.application.id}/{interaction.token}"
    async with aiohttp.request("GET", url) as response:
        shown = await response.json()
    assert (shown["type"], shown["channel_id"]) == (3, None)
    assert shown["application_id"] == str(town.application.id)


async def test_components_of_a_webhook_that_no_application_owns(town: Town, rest: Rest) -> None:
    """They are left out unless asked for, and none of them can be pressed."""
    hook = await town.ann.make_webhook(town.general, "Crier")
    path = f"/webhooks/{hook.id}/{hook.token}"

    async def shown(query: str, button: dict[str, Any]) -> Any:
        answer = await rest.post(f"{path}?wait=true{query}", row(button))
        return answer.body["components"] if answer.status == 200 else answer.code

    assert await shown("", LINK) == []
    (asked,) = await shown("&with_components=true", LINK)
    assert asked["components"][0]["url"] == LINK["url"]
    assert await shown("&with_components=true", BUTTON) == 50035
    sent = (await rest.post(f"{path}?wait=true", {"content": "c"})).body
    edited = f"{path}/messages/{sent['id']}"
    assert (await rest.patch(edited, row(LINK))).body["components"] == []
    assert (await rest.patch(f"{edited}?with_components=true", row(LINK))).body["components"] != []
    assert (await rest.patch(f"{edited}?with_components=true", row(BUTTON))).code == 50035


async def test_components_of_an_applications_webhook(town: Town, admin: Rest) -> None:
    """They all count, without being asked for."""
    made = (await admin.post(f"/channels/{town.general.id}/webhooks", {"name": "Own"})).body
    path = f"/webhooks/{made['id']}/{made['token']}"
    answer = await admin.post(f"{path}?wait=true", row(BUTTON))
    assert answer.body["components"][0]["components"][0]["custom_id"] == "press"


async def test_a_webhook_mentions_people_unless_it_says_otherwise(town: Town, rest: Rest) -> None:
    """Neither everybody nor roles, though whoever made it might."""
    role = await town.guild.make_role("Ringers", mentionable=True)
    hook = await town.ann.make_webhook(town.general, "Crier")
    path = f"/webhooks/{hook.id}/{hook.token}?wait=true"
    text = {"content": f"@everyone <@&{role}> <@{town.ben.id}>"}
    plain = (await rest.post(path, text)).body
    assert [one["id"] for one in plain["mentions"]] == [str(town.ben.id)]
    assert (plain["mention_everyone"], plain["mention_roles"]) == (False, [])
    allowed = {"allowed_mentions": {"parse": ["everyone", "roles"]}}
    loud = (await rest.post(path, {**text, **allowed})).body
    assert (loud["mention_everyone"], loud["mention_roles"]) == (True, [str(role)])
    assert loud["mentions"] == []


async def test_a_webhook_is_not_moved_into_a_thread(town: Town, admin: Rest) -> None:
    """Nor into a category: it writes in threads by naming them."""
    hook = await town.ann.make_webhook(town.general, "Crier")
    thread = await admin.post(f"/channels/{town.general.id}/threads", {"name": "t", "type": 11})
    moved = await admin.patch(f"/webhooks/{hook.id}", {"channel_id": thread.body["id"]})
    assert moved.code == 50024
    within = f"/webhooks/{hook.id}/{hook.token}?thread_id={thread.body['id']}"
    assert (await admin.post(within, {"content": "in it"})).status == 204
    assert (await town.ann.messages(int(thread.body["id"])))[0].content == "in it"
