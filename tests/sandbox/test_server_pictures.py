"""Pictures of servers and of what belongs to them: roles, webhooks, scheduled events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.drawn import BLUE, GREEN, gif, png, uri
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify
from tests.sandbox.test_pictures import GUILDS, fetched

from discord_sandbox.testing import SandboxError

WEBHOOKS, EVENTS = 1 << 5, 1 << 16
ALL_FEATURES = [
    "ANIMATED_BANNER",
    "ANIMATED_ICON",
    "BANNER",
    "DISCOVERABLE",
    "INVITE_SPLASH",
    "ROLE_ICONS",
]


async def test_a_servers_pictures(town: Town, admin: Rest) -> None:
    """Everybody may have an icon; for the rest, and for one that moves, Discord asks for boosts."""
    path = f"/guilds/{town.guild.id}"
    names = ("icon", "banner", "splash", "discovery_splash")
    still = {name: uri(png()) for name in names}
    assert (await admin.patch(path, {"icon": still["icon"]})).body["icon"]
    for name in names[1:]:
        refused = await admin.patch(path, {"name": "Village", name: still[name]})
        assert (refused.status, refused.code) == (403, 50101), name
    assert (await admin.patch(path, {"icon": uri(gif(), "gif")})).code == 50101
    assert (await admin.get(path)).body["name"] == "Town"
    await town.sandbox.control.patch(path, {"features": ALL_FEATURES})
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILDS)
        await dispatched(socket, "GUILD_CREATE")
        changed = (await admin.patch(path, {**still, "icon": uri(gif(), "gif")})).body
        told = (await dispatched(socket, "GUILD_UPDATE"))["d"]
    assert changed["icon"].startswith("a_")
    assert [told[name] for name in names] == [changed[name] for name in names]
    assert (await fetched(town, f"icons/{town.guild.id}/{changed['icon']}.gif"))[1] == gif()
    for name, place in zip(names[1:], ("banners", "splashes", "discovery-splashes"), strict=True):
        assert (await fetched(town, f"{place}/{town.guild.id}/{changed[name]}.png"))[1] == png()
    (listed,) = (await admin.get("/users/@me/guilds")).body
    assert (listed["icon"], listed["banner"]) == (changed["icon"], changed["banner"])
    assert sorted(listed["features"]) == ALL_FEATURES
    assert (await admin.patch(path, {"splash": None})).body["splash"] is None


async def test_a_servers_icon_needs_the_right(town: Town, rest: Rest) -> None:
    """Whoever may not manage the server changes no picture of it."""
    assert (await rest.patch(f"/guilds/{town.guild.id}", {"icon": uri(png())})).code == 50013


async def test_a_role_has_an_icon_or_a_character(town: Town, admin: Rest) -> None:
    """Where the server has the feature; the one takes the other's place."""
    path = f"/guilds/{town.guild.id}/roles"
    for body in ({"icon": uri(png())}, {"unicode_emoji": "🔥"}):
        refused = await admin.post(path, body)
        assert (refused.status, refused.code) == (403, 50101)
    await town.sandbox.control.patch(f"/guilds/{town.guild.id}", {"features": ["ROLE_ICONS"]})
    role = (await admin.post(path, {"name": "Chief", "icon": uri(png())})).body
    assert role["unicode_emoji"] is None
    assert (await fetched(town, f"role-icons/{role['id']}/{role['icon']}.png"))[1] == png()
    own = f"{path}/{role['id']}"
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILDS)
        await dispatched(socket, "GUILD_CREATE")
        fire = (await admin.patch(own, {"unicode_emoji": "🔥"})).body
        told = (await dispatched(socket, "GUILD_ROLE_UPDATE"))["d"]["role"]
    assert (fire["icon"], fire["unicode_emoji"]) == (None, "🔥")
    assert (told["icon"], told["unicode_emoji"]) == (None, "🔥")
    again = (await admin.patch(own, {"icon": uri(png())})).body
    assert (again["icon"], again["unicode_emoji"]) == (role["icon"], None)
    large = {"icon": uri(png(least_bytes=256 * 1024))}
    errors = (await admin.patch(own, large)).body["errors"]["icon"]["_errors"]
    assert errors[0]["message"] == "File cannot be larger than 256.0 kb."
    assert "unicode_emoji" in (await admin.patch(own, {"unicode_emoji": "fire"})).body["errors"]


async def test_a_webhook_has_a_picture(town: Town, admin: Rest) -> None:
    """Its messages show it as it was when they were written; others show what they name."""
    hooks = f"/channels/{town.general.id}/webhooks"
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILDS | WEBHOOKS)
        await dispatched(socket, "GUILD_CREATE")
        hook = (await admin.post(hooks, {"name": "News", "avatar": uri(png())})).body
        assert (await dispatched(socket, "WEBHOOKS_UPDATE"))["d"]["channel_id"]
    post = f"/webhooks/{hook['id']}/{hook['token']}"
    own = (await admin.post(f"{post}?wait=true", {"content": "a"})).body
    named = {"content": "b", "avatar_url": "https://example.org/b.png"}
    other = (await admin.post(f"{post}?wait=true", named)).body
    changed = (await admin.patch(post, {"avatar": uri(png(BLUE))})).body
    assert own["author"]["avatar"] == hook["avatar"] != changed["avatar"]
    assert (await admin.get(f"/webhooks/{hook['id']}")).body["avatar"] == changed["avatar"]
    place = f"avatars/{hook['id']}"
    assert (await fetched(town, f"{place}/{own['author']['avatar']}.png"))[1] == png()
    status, _, headers = await fetched(town, f"{place}/{other['author']['avatar']}.png")
    assert (status, headers["Location"]) == (302, named["avatar_url"])
    odd = {"content": "o", "avatar_url": "https://example.org/ö?a=%20&b\r\nSet-Cookie: c"}
    shown = (await admin.post(f"{post}?wait=true", odd)).body["author"]["avatar"]
    status, _, headers = await fetched(town, f"{place}/{shown}.png")
    assert (status, "Set-Cookie" in headers) == (302, False)
    assert headers["Location"] == "https://example.org/%C3%B6?a=%20&b%0D%0ASet-Cookie:%20c"
    kept = (await town.general.messages())[1].data["author"]["avatar"]
    assert kept == other["author"]["avatar"]
    plain = (await admin.post(f"{post}?wait=true", {"content": "c", "avatar_url": ""})).body
    assert plain["author"]["avatar"] == changed["avatar"]
    assert (await admin.patch(post, {"avatar": None})).body["avatar"] is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "x", 7])
async def test_an_avatar_url_is_one_of_the_web(town: Town, admin: Rest, url: Any) -> None:
    """Any other address is refused."""
    hook = (await admin.post(f"/channels/{town.general.id}/webhooks", {"name": "News"})).body
    body = {"content": "x", "avatar_url": url}
    refused = await admin.post(f"/webhooks/{hook['id']}/{hook['token']}", body)
    assert list(refused.body["errors"]) == ["avatar_url"]
    assert all("webhook_id" not in one.data for one in await town.general.messages())


async def test_a_scheduled_event_has_an_image(town: Town, admin: Rest) -> None:
    """It stays when something else is changed, and those who asked for events are told."""
    starts = datetime.now(UTC) + timedelta(days=1)
    path = f"/guilds/{town.guild.id}/scheduled-events"
    body = {
        "name": "Feast",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Hall"},
        "scheduled_start_time": starts.isoformat(),
        "scheduled_end_time": (starts + timedelta(hours=1)).isoformat(),
        "image": uri(png()),
    }
    async with connected(town) as socket:
        await identify(socket, town.application.token, GUILDS | EVENTS)
        await dispatched(socket, "GUILD_CREATE")
        made = (await admin.post(path, body)).body
        told = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_CREATE"))["d"]
        own = f"{path}/{made['id']}"
        renamed = (await admin.patch(own, {"name": "Ball"})).body
        bare = (await admin.patch(own, {"image": None})).body
        await dispatched(socket, "GUILD_SCHEDULED_EVENT_UPDATE")
        last = (await dispatched(socket, "GUILD_SCHEDULED_EVENT_UPDATE"))["d"]
    assert made["image"] == told["image"] == renamed["image"]
    assert (bare["image"], last["image"]) == (None, None)
    assert (await fetched(town, f"guild-events/{made['id']}/{made['image']}.png"))[1] == png()
    refused = await admin.post(path, {**body, "image": "x"})
    assert list(refused.body["errors"]) == ["image"]


async def test_a_servers_people_give_it_pictures(town: Town) -> None:
    """At its making or later, where it has the feature; an unknown feature is refused by name."""
    sandbox = town.sandbox
    home = await sandbox.make_guild(
        "Home", owner=town.ann, icon=png(), banner=png(BLUE), features=["BANNER"]
    )

    async def shown() -> Any:
        return next(
            guild for guild in (await town.ann.view())["guilds"] if guild["id"] == str(home.id)
        )

    first = await shown()
    assert await sandbox.picture(f"icons/{home.id}/{first['icon']}.png") == png()
    await home.set_pictures(icon=png(GREEN), banner=None)
    now = await shown()
    assert now["icon"] != first["icon"]
    assert now["banner"] is None
    with pytest.raises(SandboxError, match="50101"):
        await home.set_pictures(splash=png())
    with pytest.raises(SandboxError, match="'COMMUNITY' needs channels"):
        await sandbox.make_guild("Other", owner=town.ann, features=["COMMUNITY"])
    with pytest.raises(SandboxError, match="`icon` must be"):
        await sandbox.make_guild("Other", owner=town.ann, icon=b"x")
    assert len((await sandbox.world())["guilds"]) == 2


async def test_a_servers_pictures_go_with_it(town: Town) -> None:
    """Also those that had another's place, and those of what was in it."""
    sandbox = town.sandbox
    home = await sandbox.make_guild("Home", owner=town.ann, icon=png())
    emoji = await home.make_emoji("wave", png())

    def icon(view: Any) -> str:
        return next(str(one["icon"]) for one in view["guilds"] if one["id"] == str(home.id))

    first = icon(await town.ann.view())
    await home.set_pictures(icon=png(GREEN))
    places = [f"icons/{home.id}/{first}.png", f"emojis/{emoji.id}.png"]
    assert [await sandbox.picture(place) for place in places] == [png(), png()]
    await sandbox.control.delete(f"/guilds/{home.id}")
    assert [await sandbox.picture(place) for place in places] == [None, None]
