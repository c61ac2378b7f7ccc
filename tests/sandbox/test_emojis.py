"""Custom emojis of servers and of applications: made, changed, kept and refused."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.drawn import BLUE, gif, png, uri
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Emoji, Sandbox, SandboxError

GUILDS, EXPRESSIONS = 1 << 0, 1 << 3
MANAGE, CREATE = 1 << 30, 1 << 43
BASE = 1 << 6 | 1 << 10 | 1 << 11 | 1 << 16
"""Add reactions, view channels, send messages, read history."""


async def test_a_library_makes_and_uses_an_emoji(
    town: Town, bot: ExampleBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py makes one, sees it come, reads its picture, reacts with it, renames and deletes it."""
    monkeypatch.setattr(discord.Asset, "BASE", town.sandbox.cdn_url)
    path = f"/guilds/{town.guild.id}/roles/{town.guild.everyone_role_id}"
    await town.sandbox.control.patch(path, {"permissions": str(BASE | MANAGE | CREATE)})
    told: asyncio.Queue[list[str]] = asyncio.Queue()

    async def note(_guild: Any, _before: Any, after: Any) -> None:
        told.put_nowait([emoji.name for emoji in after])

    setattr(bot, "on_guild_emojis_update", note)  # noqa: B010
    guild = bot.get_guild(town.guild.id)
    assert guild is not None
    emoji = await guild.create_custom_emoji(name="wave", image=gif())
    assert emoji.animated
    assert await asyncio.wait_for(told.get(), 10) == ["wave"]
    assert await emoji.read() == gif()
    channel = await bot.fetch_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send(f"Hello {emoji}")
    await sent.add_reaction(emoji)
    (reaction,) = (await channel.fetch_message(sent.id)).reactions
    assert isinstance(reaction.emoji, discord.Emoji)
    assert (reaction.emoji.id, reaction.me) == (emoji.id, True)
    await emoji.edit(name="bow")
    assert await asyncio.wait_for(told.get(), 10) == ["bow"]
    await emoji.delete()
    assert await asyncio.wait_for(told.get(), 10) == []
    assert await town.sandbox.picture(f"emojis/{emoji.id}.gif") is None


async def test_an_emoji_of_a_server(town: Town, admin: Rest) -> None:
    """Made, listed, shown with the server, renamed, kept to roles, deleted; its picture is served."""
    path = f"/guilds/{town.guild.id}/emojis"
    role = await town.guild.make_role("Painter")
    made = await admin.post(path, {"name": "wave", "image": uri(png()), "roles": []})
    assert made.status == 201
    emoji = made.body
    assert (emoji["name"], emoji["animated"], emoji["available"]) == ("wave", False, True)
    assert emoji["user"]["username"] == "Admin"
    assert await town.sandbox.picture(f"emojis/{emoji['id']}.png") == png()
    assert (await admin.get(path)).body == [emoji]
    own = f"{path}/{emoji['id']}"
    assert (await admin.get(own)).body == emoji
    bare = {name: value for name, value in emoji.items() if name != "user"}
    assert (await admin.get(f"/guilds/{town.guild.id}")).body["emojis"] == [bare]
    changed = (await admin.patch(own, {"name": "bow", "roles": [str(role)]})).body
    assert (changed["name"], changed["roles"]) == ("bow", [str(role)])
    assert (await admin.patch(own, {"roles": None})).body["roles"] == []
    assert (await admin.delete(own)).status == 204
    for gone in (await admin.get(own), await admin.patch(own, {}), await admin.delete(own)):
        assert (gone.status, gone.code) == (404, 10014)
    assert await town.sandbox.picture(f"emojis/{emoji['id']}.png") is None


async def test_changes_are_told_to_who_asked_for_them(town: Town, admin: Rest) -> None:
    """GUILD_EMOJIS_UPDATE has all that there are, and comes with an intent of its own."""
    first = await town.guild.make_emoji("wave", png())
    async with connected(town) as keen, connected(town) as other:
        await identify(keen, town.application.token, GUILDS | EXPRESSIONS)
        await identify(other, town.application.token, GUILDS)
        whole = (await dispatched(keen, "GUILD_CREATE"))["d"]
        await dispatched(other, "GUILD_CREATE")
        await town.guild.make_emoji("bow", gif())
        told = (await dispatched(keen, "GUILD_EMOJIS_UPDATE"))["d"]
        await town.guild.make_role("After")
        assert (await dispatched(other))["t"] == "GUILD_ROLE_CREATE"
    assert [one["id"] for one in whole["emojis"]] == [str(first.id)]
    assert told["guild_id"] == str(town.guild.id)
    assert [(one["name"], one["animated"]) for one in told["emojis"]] == [
        ("wave", False),
        ("bow", True),
    ]
    assert "user" not in told["emojis"][0]


@pytest.mark.parametrize(
    ("change", "named", "code"),
    [
        ({"name": "x"}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "x" * 33}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "a-b"}, "name", "STRING_TYPE_REGEX"),
        ({"name": "größe"}, "name", "STRING_TYPE_REGEX"),
        ({"name": None}, "name", "BASE_TYPE_REQUIRED"),
        ({"name": 7}, "name", "STRING_TYPE_CONVERT"),
        ({"image": None}, "image", "BASE_TYPE_REQUIRED"),
        ({"image": "x"}, "image", "IMAGE_INVALID"),
        ({"image": uri(png(least_bytes=256 * 1024))}, "image", "BINARY_TYPE_MAX_SIZE"),
        ({"roles": "x"}, "roles", "LIST_TYPE_CONVERT"),
    ],
)
async def test_a_wrong_emoji_is_refused(
    town: Town, admin: Rest, change: dict[str, Any], named: str, code: str
) -> None:
    """The error names what is wrong, and there is no such emoji afterwards."""
    path = f"/guilds/{town.guild.id}/emojis"
    refused = await admin.post(path, {"name": "wave", "image": uri(png()), **change})
    assert (refused.status, refused.code) == (400, 50035)
    (error,) = refused.body["errors"][named]["_errors"]
    assert error["code"] == code
    assert (await admin.get(path)).body == []


async def test_an_emojis_role_is_of_its_server(town: Town, admin: Rest) -> None:
    """Another is refused, at its making and afterwards."""
    path = f"/guilds/{town.guild.id}/emojis"
    body = {"name": "wave", "image": uri(png())}
    assert (await admin.post(path, {**body, "roles": ["7"]})).code == 10011
    made = (await admin.post(path, body)).body
    assert (await admin.patch(f"{path}/{made['id']}", {"roles": ["7"]})).code == 10011
    assert (await admin.get(path)).body == [made]


async def test_making_emojis_needs_a_right(town: Town, rest: Rest) -> None:
    """One's own may be changed with the right to make some, others' only with that to manage them."""
    path = f"/guilds/{town.guild.id}/emojis"
    body = {"name": "wave", "image": uri(png())}
    refused = await rest.post(path, body)
    assert (refused.status, refused.code) == (403, 50013)
    anns = await town.guild.make_emoji("bow", png())
    assert "user" not in (await rest.get(f"{path}/{anns.id}")).body
    assert (await rest.patch(f"{path}/{anns.id}", {"name": "nod"})).code == 50013
    everyone = f"/guilds/{town.guild.id}/roles/{town.guild.everyone_role_id}"
    await town.sandbox.control.patch(everyone, {"permissions": str(BASE | CREATE)})
    made = (await rest.post(path, body)).body
    assert (await rest.patch(f"{path}/{made['id']}", {"name": "nod"})).status == 200
    assert (await rest.delete(f"{path}/{made['id']}")).status == 204
    assert (await rest.delete(f"{path}/{anns.id}")).code == 50013
    assert (await rest.get(f"{path}/{anns.id}")).body["user"]["id"] == str(town.ann.id)
    await town.sandbox.control.patch(everyone, {"permissions": str(BASE | MANAGE)})
    assert (await rest.post(path, body)).code == 50013
    assert (await rest.delete(f"{path}/{anns.id}")).status == 204
    stranger = await town.sandbox.make_application("Stranger")
    rest.use(stranger.token)
    assert (await rest.get(path)).code == 10004


async def test_a_server_has_fifty_of_each_kind(town: Town, admin: Rest) -> None:
    """Those that move are counted apart from those that stand still."""
    path = f"/guilds/{town.guild.id}/emojis"
    for at in range(50):
        await town.guild.make_emoji(f"still_{at}", png())
        await town.guild.make_emoji(f"moves_{at}", gif())
    still = await admin.post(path, {"name": "more", "image": uri(png())})
    assert (still.status, still.code) == (400, 30008)
    assert still.body["message"] == "Maximum number of emojis reached (50)"
    moving = await admin.post(path, {"name": "more", "image": uri(gif(), "gif")})
    assert (moving.status, moving.code) == (400, 30018)
    with pytest.raises(SandboxError, match="30008"):
        await town.guild.make_emoji("more", png())
    listed = (await admin.get(path)).body
    assert len(listed) == 100
    assert (await admin.delete(f"{path}/{listed[0]['id']}")).status == 204
    assert (await admin.post(path, {"name": "more", "image": uri(png())})).status == 201


async def test_an_emoji_of_an_application(town: Town, rest: Rest) -> None:
    """Made, listed, renamed and deleted by its own bot, and by no other."""
    path = f"/applications/{town.application.id}/emojis"
    made = await rest.post(path, {"name": "wave", "image": uri(gif(), "gif")})
    assert made.status == 201
    emoji = made.body
    assert (emoji["animated"], emoji["roles"]) == (True, [])
    assert emoji["user"]["id"] == str(town.application.id)
    assert (await rest.get(path)).body == {"items": [emoji]}
    own = f"{path}/{emoji['id']}"
    assert (await rest.patch(own, {"name": "bow"})).body["name"] == "bow"
    assert (await rest.patch(own, {"name": "b-w"})).code == 50035
    assert (await rest.get(own)).body["name"] == "bow"
    assert (await rest.post(path, {"name": "wave"})).body["errors"].keys() == {"image"}
    roles = {"name": "kept", "image": uri(png()), "roles": ["1"]}
    assert (await rest.post(path, roles)).status == 501
    assert await town.sandbox.picture(f"emojis/{emoji['id']}.gif") == gif()
    other = await town.sandbox.make_application("Other")
    rest.use(other.token)
    for answer in (await rest.get(own), await rest.delete(own), await rest.get(path)):
        assert (answer.status, answer.code) == (403, 20012)
    rest.use(town.application.token)
    assert (await rest.delete(own)).status == 204
    assert (await rest.get(own)).code == 10014


async def test_an_application_has_two_thousand(town: Town, rest: Rest) -> None:
    """And no more."""
    path = f"/applications/{town.application.id}/emojis"
    seed = {"name": "Crowd", "token": "c.r.d", "emojis": {f"e{n}": uri(png()) for n in range(2000)}}
    await town.sandbox.sow({"applications": [seed]})
    world = await town.sandbox.world()
    (crowd,) = [one for one in world["applications"] if one["name"] == "Crowd"]
    rest.use("c.r.d")
    path = f"/applications/{crowd['id']}/emojis"
    refused = await rest.post(path, {"name": "more", "image": uri(png())})
    assert (refused.status, refused.code) == (400, 30008)
    assert refused.body["message"] == "Maximum number of emojis reached (2000)"


async def test_a_server_that_is_deleted_takes_its_emojis_with_it(town: Town) -> None:
    """Their pictures are no longer served."""
    other = await town.sandbox.make_guild("Other", owner=town.ann)
    emoji = await other.make_emoji("wave", png())
    assert await town.sandbox.picture(f"emojis/{emoji.id}.webp") == png()
    await town.sandbox.control.delete(f"/guilds/{other.id}")
    assert await town.sandbox.picture(f"emojis/{emoji.id}.webp") is None


async def test_a_seed_has_emojis_and_a_state_file_keeps_them(tmp_path: Path) -> None:
    """A server's and an application's, with their pictures and the reactions they stand in."""
    seed = {
        "users": [{"username": "ann"}],
        "applications": [{"name": "Bell", "token": "a.b.c", "emojis": {"ring": uri(png(BLUE))}}],
        "guilds": [
            {
                "name": "Home",
                "owner": "ann",
                "bots": ["Bell"],
                "emojis": {"wave": uri(gif(), "gif")},
            }
        ],
    }
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(seed=seed, options=options) as sandbox:
        ann = await sandbox.member("ann")
        general = (await sandbox.guild("Home")).channel("general")
        wave = Emoji.of((await ann.view())["guilds"][0]["emojis"][0])
        await ann.react(await ann.write(general, f"{wave}"), wave)
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.member("ann")
        (home,) = (await ann.view())["guilds"]
        (message, *_) = await ann.messages(int(home["channels"][0]["id"]))
        assert [Emoji.of(one) for one in home["emojis"]] == [wave]
        assert await sandbox.picture(f"emojis/{wave.id}.gif") == gif()
        assert message.data["reactions"][0]["emoji"]["name"] == "wave"
        await ann.unreact(message, wave)


@pytest.mark.parametrize(
    "emojis",
    [
        {"x": uri(png())},
        {"wave": "x"},
        {"wave": 7},
        ["wave"],
        {f"e{n}": uri(png()) for n in range(51)},
    ],
)
async def test_a_seed_with_a_wrong_emoji_is_refused(sandbox: Sandbox, emojis: Any) -> None:
    """It says what an emoji needs."""
    with pytest.raises(SandboxError, match="emoji"):
        await sandbox.sow(
            {
                "users": [{"username": "ann"}],
                "guilds": [{"name": "Home", "owner": "ann", "emojis": emojis}],
            }
        )
