"""Custom emojis in use: in reactions, on controls, in polls and texts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.drawn import gif, png
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Emoji, SandboxError

GUILDS, REACTIONS = 1 << 0, 1 << 10


def button(emoji: dict[str, Any]) -> dict[str, Any]:
    part = {"type": 2, "style": 1, "custom_id": "b", "label": "x", "emoji": emoji}
    return {"type": 1, "components": [part]}


def section(emoji: dict[str, Any]) -> dict[str, Any]:
    (part,) = button(emoji)["components"]
    text = {"type": 10, "content": "x"}
    return {"type": 9, "components": [text], "accessory": part}


def select(emoji: dict[str, Any]) -> dict[str, Any]:
    option = {"label": "a", "value": "a", "emoji": emoji}
    return {"type": 1, "components": [{"type": 3, "custom_id": "s", "options": [option]}]}


async def test_reacting_needs_an_emoji_that_one_has(town: Town, rest: Rest) -> None:
    """One's servers' and one's application's own; whoever joins a reaction needs not have it."""
    said = await town.ann.write(town.general, "x")
    reactions = f"/channels/{town.general.id}/messages/{said.id}/reactions"
    home = await town.guild.make_emoji("wave", gif())
    own = await town.sandbox.make_application_emoji(town.application, "bell", png())
    elsewhere = await town.sandbox.make_guild("Elsewhere", owner=town.ann)
    far = await elsewhere.make_emoji("far", png())
    for unknown in ("none:7", f"far:{far.id}", "plain"):
        refused = await rest.put(f"{reactions}/{unknown}/@me")
        assert (refused.status, refused.code) == (404, 10014)
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILDS | REACTIONS)
        await dispatched(socket, "GUILD_CREATE")
        # The name that is given means nothing; the id does.
        assert (await rest.put(f"{reactions}/other:{home.id}/@me")).status == 204
        added = (await dispatched(socket, "MESSAGE_REACTION_ADD"))["d"]["emoji"]
        assert (await rest.delete(f"{reactions}/x:{home.id}/@me")).status == 204
        removed = (await dispatched(socket, "MESSAGE_REACTION_REMOVE"))["d"]["emoji"]
    assert added == removed == {"id": str(home.id), "name": "wave", "animated": True}
    assert (await rest.put(f"{reactions}/bell:{own.id}/@me")).status == 204
    await town.ben.react(said, own)
    await town.ann.react(said, far)
    assert (await rest.put(f"{reactions}/far:{far.id}/@me")).status == 204
    with pytest.raises(SandboxError, match="10014"):
        await town.ben.react(said, Emoji(7, "none", False))
    message = (await rest.get(f"/channels/{town.general.id}/messages/{said.id}")).body
    shown = {one["emoji"]["name"]: one["count"] for one in message["reactions"]}
    assert shown == {"bell": 2, "far": 2}
    assert {"id": str(own.id), "name": "bell"} in [one["emoji"] for one in message["reactions"]]
    await town.guild.delete_emoji(home)
    assert (await rest.put(f"{reactions}/wave:{home.id}/@me")).code == 10014


async def test_an_emoji_from_elsewhere_needs_a_right(town: Town, rest: Rest) -> None:
    """USE_EXTERNAL_EMOJIS is for other servers' emojis, not for the application's own."""
    elsewhere = await town.sandbox.make_guild("Elsewhere", owner=town.ann, bots=[town.application])
    far = await elsewhere.make_emoji("far", png())
    own = await town.sandbox.make_application_emoji(town.application, "bell", png())
    said = await town.ann.write(town.general, "x")
    reactions = f"/channels/{town.general.id}/messages/{said.id}/reactions"
    await town.general.set_permissions(town.application.id, deny=1 << 18, member=True)
    assert (await rest.put(f"{reactions}/far:{far.id}/@me")).code == 50013
    assert (await rest.put(f"{reactions}/bell:{own.id}/@me")).status == 204
    await town.general.set_permissions(town.application.id, allow=1 << 18, member=True)
    assert (await rest.put(f"{reactions}/far:{far.id}/@me")).status == 204


async def test_an_emoji_can_be_kept_to_roles(town: Town) -> None:
    """Without one of them it is as if it were not there."""
    role = await town.guild.make_role("Painter")
    kept = await town.guild.make_emoji("paint", png(), roles=[role])
    said = await town.ann.write(town.general, "x")
    with pytest.raises(SandboxError, match="10014"):
        await town.ben.react(said, kept)
    await town.guild.add_member(town.ben, roles=[role])
    await town.ben.react(said, kept)


@pytest.mark.parametrize(("part", "where"), [(button, ""), (select, "options.0.")])
async def test_emojis_on_controls(town: Town, rest: Rest, part: Any, where: str) -> None:
    """They get the name they have, whatever was given; one that the bot has not is refused."""
    messages = f"/channels/{town.general.id}/messages"
    home = await town.guild.make_emoji("wave", gif())

    def emoji_of(body: dict[str, Any]) -> Any:
        found = body["components"][0]["components"][0]
        for step in where.strip(".").split(".") if where else ():
            found = found[int(step)] if step.isdigit() else found[step]
        return found["emoji"]

    given = {"id": str(home.id), "name": "x"}
    sent = await rest.post(messages, {"content": "c", "components": [part(given)]})
    shown = {"id": str(home.id), "name": "wave", "animated": True}
    assert emoji_of(sent.body) == shown
    wrong = {"content": "d", "components": [part({"id": "7", "name": "x"})]}
    for refused in (
        await rest.post(messages, wrong),
        await rest.patch(f"{messages}/{sent.body['id']}", wrong),
    ):
        assert (refused.status, refused.code) == (400, 50035)
        found = refused.body["errors"]["components"]["0"]["components"]["0"]
        for step in f"{where}emoji.id".split("."):
            found = found[step]
        assert found["_errors"] == [
            {"code": "BUTTON_COMPONENT_INVALID_EMOJI", "message": "Invalid emoji"}
        ]
    now = (await town.general.messages())[0]
    assert (now.content, emoji_of(now.data)) == ("c", shown)


async def test_an_emoji_beside_a_text(town: Town, rest: Rest) -> None:
    """The button of a section, in a message that is nothing but components."""
    messages = f"/channels/{town.general.id}/messages"
    home = await town.guild.make_emoji("wave", png())
    body = {"flags": 1 << 15, "components": [section({"id": str(home.id), "name": "x"})]}
    sent = (await rest.post(messages, body)).body
    assert sent["components"][0]["accessory"]["emoji"]["name"] == "wave"
    wrong = {"flags": 1 << 15, "components": [section({"id": "7", "name": "x"})]}
    refused = await rest.post(messages, wrong)
    errors = refused.body["errors"]["components"]["0"]["accessory"]["emoji"]
    assert list(errors) == ["id"]


async def test_an_emoji_in_an_interactions_answer(town: Town, rest: Rest) -> None:
    """In a modal's menu and on a message's button; one that the bot has not leaves it to be answered."""
    home = await town.guild.make_emoji("wave", png())
    path = f"/applications/{town.application.id}/commands"
    await rest.post(path, {"name": "ask", "description": "Asks"})

    def modal(emoji_id: int) -> dict[str, Any]:
        menu = select({"id": str(emoji_id), "name": "x"})["components"][0]
        label = {"type": 18, "label": "Which?", "component": menu}
        return {"type": 9, "data": {"custom_id": "m", "title": "t", "components": [label]}}

    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILDS)
        exchange = await town.ben.command(town.general, "ask")
        begun = (await dispatched(socket, "INTERACTION_CREATE"))["d"]
    callback = f"/interactions/{begun['id']}/{begun['token']}/callback"
    refused = await rest.post(callback, modal(7))
    errors = refused.body["errors"]["data"]["components"]["0"]["component"]["options"]["0"]
    assert list(errors["emoji"]) == ["id"]
    wrong = {"type": 4, "data": {"content": "c", "components": [button({"id": "7"})]}}
    refused = await rest.post(callback, wrong)
    errors = refused.body["errors"]["data"]["components"]["0"]["components"]["0"]
    assert list(errors["emoji"]) == ["id"]
    assert (await rest.post(callback, modal(home.id))).status == 204
    opened = await exchange.modal()
    (option,) = opened.data["components"][0]["component"]["options"]
    assert option["emoji"]["name"] == "wave"


async def test_emojis_in_polls(town: Town, rest: Rest) -> None:
    """They get the name they have, and the result tells the winner's; an unknown one is refused."""
    own = await town.sandbox.make_application_emoji(town.application, "bell", png())

    def poll(emoji_id: int) -> dict[str, Any]:
        media = {"text": "Monday", "emoji": {"id": str(emoji_id)}}
        return {"poll": {"question": {"text": "When?"}, "answers": [{"poll_media": media}]}}

    messages = f"/channels/{town.general.id}/messages"
    refused = await rest.post(messages, poll(7))
    assert (refused.status, refused.code) == (400, 50035)
    assert "emoji" in refused.body["errors"]["poll"]["answers"]["0"]["poll_media"]
    asked = (await rest.post(messages, poll(own.id))).body
    (answer,) = asked["poll"]["answers"]
    expected = {"id": str(own.id), "name": "bell", "animated": False}
    assert answer["poll_media"]["emoji"] == expected
    await town.ben.vote((await town.general.messages())[0], 1)
    await rest.post(f"/channels/{town.general.id}/polls/{asked['id']}/expire")
    fields = {
        one["name"]: one["value"] for one in (await town.general.messages())[0].embeds[0]["fields"]
    }
    assert fields["victor_answer_emoji_id"] == str(own.id)
    assert fields["victor_answer_emoji_name"] == "bell"
    assert fields["victor_answer_emoji_animated"] == "false"


async def test_a_text_carries_an_emoji_as_it_stands(town: Town) -> None:
    """The helper's emoji is what stands for it in a text, also for one that moves."""
    still = await town.guild.make_emoji("wave", png())
    moving = await town.guild.make_emoji("spin", gif())
    written = await town.ben.write(town.general, f"{still} {moving}")
    assert written.content == f"<:wave:{still.id}> <a:spin:{moving.id}>"
