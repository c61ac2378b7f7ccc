"""Pictures of users and applications: given, told of, served, kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.drawn import BLUE, GREEN, JPEG, MOVING_WEBP, WEBP, gif, png, uri
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Sandbox, SandboxError

GUILDS, MEMBERS = 1 << 0, 1 << 1


async def fetched(town: Town, path: str) -> tuple[int, bytes, Any]:
    """The status, body and headers of what is at a path of the CDN."""
    url = f"{town.sandbox.cdn_url}/{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.read(), answer.headers


async def test_a_library_changes_its_picture_and_reads_it(
    town: Town, bot: ExampleBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py gives its bot an avatar and a banner, finds them at the CDN, and takes one away."""
    monkeypatch.setattr(discord.Asset, "BASE", town.sandbox.cdn_url)
    assert bot.user is not None
    me = await bot.user.edit(username="Example", avatar=png(BLUE), banner=gif())
    assert me.avatar is not None
    assert not me.avatar.is_animated()
    assert await me.avatar.read() == png(BLUE)
    assert me.banner is not None
    assert me.banner.is_animated()
    assert await me.banner.read() == gif()
    again = await bot.user.edit(username="Example", avatar=None)
    assert again.avatar is None
    assert again.banner == me.banner


@pytest.mark.parametrize(
    ("content", "kind", "moves"),
    [
        (png(), "png", False),
        (JPEG, "jpeg", False),
        (JPEG, "jpg", False),
        (WEBP, "webp", False),
        (MOVING_WEBP, "webp", True),
        (gif(1), "gif", False),
        (gif(3), "gif", True),
    ],
)
async def test_a_picture_is_known_by_its_hash(
    town: Town, rest: Rest, content: bytes, kind: str, moves: bool
) -> None:
    """32 hexadecimal digits, the same for the same picture; `a_` stands before one that moves."""
    body = {"username": "Example", "avatar": uri(content, kind)}
    first = (await rest.patch("/users/@me", body)).body["avatar"]
    assert first.startswith("a_") == moves
    assert len(bytes.fromhex(first.removeprefix("a_"))) == 16
    assert (await rest.patch("/users/@me", body)).body["avatar"] == first
    status, served, headers = await fetched(town, f"avatars/{town.application.id}/{first}.png")
    assert (status, served) == (200, content)
    assert headers["Content-Type"] == f"image/{'jpeg' if kind == 'jpg' else kind}"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("x", "IMAGE_INVALID"),
        ("", "IMAGE_INVALID"),
        ("data:image/png;base64,", "IMAGE_INVALID"),
        ("data:image/png;base64,iVBORw0KGgo=", "IMAGE_INVALID"),
        ("data:image/png;base64,a-b_", "IMAGE_INVALID"),
        ("data:image/png;base64,\u00e9", "IMAGE_INVALID"),
        (uri(JPEG, "png"), "IMAGE_INVALID"),
        (uri(png(), "svg+xml"), "IMAGE_INVALID"),
        ("data:text/html;base64,PGI+", "IMAGE_INVALID"),
        (7, "STRING_TYPE_CONVERT"),
    ],
)
async def test_what_is_no_picture_is_refused(rest: Rest, given: Any, code: str) -> None:
    """The error names the member, and nothing has changed."""
    refused = await rest.patch("/users/@me", {"username": "Other", "avatar": given})
    assert (refused.status, refused.code) == (400, 50035)
    assert [one["code"] for one in refused.body["errors"]["avatar"]["_errors"]] == [code]
    me = (await rest.get("/users/@me")).body
    assert (me["username"], me["avatar"]) == ("Example", None)


async def test_a_picture_has_at_most_ten_mebibytes(town: Town) -> None:
    """One that is larger is refused, and whoever has one keeps it."""
    content = png(least_bytes=10_240 * 1024 - 200)
    assert len(content) <= 10_240 * 1024
    await town.ben.set_pictures(avatar=content)
    with pytest.raises(SandboxError, match="`avatar` must be a PNG, JPEG, GIF or WebP"):
        await town.ben.set_pictures(avatar=content + bytes(200))
    avatar = (await town.ben.view())["me"]["avatar"]
    assert await town.sandbox.picture(f"avatars/{town.ben.id}/{avatar}.png") == content


async def test_what_is_not_at_the_cdn_is_not_found(town: Town, rest: Rest) -> None:
    """Neither a picture of somebody else, nor another hash or ending; .gif is for what moves."""
    body = {"username": "Example", "avatar": uri(png())}
    name = (await rest.patch("/users/@me", body)).body["avatar"]
    own = f"avatars/{town.application.id}"
    assert (await fetched(town, f"{own}/{name}.webp"))[0] == 200
    assert (await fetched(town, f"{own}/{name}.png?size=64"))[0] == 200
    for wrong in (
        f"avatars/{town.ann.id}/{name}.png",
        f"banners/{town.application.id}/{name}.png",
        f"{own}/{'0' * 32}.png",
        f"{own}/{name}.svg",
        f"{own}/{name}",
        "",
        "../state.json",
        "%2e%2e/server.py",
    ):
        assert (await fetched(town, wrong))[0] == 404, wrong
    assert (await fetched(town, f"{own}/{name}.gif"))[0] == 415
    await town.sandbox.fault("status", path="/cdn/avatars/", status=503)
    assert (await fetched(town, f"{own}/{name}.png"))[0] == 503


async def test_whoever_chose_no_picture_has_one_all_the_same(
    town: Town, bot: ExampleBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a library takes for users without an avatar can be read; there are six of them."""
    monkeypatch.setattr(discord.Asset, "BASE", town.sandbox.cdn_url)
    ben = await bot.fetch_user(town.ben.id)
    assert ben.avatar is None
    content = await ben.display_avatar.read()
    assert content.startswith(b"\x89PNG")
    found = {await town.sandbox.picture(f"embed/avatars/{n}.png") for n in range(6)}
    assert len(found) == 6
    assert content in found
    for wrong in ("6", "00", "x"):
        assert await town.sandbox.picture(f"embed/avatars/{wrong}.png") is None


async def test_a_bot_is_told_of_its_new_picture(town: Town, rest: Rest) -> None:
    """USER_UPDATE for itself, GUILD_MEMBER_UPDATE in each server for those who asked; not twice."""
    keen = await town.sandbox.make_application("Keen", intents=["guild_members"])
    await town.guild.add_bot(keen)
    async with connected(town) as own, connected(town) as others:
        await identify(own, town.application.token, GUILDS)
        await identify(others, keen.token, GUILDS | MEMBERS)
        await dispatched(own, "GUILD_CREATE")
        await dispatched(others, "GUILD_CREATE")
        same = await rest.patch("/users/@me", {"username": "Example"})
        changed = await rest.patch("/users/@me", {"username": "New", "avatar": uri(png())})
        told = (await dispatched(own))["d"]
        seen = (await dispatched(others, "GUILD_MEMBER_UPDATE"))["d"]
    assert same.body["avatar"] is None
    assert (told["username"], told["avatar"]) == ("New", changed.body["avatar"])
    assert seen["user"]["avatar"] == changed.body["avatar"]
    assert seen["guild_id"] == str(town.guild.id)


async def test_a_bot_shows_itself_otherwise_in_one_server(town: Town, rest: Rest) -> None:
    """Its own member there has an avatar, a banner and a text about itself; members see the text."""
    path = f"/guilds/{town.guild.id}/members/@me"
    body = {"avatar": uri(png(BLUE)), "banner": uri(png(GREEN)), "bio": "Reminds"}
    member = (await rest.patch(path, body)).body
    place = f"guilds/{town.guild.id}/users/{town.application.id}"
    assert (await fetched(town, f"{place}/avatars/{member['avatar']}.png"))[1] == png(BLUE)
    assert (await fetched(town, f"{place}/banners/{member['banner']}.png"))[1] == png(GREEN)
    assert member["user"]["avatar"] is None
    written = await rest.post(f"/channels/{town.general.id}/messages", {"content": "x"})
    assert written.body["author"]["avatar"] is None
    (shown,) = [
        one
        for one in (await town.ben.view())["guilds"][0]["members"]
        if one["user"]["id"] == str(town.application.id)
    ]
    assert (shown["avatar"], shown["bio"]) == (member["avatar"], "Reminds")
    bare = (await rest.patch(path, {"avatar": None, "bio": None})).body
    assert (bare["avatar"], bare["banner"]) == (None, member["banner"])
    refused = await rest.patch(path, {"bio": "x" * 191, "banner": "x"})
    assert sorted(refused.body["errors"]) == ["banner", "bio"]
    other = await rest.patch(f"/guilds/{town.guild.id}/members/{town.ben.id}", body)
    assert other.status == 501


async def test_an_application_has_an_icon_and_a_cover(town: Town, rest: Rest) -> None:
    """Apart from its bot's avatar; both are found at one place."""
    body = {"icon": uri(png()), "cover_image": uri(png(BLUE))}
    changed = (await rest.patch("/applications/@me", body)).body
    place = f"app-icons/{town.application.id}"
    assert (await fetched(town, f"{place}/{changed['icon']}.png"))[1] == png()
    assert (await fetched(town, f"{place}/{changed['cover_image']}.png"))[1] == png(BLUE)
    assert changed["bot"]["avatar"] is None
    bare = (await rest.patch("/applications/@me", {"cover_image": None})).body
    assert bare["icon"] == changed["icon"]
    assert "cover_image" not in bare
    assert "icon" in (await rest.patch("/applications/@me", {"icon": "x"})).body["errors"]


async def test_members_have_pictures(town: Town, rest: Rest) -> None:
    """They are made with them or set them; bots see them, and whoever shares a server is told."""
    carl = await town.sandbox.make_user("carl", avatar=png(), banner=png(BLUE))
    shown = (await rest.get(f"/users/{carl.id}")).body
    path = f"avatars/{carl.id}/{shown['avatar']}.png"
    assert await town.sandbox.picture(path) == png()
    assert await town.sandbox.picture(f"banners/{carl.id}/{shown['banner']}.png") == png(BLUE)
    stream = await town.ann.stream()
    since = stream.position
    await town.ben.set_pictures(avatar=gif())
    told = await stream.wait_for(
        lambda frame: frame.data if frame.type == "GUILD_MEMBER_UPDATE" else None,
        since=since,
        timeout=10,
        what="Ben's picture",
    )
    assert told["user"]["avatar"].startswith("a_")
    written = await town.ben.write(town.general, "x")
    assert written.data["author"]["avatar"] == told["user"]["avatar"]
    await town.ben.set_pictures(avatar=None)
    assert (await rest.get(f"/users/{town.ben.id}")).body["avatar"] is None
    with pytest.raises(SandboxError, match="`avatar` must be a PNG, JPEG, GIF or WebP"):
        await town.ben.set_pictures(avatar=b"x")
    with pytest.raises(SandboxError, match="`avatar` must be a PNG, JPEG, GIF or WebP"):
        await town.sandbox.make_user("dan", avatar=b"x")
    assert all(user["username"] != "dan" for user in (await town.sandbox.world())["users"])


async def test_whoever_is_written_to_is_told_of_a_new_picture(town: Town) -> None:
    """A person who shares direct messages and no server sees it, too."""
    carl = await town.sandbox.make_user("carl")
    body = {"user_id": str(carl.id)}
    await town.sandbox.control.post(f"/members/{town.ben.id}/dm", body)
    stream = await carl.stream()
    await town.ben.set_pictures(avatar=png())
    told = await stream.wait_for(
        lambda frame: frame.data if frame.type == "USER_UPDATE" else None,
        since=0,
        timeout=10,
        what="Ben's picture",
    )
    assert told["id"] == str(town.ben.id)
    assert told["avatar"]
    assert "locale" not in told


SEED: dict[str, Any] = {
    "users": [{"username": "ann", "avatar": uri(png())}],
    "applications": [{"name": "Bell", "token": "a.b.c", "avatar": uri(png(BLUE))}],
    "guilds": [
        {
            "name": "Home",
            "owner": "ann",
            "bots": ["Bell"],
            "icon": uri(gif(), "gif"),
            "features": ["ANIMATED_ICON"],
        }
    ],
}


async def test_a_seed_has_pictures_and_a_state_file_keeps_them(tmp_path: Path) -> None:
    """What was given is served after a restart, at the same address."""
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(seed=SEED, options=options) as sandbox:
        ann = await sandbox.member("ann")
        before = await ann.view()
    async with Sandbox.start(options=options) as sandbox:
        view = await (await sandbox.member("ann")).view()
        (home,) = view["guilds"]
        users = {user["username"]: user for user in view["users"]}
        avatars = [f"avatars/{one['id']}/{one['avatar']}.png" for one in users.values()]
        assert await sandbox.picture(f"icons/{home['id']}/{home['icon']}.gif") == gif()
        assert [await sandbox.picture(path) for path in avatars] == [png(), png(BLUE)]
    assert before["me"]["avatar"] == users["ann"]["avatar"]
    assert home["features"] == ["ANIMATED_ICON"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"users": [{"username": "ann", "avatar": "x"}]}, "of ann must each be"),
        ({"guilds": [{"name": "Home", "owner": "ann", "banner": uri(png())}]}, "lacks the feature"),
        ({"guilds": [{"name": "Home", "owner": "ann", "features": ["COMMUNITY"]}]}, "COMMUNITY"),
        ({"guilds": [{"name": "Home", "owner": "ann", "icon": "x"}]}, "of Home must each be"),
    ],
)
async def test_a_seed_with_a_wrong_picture_is_refused(
    sandbox: Sandbox, wrong: dict[str, Any], named: str
) -> None:
    """It says whose picture cannot be used."""
    with pytest.raises(SandboxError, match=named):
        await sandbox.sow({"users": [{"username": "ann"}], **wrong})


async def test_a_new_world_has_no_pictures(town: Town) -> None:
    """What was uploaded before is gone."""
    await town.ben.set_pictures(avatar=png())
    avatar = (await town.ben.view())["me"]["avatar"]
    path = f"avatars/{town.ben.id}/{avatar}.png"
    assert await town.sandbox.picture(path) == png()
    await town.sandbox.reset()
    assert await town.sandbox.picture(path) is None
