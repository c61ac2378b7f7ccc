"""Roles of more than one colour."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

GRADIENT = {"primary_color": 255, "secondary_color": 65280, "tertiary_color": None}


async def _made(town: Town, admin: Rest, **body: Any) -> Any:
    answer = await admin.post(f"/guilds/{town.guild.id}/roles", body)
    assert answer.status == 200, answer.body
    return answer.body


async def test_a_role_has_a_gradient(town: Town, admin: Rest) -> None:
    """It is answered, told, and kept when the role is changed otherwise."""
    async with connected(town) as socket:
        await identify(socket, town.application.token, 1 << 0)
        await dispatched(socket, "GUILD_CREATE")
        made = await _made(town, admin, name="Dawn", colors=GRADIENT)
        assert (made["color"], made["colors"]) == (255, GRADIENT)
        told = (await dispatched(socket, "GUILD_ROLE_CREATE"))["d"]
        assert told["role"]["colors"] == GRADIENT
    path = f"/guilds/{town.guild.id}/roles/{made['id']}"
    assert (await admin.patch(path, {"name": "Dusk"})).body["colors"] == GRADIENT


async def test_one_colour_takes_the_place_of_several(town: Town, admin: Rest) -> None:
    """Older clients know one; newer ones say that there is no second."""
    for one in ({"color": 7}, {"colors": {"primary_color": 7, "secondary_color": None}}):
        made = await _made(town, admin, name="Dawn", colors=GRADIENT)
        changed = await admin.patch(f"/guilds/{town.guild.id}/roles/{made['id']}", one)
        assert changed.body["colors"] == {**GRADIENT, "primary_color": 7, "secondary_color": None}


async def test_three_colours_are_the_holographic_ones(town: Town, admin: Rest) -> None:
    """Discord has no others."""
    colors = {"primary_color": 1, "secondary_color": 2, "tertiary_color": 3}
    made = await _made(town, admin, name="Foil", colors=colors)
    assert list(made["colors"].values()) == [11127295, 16759788, 16761760]


async def test_a_colour_out_of_range_is_refused(town: Town, admin: Rest) -> None:
    """By name, and over the control API as well."""
    path = f"/guilds/{town.guild.id}/roles"
    answer = await admin.post(path, {"colors": {"primary_color": 1, "secondary_color": 1 << 24}})
    assert list(answer.body["errors"]["colors"]) == ["secondary_color"]
    await town.guild.make_role("Dawn", colors={"primary_color": 5, "secondary_color": 6})
    (role,) = [one for one in (await admin.get(path)).body if one["name"] == "Dawn"]
    assert role["colors"]["secondary_color"] == 6
