"""Messages over REST: what is sent, refused, repeated, edited, deleted and read back."""

from __future__ import annotations

import io
import json

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest


async def test_embeds_files_and_buttons(town: Town, bot: ExampleBot) -> None:
    """What discord.py sends arrives whole, and pictures named attachment:// get an address."""
    channel = bot.get_partial_messageable(town.general.id)
    embed = discord.Embed(title="Ruins", description="Soon", colour=0x123456)
    embed.add_field(name="When", value="<t:1:R>", inline=False)
    embed.set_image(url="attachment://map.png")
    sent = await channel.send(
        "Look", embed=embed, file=discord.File(io.BytesIO(b"PNG"), "map.png", description="Map")
    )
    assert sent.attachments[0].description == "Map"
    assert await sent.attachments[0].read() == b"PNG"
    seen = await town.general.wait_for_message(lambda m: m.content == "Look")
    assert seen.embeds[0]["image"]["url"] == sent.attachments[0].url
    assert seen.embeds[0]["fields"] == [{"name": "When", "value": "<t:1:R>", "inline": False}]


async def test_components_v2(town: Town, bot: ExampleBot) -> None:
    """A layout view keeps its structure, and every component has an id."""
    view = discord.ui.LayoutView()
    button: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(
        label="More", custom_id="more"
    )
    section: discord.ui.Section[discord.ui.LayoutView] = discord.ui.Section(
        discord.ui.TextDisplay("Hello"), accessory=button
    )
    view.add_item(discord.ui.Container(section, discord.ui.Separator(), accent_colour=7))
    sent = await bot.get_partial_messageable(town.general.id).send(view=view)
    assert sent.flags.components_v2
    seen = await town.general.wait_for_message()
    assert seen.text == "Hello"
    assert seen.button("More")["custom_id"] == "more"
    assert [part["id"] for part in seen.components] == [1]


async def test_direct_messages(town: Town, bot: ExampleBot) -> None:
    """A DM reaches its recipient alone, and a closed or blocked one is refused as by Discord."""
    user = await bot.fetch_user(town.ben.id)
    await user.send("psst")
    assert (await town.ben.wait_for_dm()).content == "psst"
    assert await town.ann.dms() == []

    await town.ben.accept_dms(False)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("again")
    assert refused.value.code == 50007
    await town.ben.accept_dms(True)

    await town.ben.block(town.application)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("again")
    assert refused.value.code == 50007
    await town.ben.block()

    await town.ben.leave(town.guild)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("again")
    assert refused.value.code == 50278
    await town.ben.join(town.guild)
    await user.send("at last")


async def test_a_repeated_nonce_answers_the_first_message(town: Town, rest: Rest) -> None:
    """Within the window a nonce makes one message; after it, or without asking, another."""
    path = f"/channels/{town.general.id}/messages"
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True}
    first = await rest.post(path, body)
    again = await rest.post(path, {**body, "content": "twice"})
    assert (again.status, again.body["id"]) == (200, first.body["id"])
    assert again.body["content"] == "once"
    assert again.body["nonce"] == "n1"

    await town.sandbox.clock.step(299)
    assert (await rest.post(path, body)).body["id"] == first.body["id"]
    await town.sandbox.clock.step(2)
    assert (await rest.post(path, body)).body["id"] != first.body["id"]
    loose = await rest.post(path, {"content": "once", "nonce": "n1"})
    assert loose.body["id"] != first.body["id"]
    assert "nonce" not in (await rest.get(path)).body[0]


async def test_the_nonce_of_a_deleted_message(town: Town, rest: Rest) -> None:
    """A repeat whose first message is gone is told Unknown Message."""
    path = f"/channels/{town.general.id}/messages"
    body = {"content": "once", "nonce": 7, "enforce_nonce": True}
    first = await rest.post(path, body)
    assert (await rest.delete(f"{path}/{first.body['id']}")).status == 204
    repeat = await rest.post(path, body)
    assert (repeat.status, repeat.code) == (404, 10008)
    assert repeat.body == {"message": "Unknown Message", "code": 10008}


async def test_history(town: Town, rest: Rest) -> None:
    """Pages go by before, after and around, newest first."""
    path = f"/channels/{town.general.id}/messages"
    ids = [(await rest.post(path, {"content": str(n)})).body["id"] for n in range(10)]

    async def contents(query: str) -> str:
        answer = await rest.get(f"{path}?{query}")
        return "".join(message["content"] for message in answer.body)

    assert await contents("limit=3") == "987"
    assert await contents(f"before={ids[3]}&limit=2") == "21"
    assert await contents(f"after={ids[3]}&limit=2") == "54"
    assert await contents(f"around={ids[5]}&limit=3") == "654"
    assert await contents("after=0&limit=100") == "9876543210"
    too_many = await rest.get(f"{path}?limit=101")
    assert (too_many.status, too_many.code) == (400, 50035)


async def test_history_without_the_permission_is_empty(town: Town, rest: Rest) -> None:
    """Without READ_MESSAGE_HISTORY the list is empty: no error tells of it."""
    path = f"/channels/{town.general.id}/messages"
    sent = await rest.post(path, {"content": "x"})
    await town.general.set_permissions(town.application.id, deny=1 << 16, member=True)
    listed = await rest.get(path)
    assert (listed.status, listed.body) == (200, [])
    assert (await rest.get(f"{path}/{sent.body['id']}")).code == 50013


@pytest.mark.parametrize(("deny", "code"), [(1 << 10, 50001), (1 << 11, 50013), (1 << 14, 50013)])
async def test_missing_permissions(town: Town, rest: Rest, deny: int, code: int) -> None:
    """Not seeing a channel is 50001; not writing there, or not embedding, is 50013."""
    await town.general.set_permissions(town.application.id, deny=deny, member=True)
    answer = await rest.post(
        f"/channels/{town.general.id}/messages", {"content": "x", "embeds": [{"title": "t"}]}
    )
    assert (answer.status, answer.code) == (403, code)


async def test_edits_and_deletions(town: Town, bot: ExampleBot) -> None:
    """The owner sees a message change in place, and go."""
    channel = bot.get_partial_messageable(town.general.id)
    sent = await channel.send("before")
    seen = await town.general.wait_for_message()
    await sent.edit(content="after", embed=discord.Embed(title="now"))
    changed = await town.general.wait_for_update(seen, lambda m: m.content == "after")
    assert changed.data["edited_timestamp"] is not None
    await sent.delete()
    await town.general.wait_for_delete(seen)
    with pytest.raises(discord.NotFound):
        await channel.fetch_message(sent.id)
    rows = [row for row in await town.ann.seen() if row["message"]["id"] == str(sent.id)]
    assert [row["event"] for row in rows] == ["create", "update", "delete"]


async def test_another_ones_message_cannot_be_edited(town: Town, rest: Rest) -> None:
    """Only the author edits; deleting needs MANAGE_MESSAGES."""
    written = await town.ben.write(town.general, "mine")
    path = f"/channels/{town.general.id}/messages/{written.id}"
    assert (await rest.patch(path, {"content": "no"})).code == 50005
    await town.general.set_permissions(town.application.id, deny=1 << 13, member=True)
    assert (await rest.delete(path)).code == 50013


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"content": "x" * 2001}, ["content"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x" * 257}]}, ["embeds", "0", "title"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x"}] * 11}, ["embeds"], "BASE_TYPE_BAD_LENGTH"),
        (
            {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]},
            ["embeds", "1"],
            "MAX_EMBED_SIZE_EXCEEDED",
        ),
        (
            {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "y"}]},
            ["content"],
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            {"flags": 1 << 15, "components": [{"type": 10, "content": "y" * 2001}] * 2},
            ["components"],
            "COMPONENT_MAX_TEXT_SIZE_EXCEEDED",
        ),
        (
            {"flags": 1 << 15, "components": [{"type": 14}] * 41},
            ["components"],
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"components": [{"type": 10}]}, ["components", "0", "type"], "UNION_TYPE_CHOICES"),
        ({"content": "x", "nonce": "n" * 26}, ["nonce"], "BASE_TYPE_MAX_LENGTH"),
    ],
)
async def test_limits_of_a_body(
    town: Town, rest: Rest, body: object, where: list[str], code: str
) -> None:
    """What Discord refuses is refused with its nested errors."""
    answer = await rest.post(f"/channels/{town.general.id}/messages", body)
    assert (answer.status, answer.code) == (400, 50035)
    node = answer.body["errors"]
    for key in where:
        node = node[key]
    assert node["_errors"][0]["code"] == code


def _row(*parts: object) -> dict[str, object]:
    return {"content": "x", "components": [{"type": 1, "components": list(parts)}]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            _row(*[{"type": 2, "style": 1, "label": "a", "custom_id": "same"}] * 2),
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            _row({"type": 2, "style": 1, "label": "a", "custom_id": "x" * 101}),
            "BASE_TYPE_BAD_LENGTH",
        ),
        (_row({"type": 2, "style": 1, "label": "a"}), "BASE_TYPE_REQUIRED"),
        (
            _row({"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}] * 26}),
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            _row({"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}] * 2}),
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
    ],
)
async def test_limits_of_components(town: Town, rest: Rest, body: object, code: str) -> None:
    """Ids are unique and short, selects have 25 options at most."""
    answer = await rest.post(f"/channels/{town.general.id}/messages", body)
    assert answer.code == 50035
    assert code in str(answer.body["errors"])


async def test_an_empty_message(town: Town, rest: Rest) -> None:
    """There is a code for a message with nothing in it."""
    answer = await rest.post(f"/channels/{town.general.id}/messages", {"content": "  "})
    assert (answer.status, answer.code) == (400, 50006)


async def test_mentions_are_those_allowed(town: Town, rest: Rest) -> None:
    """`allowed_mentions` decides whom a message pings."""
    path = f"/channels/{town.general.id}/messages"
    text = f"<@{town.ben.id}> @everyone"
    loud = await rest.post(path, {"content": text})
    assert [user["id"] for user in loud.body["mentions"]] == [str(town.ben.id)]
    assert loud.body["mention_everyone"]
    silent = await rest.post(path, {"content": text, "allowed_mentions": {"parse": []}})
    assert silent.body["mentions"] == []
    assert not silent.body["mention_everyone"]


async def test_reactions_pins_and_typing(town: Town, bot: ExampleBot) -> None:
    """Reactions count, pins are listed, and both can be taken back."""
    channel = bot.get_partial_messageable(town.general.id)
    sent = await channel.send("vote")
    await sent.add_reaction("👍")
    seen = await town.general.wait_for_message()
    await town.ben.react(seen, "👍")
    voted = await channel.fetch_message(sent.id)
    assert [(str(r.emoji), r.count, r.me) for r in voted.reactions] == [("👍", 2, True)]
    assert {user.id async for user in voted.reactions[0].users()} == {
        town.application.id,
        town.ben.id,
    }
    await sent.remove_reaction("👍", discord.Object(town.ben.id))
    await sent.clear_reactions()
    assert (await channel.fetch_message(sent.id)).reactions == []
    await sent.pin()
    assert [message.id async for message in channel.pins()] == [sent.id]
    await sent.unpin()
    assert [message.id async for message in channel.pins()] == []
    async with channel.typing():
        pass


async def test_bodies_come_as_json_or_as_forms(town: Town) -> None:
    """A form may carry the fields, or all of it in `payload_json`; other kinds are refused."""
    url = f"{town.sandbox.api_url}/channels/{town.general.id}/messages"
    headers = {"Authorization": f"Bot {town.application.token}"}
    whole = json.dumps({"content": "whole"})
    async with aiohttp.ClientSession(headers=headers) as session:
        for data, content in (({"content": "field"}, "field"), ({"payload_json": whole}, "whole")):
            async with session.post(url, data=data) as response:
                assert (await response.json())["content"] == content
        async with session.post(url, data=b"x", headers={"Content-Type": "text/plain"}) as refused:
            assert (refused.status, (await refused.json())["code"]) == (400, 50035)


async def test_a_reply(town: Town, bot: ExampleBot) -> None:
    """A reply carries what it answers; one to nothing is refused."""
    written = await town.ben.write(town.general, "question")
    channel = bot.get_partial_messageable(town.general.id)
    answer = await channel.send("answer", reference=channel.get_partial_message(written.id))
    assert answer.type is discord.MessageType.reply
    assert isinstance(answer.reference and answer.reference.resolved, discord.Message)
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send("x", reference=channel.get_partial_message(1))
    assert refused.value.code == 50035
