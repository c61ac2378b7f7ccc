"""Stickers of servers: made, changed, told of, sent, and their files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town
from tests.sandbox.files import gif, lottie, png
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import File, Sandbox, SandboxError

MANAGE, CREATE = 1 << 30, 1 << 43
PNG, APNG, LOTTIE, GIF = 1, 2, 3, 4


async def upload(town: Town, token: str, data: bytes | None, **fields: str) -> tuple[int, Any]:
    """What Discord answers to a form."""
    form = aiohttp.FormData({"name": "Wave", "tags": "wave", "description": "", **fields})
    if data is not None:
        form.add_field("file", data, filename="wave")
    url = f"{town.sandbox.api_url}/guilds/{town.guild.id}/stickers"
    headers = {"Authorization": f"Bot {token}"}
    async with aiohttp.request("POST", url, data=form, headers=headers) as response:
        return response.status, await response.json()


async def maker(town: Town, permissions: int = CREATE) -> str:
    """The token of a bot with these rights."""
    made = await town.sandbox.make_application("Maker")
    await town.guild.add_bot(made, permissions=permissions | 1 << 10 | 1 << 11)
    return made.token


async def test_a_library_makes_changes_and_deletes_a_sticker(town: Town) -> None:
    """discord.py uploads one, reads it and its file, changes it, sends it, takes it away."""
    application = await town.sandbox.make_application("Maker")
    await town.guild.add_bot(application, permissions=CREATE | 1 << 10 | 1 << 11)
    async with running(ExampleBot(), town.sandbox, application) as bot:
        guild = bot.get_guild(town.guild.id)
        assert guild is not None
        file = discord.File(io.BytesIO(png()), "wave.png")
        made = await guild.create_sticker(name="Wave", description="Hi", emoji="wave", file=file)
        assert (made.format, made.description) == (discord.StickerFormatType.png, "Hi")
        assert [one.id for one in await guild.fetch_stickers()] == [made.id]
        changed = await made.edit(name="Waves", description="Hello")
        assert (changed.name, changed.emoji) == ("Waves", "wave")
        channel = bot.get_partial_messageable(town.general.id)
        sent = await channel.send(stickers=[changed])
        assert sent.stickers[0].name == "Waves"
        fetched = await bot.fetch_sticker(made.id)
        assert isinstance(fetched, discord.GuildSticker)
        assert (await guild.fetch_sticker(made.id)).user == bot.user
        await changed.delete()
        assert await guild.fetch_stickers() == []
        with pytest.raises(discord.NotFound, match="10060"):
            await bot.fetch_sticker(made.id)
    seen = (await town.general.messages())[0].data
    item = {"id": str(made.id), "name": "Waves", "format_type": PNG}
    assert (seen["content"], seen["sticker_items"]) == ("", [item])


@pytest.mark.parametrize(
    ("data", "kind", "ending"),
    [
        (png(), PNG, "png"),
        (png(delays=((1, 10), (1, 0))), APNG, "png"),
        (gif(delays=(10, 20)), GIF, "gif"),
        (gif(), GIF, "gif"),
    ],
)
async def test_its_format_is_read_from_the_file(
    town: Town, data: bytes, kind: int, ending: str
) -> None:
    """Whatever the upload calls itself; and under its own ending the file is served."""
    status, made = await upload(town, await maker(town), data)
    assert (status, made["format_type"], made["description"]) == (201, kind, None)
    base = f"{town.sandbox.control.base_url}/cdn/stickers/{made['id']}"
    async with aiohttp.request("GET", f"{base}.{ending}") as response:
        assert (await response.read(), response.headers["X-Content-Type-Options"]) == (
            data,
            "nosniff",
        )
    for wrong in (f"{base}.json", base, f"{town.sandbox.control.base_url}/cdn/stickers/1.png"):
        async with aiohttp.request("GET", wrong) as response:
            assert response.status == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, 50035),
        (b"", 50046),
        (b"not a picture", 50046),
        (png()[:-20], 50046),
        (gif()[:-6], 50046),
        (png() + b"\0" * 512 * 1024, 50045),
        (png(321, 2), 50035),
        (gif(2, 321), 50035),
        (png(delays=((5, 1), (1, 10))), 170007),
        (gif(delays=(300, 201)), 170007),
        (lottie(), 50035),
    ],
)
async def test_files_that_are_no_stickers(town: Town, data: bytes | None, code: int) -> None:
    """Too large, too wide, too long, broken, or a Lottie where no server of the kind is."""
    status, answer = await upload(town, await maker(town), data)
    assert (status, answer["code"]) == (400, code), answer


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({"op": 300}, 170007),
        ({"op": 2000, "fr": 60}, 170004),
        ({"w": 512}, 170005),
        ({"fr": 100}, 170006),
        ({"fr": 0}, 170006),
        ({"assets": [{"p": "data:image/png;base64,"}]}, 170002),
        ({"w": "wide"}, 170001),
    ],
)
async def test_lottie_is_for_verified_servers(
    sandbox: Sandbox, changed: dict[str, Any], code: int
) -> None:
    """There it is taken within Discord's limits, each with its code."""
    ann = await sandbox.make_user("ann")
    guild = await sandbox.make_guild("Hall", owner=ann, features=["VERIFIED"])
    file = File("a.json", lottie(**changed))
    if not code:
        made = await ann.make_sticker(guild, "Dance", file)
        url = f"{sandbox.control.base_url}/cdn/stickers/{made}.json"
        async with aiohttp.request("GET", url) as response:
            assert await response.read() == file.content
            assert response.content_type == "application/json"
        return
    with pytest.raises(SandboxError, match=str(code)):
        await ann.make_sticker(guild, "Dance", file)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x"},
        {"name": "x" * 31},
        {"tags": ""},
        {"tags": "x" * 201},
        {"description": "x"},
        {"description": "x" * 101},
    ],
)
async def test_what_is_told_of_a_sticker_has_limits(town: Town, wrong: dict[str, str]) -> None:
    """The error names the field."""
    status, answer = await upload(town, await maker(town), png(), **wrong)
    assert (status, answer["code"]) == (400, 50035)
    assert list(answer["errors"]) == list(wrong)


async def test_five_are_a_servers_most(town: Town) -> None:
    """The sixth is 30039 until one is gone."""
    for n in range(5):
        await town.ann.make_sticker(town.guild, f"s{n}", File("a.png", png()))
    with pytest.raises(SandboxError, match="30039"):
        await town.ann.make_sticker(town.guild, "s5", File("a.png", png()))


async def test_who_may_make_and_change_stickers(town: Town, rest: Rest) -> None:
    """Making needs one right, others' the other; who has neither does not see by whom they are."""
    with pytest.raises(SandboxError, match="may not make stickers"):
        await town.ben.make_sticker(town.guild, "No", File("a.png", png()))
    assert (await upload(town, town.application.token, png()))[1]["code"] == 50013
    anns = await town.ann.make_sticker(town.guild, "Ann's", File("a.png", png()))
    path = f"/guilds/{town.guild.id}/stickers"
    assert "user" not in (await rest.get(path)).body[0]
    assert (await rest.delete(f"{path}/{anns}")).code == 50013
    token = await maker(town)
    rest.use(token)
    own = (await upload(town, token, png()))[1]
    assert own["user"]["username"] == "Maker"
    assert (await rest.get(f"{path}/{anns}")).body["user"]["username"] == "ann"
    assert (await rest.patch(f"{path}/{own['id']}", {"name": "Mine"})).body["name"] == "Mine"
    assert (await rest.patch(f"{path}/{anns}", {"name": "Mine"})).code == 50013
    assert (await rest.patch(f"{path}/1", {"name": "None"})).code == 10060
    rest.use(await maker(town, MANAGE))
    assert (await rest.patch(f"{path}/{anns}", {"tags": "x"})).body["tags"] == "x"
    assert (await rest.patch(f"{path}/{anns}", {"name": None})).code == 50035
    assert (await rest.delete(f"{path}/{own['id']}")).status == 204
    assert (await upload(town, await maker(town, MANAGE), png()))[1]["code"] == 50013


async def test_the_gateway_tells_of_stickers(town: Town) -> None:
    """All that there are, with the intent for expressions and not without; GUILD_CREATE, too."""
    first = await town.ann.make_sticker(town.guild, "First", File("a.png", png()))
    async with connected(town) as told, connected(town) as deaf:
        await identify(told, town.application.token, 1 | 1 << 3)
        await identify(deaf, town.application.token, 1)
        for socket in (told, deaf):
            created = (await dispatched(socket, "GUILD_CREATE"))["d"]
            assert [one["id"] for one in created["stickers"]] == [str(first)]
        second = await town.ann.make_sticker(town.guild, "Second", File("a.png", png()))
        update = (await dispatched(told, "GUILD_STICKERS_UPDATE"))["d"]
        assert update["guild_id"] == str(town.guild.id)
        assert [one["id"] for one in update["stickers"]] == [str(first), str(second)]
        await town.guild.make_channel("after")
        assert (await dispatched(deaf))["t"] == "CHANNEL_CREATE"


async def test_what_stickers_a_message_may_have(town: Town, rest: Rest) -> None:
    """Up to three of the channel's own server; of others, in DMs and later in an edit none."""
    mine = await town.ann.make_sticker(town.guild, "Mine", File("a.png", png()))
    other = await town.sandbox.make_guild("Other", owner=town.ann)
    theirs = await town.ann.make_sticker(other, "Theirs", File("a.png", png()))
    path = f"/channels/{town.general.id}/messages"

    async def sent(where: str, *ids: object) -> int:
        answer = await rest.post(where, {"sticker_ids": [str(one) for one in ids]})
        return 0 if answer.status == 200 else answer.code

    assert await sent(path, mine) == 0
    assert await sent(path, theirs) == 50081
    assert await sent(path, 1) == 50081
    assert await sent(path, "x") == 50035
    assert await sent(path, mine, 2, 3, 4) == 50035
    assert await sent(path) == 50006
    dm = await rest.open_dm(town.ben.id)
    assert await sent(f"/channels/{dm}/messages", mine) == 50081
    message = (await rest.get(path)).body[0]
    edited = f"{path}/{message['id']}"
    assert (await rest.patch(edited, {"content": "and this"})).status == 200
    assert (await rest.patch(edited, {"content": ""})).body["sticker_items"]
    assert (await rest.patch(edited, {"sticker_ids": [str(mine)]})).status == 200
    assert (await rest.patch(edited, {"sticker_ids": [str(theirs)]})).code == 50080
    hook = await town.ann.make_webhook(town.general, "Crier")
    posted = f"/webhooks/{hook.id}/{hook.token}"
    assert (await rest.post(posted, {"sticker_ids": [str(mine)]})).status == 501


async def test_members_send_and_forward_stickers(town: Town) -> None:
    """Alone or beside a text; a forward keeps them, also when the sticker is gone."""
    wave = await town.ann.make_sticker(town.guild, "Wave", File("a.png", png()))
    sent = await town.ben.send_sticker(town.general, wave, content="hi")
    assert sent.data["sticker_items"][0]["name"] == "Wave"
    forwarded = await town.ben.forward(sent, town.guild.channel("quiet"))
    (kept,) = forwarded.data["message_snapshots"]
    assert kept["message"]["sticker_items"] == sent.data["sticker_items"]
    with pytest.raises(SandboxError, match="50081"):
        await town.ben.send_sticker(town.general, 1)


async def test_a_stickers_file_goes_with_it(town: Town, admin: Rest) -> None:
    """Once it is deleted, or its server is, nothing is served in its place."""
    first, second = [
        await town.ann.make_sticker(town.guild, name, File("a.png", png()))
        for name in ("First", "Second")
    ]
    assert await town.sandbox.picture(f"stickers/{first}.png") == png()
    assert (await admin.delete(f"/guilds/{town.guild.id}/stickers/{first}")).status == 204
    assert await town.sandbox.picture(f"stickers/{first}.png") is None
    assert await town.sandbox.picture(f"stickers/{second}.png") == png()
    await town.sandbox.control.delete(f"/guilds/{town.guild.id}")
    assert await town.sandbox.picture(f"stickers/{second}.png") is None


async def test_discords_own_packs_there_are_none(rest: Rest) -> None:
    """The list is empty, and each pack unknown."""
    assert (await rest.get("/sticker-packs")).body == {"sticker_packs": []}
    answer = await rest.get("/sticker-packs/847199849233514549")
    assert (answer.status, answer.code) == (404, 10061)


async def test_stickers_are_kept_in_a_state_file(tmp_path: Path) -> None:
    """With their files, and in the messages that have them."""
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.make_user("ann")
        home = await sandbox.make_guild("Home", owner=ann)
        wave = await ann.make_sticker(home, "Wave", File("a.png", png()))
        await ann.send_sticker(home.channel("general"), wave)
    async with Sandbox.start(options=options) as sandbox:
        home = await sandbox.guild("Home")
        (seen,) = await home.channel("general").messages()
        url = f"{sandbox.control.base_url}/cdn/stickers/{wave}.png"
        async with aiohttp.request("GET", url) as response:
            assert await response.read() == png()
    assert seen.data["sticker_items"] == [{"id": str(wave), "name": "Wave", "format_type": PNG}]
