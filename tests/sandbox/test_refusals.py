"""What Discord refuses of bodies whose types are right, and where its errors say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.rest import api
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.routing import Router
from discord_sandbox.server import Server
from discord_sandbox.testing import Sandbox

ADMINISTRATOR = 1 << 3
STARTS, TOO_FAR, TOO_FAR_END = [
    (datetime.now(UTC) + timedelta(days=days)).isoformat() for days in (30, 2000, 2001)
]
COMMAND = {"name": "x", "description": "d"}
SUB = {"type": 1, "name": "s", "description": "d"}
GROUP = {"type": 2, "name": "g", "description": "d", "options": [SUB]}
TEXT = {"type": 3, "name": "v", "description": "d"}
EVENT = {
    "name": "e",
    "privacy_level": 2,
    "entity_type": 3,
    "scheduled_start_time": TOO_FAR,
    "scheduled_end_time": TOO_FAR_END,
    "entity_metadata": {"location": "l"},
}


@dataclass
class Admin:
    """A bot that may do everything, and the ids that paths name."""

    rest: Rest
    ids: dict[str, str]

    async def call(self, method: str, path: str, body: Any) -> Any:
        return await self.rest.call(method, path.format(**self.ids), body)


@pytest.fixture
async def admin(town: Town, rest: Rest) -> Admin:
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    return Admin(
        rest,
        {
            "app": str(made.id),
            "guild": str(town.guild.id),
            "channel": str(town.general.id),
            "ben": str(town.ben.id),
        },
    )


def at(errors: Any, where: str) -> Any:
    """What the nested errors say of one member."""
    for part in where.split("."):
        errors = errors[part]
    return errors["_errors"]


@pytest.mark.parametrize(
    ("asked", "body", "where"),
    [
        ("PATCH /guilds/{guild}/members/@me", {"nick": "x" * 33}, "nick"),
        (
            "PATCH /guilds/{guild}/members/{ben}",
            {"communication_disabled_until": TOO_FAR},
            "communication_disabled_until",
        ),
        ("PATCH /guilds/{guild}", {"name": "x"}, "name"),
        ("POST /guilds/{guild}/roles", {"name": "x" * 101}, "name"),
        ("POST /guilds/{guild}/roles", {"color": 1 << 24}, "color"),
        ("PATCH /channels/{channel}", {"parent_id": "{channel}"}, "parent_id"),
        ("PATCH /channels/{channel}", {"position": -1}, "position"),
        (
            "POST /channels/{channel}/threads",
            {"name": "t", "type": 11, "auto_archive_duration": 7},
            "auto_archive_duration",
        ),
        ("POST /channels/{channel}/webhooks", {"name": "Captain Clyde"}, "name"),
        ("POST /channels/{channel}/webhooks", {"name": "my discord"}, "name"),
        ("POST /channels/{channel}/webhooks", {"name": "x" * 81}, "name"),
        ("POST /guilds/{guild}/scheduled-events", EVENT, "scheduled_start_time"),
    ],
)
async def test_a_value_that_is_not_allowed(
    admin: Admin, asked: str, body: dict[str, Any], where: str
) -> None:
    """The answer is 400, code 50035, and names the member."""
    method, _, path = asked.partition(" ")
    given = {
        name: value.format(**admin.ids) if isinstance(value, str) else value
        for name, value in body.items()
    }
    answer = await admin.call(method, path, given)
    assert (answer.status, answer.code) == (400, 50035)
    assert at(answer.body["errors"], where)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name_localizations": {"xx": "y"}}, "name_localizations.xx"),
        ({"name_localizations": {"de": "Zwei Worte"}}, "name_localizations.de"),
        ({"description_localizations": {"de": "x" * 101}}, "description_localizations.de"),
        ({"default_member_permissions": "abc"}, "default_member_permissions"),
        ({"contexts": [7]}, "contexts.0"),
        ({"integration_types": [9]}, "integration_types.0"),
        ({"options": [{**SUB, "options": [GROUP]}]}, "options.0.options.0.type"),
        ({"options": [{**GROUP, "options": [GROUP]}]}, "options.0.options.0.type"),
        ({"options": [{**GROUP, "options": [TEXT]}]}, "options.0.options.0.type"),
        ({"options": [SUB, TEXT]}, "options"),
        ({"options": [{**GROUP, "options": []}]}, "options.0.options"),
        (
            {"options": [{**TEXT, "type": 5, "choices": [{"name": "a", "value": 1}]}]},
            "options.0.choices",
        ),
        ({"options": [{**TEXT, "type": 6, "autocomplete": True}]}, "options.0.autocomplete"),
        (
            {"options": [{**TEXT, "type": 4, "choices": [{"name": "a", "value": 1.5}]}]},
            "options.0.choices.0.value",
        ),
        ({"options": [{**TEXT, "min_length": 9000}]}, "options.0.min_length"),
        (
            {"options": [{**TEXT, "choices": [{"name": "a", "value": v} for v in "xy"]}]},
            "options.0.choices.1.name",
        ),
        ({"type": 2, "description": "", "options": [TEXT]}, "options"),
    ],
)
async def test_a_command_that_is_not_allowed(
    admin: Admin, change: dict[str, Any], where: str
) -> None:
    """The answer names what is wrong, and there is no such command afterwards."""
    path = "/applications/{app}/commands"
    answer = await admin.call("POST", path, {**COMMAND, **change})
    assert (answer.status, answer.code) == (400, 50035)
    assert at(answer.body["errors"], where)
    assert (await admin.call("GET", path, None)).body == []


@pytest.mark.parametrize(
    ("asked", "body", "named"),
    [
        ("PATCH /applications/@me", {"event_webhooks_url": "https://a.b"}, "event_webhooks_url"),
        ("PATCH /guilds/{guild}", {"region": "europe"}, "region"),
        ("PATCH /channels/{channel}", {"icon": "data:,"}, "icon"),
        ("PATCH /guilds/{guild}", {"home_header": "data:,"}, "home_header"),
    ],
)
async def test_what_is_not_done_is_not_passed_over(
    admin: Admin, asked: str, body: dict[str, Any], named: str
) -> None:
    """A member that the sandbox does nothing with is refused by name where it carries a value."""
    method, _, path = asked.partition(" ")
    answer = await admin.call(method, path, body)
    assert answer.status == 501
    assert named in answer.body["message"]


async def test_what_carries_nothing_is_passed_over(admin: Admin) -> None:
    """Libraries send null, false, 0 and empty lists for what nobody set: these are taken."""
    path = "/guilds/{guild}/members/{ben}"
    body = {"mute": False, "deaf": False, "channel_id": None, "flags": 0, "nick": "n"}
    assert (await admin.call("PATCH", path, body)).status == 200
    avatar = {"username": "Admin", "avatar": None}
    assert (await admin.call("PATCH", "/users/@me", avatar)).status == 200


async def test_the_first_color_is_the_roles(admin: Admin) -> None:
    """Newer clients give a role's colour as the first of `colors`."""
    colors = {"primary_color": 255, "secondary_color": None, "tertiary_color": None}
    role = (await admin.call("POST", "/guilds/{guild}/roles", {"colors": colors})).body
    assert (role["color"], role["colors"]) == (255, colors)


def select(kind: int, **more: Any) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": kind, "custom_id": "s", **more}]}


OPTIONS = [{"label": word, "value": word, "default": True} for word in ("a", "b")]
V2 = 1 << 15


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (select(5, default_values="zz"), "default_values"),
        (select(5, default_values=[{"id": "1", "type": "role"}]), "default_values.0.type"),
        (
            select(5, default_values=[{"id": n, "type": "user"} for n in ("1", "2")]),
            "default_values",
        ),
        (select(8, channel_types="zz"), "channel_types"),
        (select(8, channel_types=[99]), "channel_types.0"),
        (select(3, options=OPTIONS, max_values=3, min_values=3), "min_values"),
        (select(3, options=OPTIONS), "options"),
        (select(2, style=1, label="b", emoji=5), "emoji"),
        (select(2, style=6), "sku_id"),
    ],
)
async def test_a_component_that_is_not_allowed(
    admin: Admin, row: dict[str, Any], where: str
) -> None:
    """The answer names the part of the select or button that is wrong."""
    body = {"content": "c", "components": [row]}
    answer = await admin.call("POST", "/channels/{channel}/messages", body)
    assert (answer.status, answer.code) == (400, 50035)
    assert at(answer.body["errors"], f"components.0.components.0.{where}")


async def test_selects_may_begin_with_something_chosen(admin: Admin) -> None:
    """As many as may be chosen may be so at first."""
    ben = {"id": admin.ids["ben"], "type": "user"}
    rows = [select(5, default_values=[ben]), select(3, options=OPTIONS, max_values=2)]
    rows[1]["components"][0]["custom_id"] = "t"
    body = {"content": "c", "components": rows}
    answer = await admin.call("POST", "/channels/{channel}/messages", body)
    assert answer.body["components"][0]["components"][0]["default_values"] == [ben]


async def test_a_section_needs_its_accessory(admin: Admin) -> None:
    """Without one the field is missing, rather than of a wrong type."""
    section = {"type": 9, "components": [{"type": 10, "content": "c"}]}
    body = {"flags": V2, "components": [section]}
    answer = await admin.call("POST", "/channels/{channel}/messages", body)
    (said,) = at(answer.body["errors"], "components.0.accessory")
    assert said["code"] == "BASE_TYPE_REQUIRED"


async def test_an_edit_to_components_v2_clears_what_was(admin: Admin) -> None:
    """Content and embeds that stay are refused; with null for them the edit is taken."""
    path = "/channels/{channel}/messages"
    before = {"content": "c", "embeds": [{"title": "t"}]}
    message = (await admin.call("POST", path, before)).body
    path = f"{path}/{message['id']}"
    v2 = {"flags": V2, "components": [{"type": 10, "content": "new"}]}
    refused = await admin.call("PATCH", path, v2)
    assert set(refused.body["errors"]) == {"content", "embeds"}
    cleared = {**v2, "content": None, "embeds": None}
    assert (await admin.call("PATCH", path, cleared)).body["flags"] & V2


async def test_commands_with_groups_are_taken(admin: Admin) -> None:
    """Subcommands stand in a command or in a group of it."""
    body = {**COMMAND, "options": [GROUP, {**SUB, "options": [TEXT]}]}
    answer = await admin.call("POST", "/applications/{app}/commands", body)
    assert answer.status == 201
    assert [option["type"] for option in answer.body["options"]] == [2, 1]


async def test_a_command_keeps_its_type_and_takes_no_others_name(admin: Admin) -> None:
    """An edit cannot make one command two of another's name, nor another kind of command."""
    path = "/applications/{app}/commands"
    one = (await admin.call("POST", path, {**COMMAND, "name": "one"})).body
    await admin.call("POST", path, {**COMMAND, "name": "two"})
    renamed = await admin.call("PATCH", f"{path}/{one['id']}", {"name": "two"})
    assert at(renamed.body["errors"], "name")
    retyped = await admin.call("PATCH", f"{path}/{one['id']}", {"type": 2})
    assert at(retyped.body["errors"], "type")


async def test_new_commands_a_day(town: Town, admin: Admin) -> None:
    """After so many new commands in a day there are no more, and the answer says when there are."""
    await town.sandbox.limits(commands_per_day=2, buckets=False)
    path = "/applications/{app}/commands"
    names = [{**COMMAND, "name": name} for name in ("a", "b", "c")]
    assert (await admin.call("PUT", path, names[:2])).status == 200
    assert (await admin.call("PUT", path, names[:2])).status == 200
    refused = await admin.call("POST", path, names[2])
    assert (refused.status, refused.code) == (429, 30034)
    assert 86_000 < refused.body["retry_after"] <= 86_400
    await town.sandbox.clock.step(86_400)
    assert (await admin.call("POST", path, names[2])).status == 201


async def test_fifteen_webhooks_are_a_channels_most(admin: Admin) -> None:
    """The sixteenth is refused."""
    path = "/channels/{channel}/webhooks"
    made = [await admin.call("POST", path, {"name": f"h{n}"}) for n in range(16)]
    assert [answer.status for answer in made] == [200] * 15 + [400]
    assert made[15].code == 30007


async def test_a_webhooks_author_has_a_name_of_80_characters(admin: Admin) -> None:
    """The name that a webhook's message is given is checked like the webhook's own."""
    hook = (await admin.call("POST", "/channels/{channel}/webhooks", {"name": "h"})).body
    path = f"/webhooks/{hook['id']}/{hook['token']}"
    for name in ("x" * 81, "Clyde"):
        answer = await admin.call("POST", path, {"content": "c", "username": name})
        assert at(answer.body["errors"], "username")
    assert (await admin.call("POST", path, {"content": "c", "thread_name": "t"})).code == 220003


async def test_a_defect_is_answered_and_recorded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the sandbox itself breaks, the bot is told what Discord says when it does."""

    def broken(_call: Call) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(
        api, "build_router", lambda: Router((Route("GET", "/gateway", broken, public=True),))
    )
    server = Server()
    await server.start()
    try:
        async with (
            Sandbox.connect(server.base_url) as sandbox,
            aiohttp.ClientSession() as session,
            session.get(f"{server.base_url}/api/v10/gateway") as response,
        ):
            assert response.status == 500
            assert await response.json() == {"message": "500: Internal Server Error", "code": 0}
            (row,) = await sandbox.requests()
            assert (row["path"], row["status"]) == ("/api/v10/gateway", 500)
    finally:
        await server.stop()
    assert "ZeroDivisionError" in caplog.text
