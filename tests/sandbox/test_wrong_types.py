"""Every operation that is done, with each member of its body in turn of a wrong type."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from tests.requirements import skip_unless
from tests.sandbox.conftest import Town
from tests.sandbox.openapi import DOCUMENT, check_request, template_of
from tests.sandbox.rest import Answer, Rest
from tests.sandbox.server_bodies import RULE, server_bodies
from tests.sandbox.test_gateway import connected, dispatched, identify
from tools import routes

from discord_sandbox.rest.operations import build_router

ADMINISTRATOR = 1 << 3
WRONG: tuple[Any, ...] = ("garbage", 1 << 60, 1.5, True, [1.5], ["x"], {"x": 1}, [{"x": 1}], [[]])
"""Values of every JSON type; of these a member gets those that its description does not allow."""

STARTS, ENDS = [(datetime.now(UTC) + timedelta(days=days)).isoformat() for days in (30, 31)]

EMBED = {
    "title": "t",
    "description": "d",
    "url": "https://example.org",
    "timestamp": STARTS,
    "color": 255,
    "footer": {"text": "f", "icon_url": "https://example.org/i.png"},
    "author": {"name": "a", "url": "https://example.org"},
    "fields": [{"name": "n", "value": "v", "inline": True}],
}
BUTTON = {"type": 2, "style": 1, "label": "b", "custom_id": "b", "disabled": False}
OPTION = {"label": "l", "value": "v", "description": "d", "default": False}
SELECT = {
    "type": 3,
    "custom_id": "s",
    "placeholder": "p",
    "min_values": 1,
    "max_values": 1,
    "options": [OPTION],
}
ROWS = [{"type": 1, "components": [BUTTON]}, {"type": 1, "components": [SELECT]}]
HOOKED = {
    "content": "c",
    "embeds": [EMBED],
    "components": ROWS,
    "allowed_mentions": {"parse": ["everyone"], "users": ["1"], "roles": ["1"]},
    "flags": 4,
}
MESSAGE = {**HOOKED, "tts": False, "nonce": "n", "enforce_nonce": True}
COMMAND = {
    "name": "play",
    "name_localizations": {"de": "spiel"},
    "description": "d",
    "description_localizations": {"de": "d"},
    "nsfw": False,
    "contexts": [0],
    "integration_types": [0],
    "options": [
        {
            "type": 3,
            "name": "o",
            "description": "d",
            "required": False,
            "choices": [{"name": "a", "value": "a", "name_localizations": {"de": "a"}}],
        },
        {"type": 4, "name": "n", "description": "d", "min_value": 1, "max_value": 2},
        {"type": 7, "name": "c", "description": "d", "channel_types": [0]},
    ],
}
ROLE = {
    "name": "r",
    "permissions": 1024,
    "color": 255,
    "colors": {"primary_color": 255},
    "hoist": False,
    "mentionable": True,
}
EVENT = {
    "name": "e",
    "description": "d",
    "scheduled_start_time": STARTS,
    "scheduled_end_time": ENDS,
    "privacy_level": 2,
    "entity_type": 3,
    "entity_metadata": {"location": "l"},
    "recurrence_rule": {
        "start": STARTS,
        "frequency": 2,
        "interval": 1,
        "by_weekday": [4],
    },
}
CHANNEL = {
    "name": "c",
    "position": 1,
    "topic": "t",
    "nsfw": False,
    "rate_limit_per_user": 1,
    "permission_overwrites": [],
}
THREAD = {"name": "t", "auto_archive_duration": 60}
BAN = {"delete_message_seconds": 1}


@dataclass
class Place:
    """What the examples' paths name."""

    ids: dict[str, str]
    rest: Rest
    socket: aiohttp.ClientWebSocketResponse

    def bodies(self) -> dict[str, tuple[str, Any]]:
        """An example for each operation: where it goes, and a body of many members."""
        ids = self.ids
        application = "/applications/{application}"
        globally, locally = f"{application}/commands", f"{application}/guilds/{{guild}}/commands"
        member, hook = "/guilds/{guild}/members", "/webhooks/{hook}/{token}"
        examples: dict[str, Any] = {
            "PATCH /applications/@me": {"description": "d"},
            f"PATCH {application}": {"description": "d"},
            f"POST {globally}": COMMAND,
            f"PATCH {globally}/{{command}}": {**COMMAND, "name": "one"},
            f"POST {locally}": COMMAND,
            f"PATCH {locally}/{{own_command}}": {**COMMAND, "name": "two"},
            f"PUT {globally}": [COMMAND],
            f"PUT {locally}": [COMMAND],
            "PATCH /channels/{channel}": CHANNEL,
            "POST /channels/{channel}/messages": {
                **MESSAGE,
                "message_reference": {"message_id": ids["message"], "fail_if_not_exists": True},
            },
            "PATCH /channels/{channel}/messages/{message}": HOOKED,
            "POST /channels/{channel}/messages/{message}/threads": THREAD,
            "PUT /channels/{channel}/permissions/{ben}": {"type": 1, "allow": 0, "deny": 0},
            "POST /channels/{channel}/threads": {**THREAD, "type": 11, "invitable": True},
            "POST /channels/{channel}/webhooks": {"name": "w"},
            "POST /guilds/{guild}/bulk-ban": {**BAN, "user_ids": [ids["cy"]]},
            "POST /guilds/{guild}/channels": {**CHANNEL, "type": 0},
            "PATCH /guilds/{guild}/channels": [{"id": ids["channel"], "position": 1}],
            f"PATCH {member}/@me": {"nick": "n"},
            f"PATCH {member}/{{ben}}": {
                "nick": "n",
                "roles": [ids["role"]],
                "communication_disabled_until": None,
                "flags": 4,
            },
            "PUT /guilds/{guild}/bans/{dan}": BAN,
            "POST /guilds/{guild}/roles": ROLE,
            "PATCH /guilds/{guild}/roles": [{"id": ids["role"], "position": 1}],
            "PATCH /guilds/{guild}/roles/{role}": ROLE,
            "POST /guilds/{guild}/scheduled-events": EVENT,
            "PATCH /guilds/{guild}/scheduled-events/{event}": {**EVENT, "name": "other"},
            "POST /stage-instances": {
                "channel_id": ids["stage"],
                "topic": "t",
                "privacy_level": 2,
                "send_start_notification": False,
            },
            "PATCH /stage-instances/{stage}": {"topic": "t", "privacy_level": 2},
            "PATCH /users/@me": {"username": "bot"},
            "POST /users/@me/channels": {"recipient_id": ids["ben"]},
            "PATCH /webhooks/{hook}": {"name": "w", "channel_id": ids["channel"]},
            f"PATCH {hook}": {"name": "w"},
            f"POST {hook}": {**HOOKED, "username": "u", "tts": False},
            f"PATCH {hook}/messages/{{hooked}}": HOOKED,
            "PATCH /webhooks/{application}/{interaction_token}/messages/@original": HOOKED,
            "POST /channels/{channel}/messages/bulk-delete": {
                "messages": [ids["message"], ids["hooked"]]
            },
            **server_bodies(ids),
        }
        return {
            name: (name.partition(" ")[2].format(**ids), body) for name, body in examples.items()
        }


UNTRIED = {
    "PUT /applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions": (
        "No bot may, whatever the body."
    ),
    "DELETE /guilds/{guild_id}/bans/{user_id}": "Its body has no members.",
    "POST /interactions/{interaction_id}/{interaction_token}/callback": "Has a test of its own.",
}


@pytest.fixture
async def place(town: Town, rest: Rest) -> AsyncIterator[Place]:
    """A bot that may do everything, and one of each thing that a path can name."""
    skip_unless(DOCUMENT.exists(), f"no API description at {DOCUMENT}")
    await town.sandbox.limits(buckets=False, global_per_second=None, commands_per_day=None)
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    ids = {
        "application": str(made.id),
        "guild": str(town.guild.id),
        "channel": str(town.general.id),
        "ben": str(town.ben.id),
    }
    for name in ("cy", "dan"):
        ids[name] = str((await town.sandbox.make_user(name)).id)

    async def make(name: str, path: str, body: Any) -> Any:
        answer = await rest.post(path.format(**ids), body)
        assert answer.status < 300, answer.body
        ids[name] = answer.body["id"]
        return answer.body

    await make("role", "/guilds/{guild}/roles", {"name": "r"})
    await make("stage", "/guilds/{guild}/channels", {"name": "s", "type": 13})
    await make("message", "/channels/{channel}/messages", {"content": "c"})
    await make("event", "/guilds/{guild}/scheduled-events", EVENT)
    await make("rule", "/guilds/{guild}/auto-moderation/rules", RULE)
    await make("command", "/applications/{application}/commands", {**COMMAND, "name": "one"})
    path = "/applications/{application}/guilds/{guild}/commands"
    await make("own_command", path, {**COMMAND, "name": "two"})
    template = (await rest.post(f"/guilds/{town.guild.id}/templates", {"name": "n"})).body
    ids["code"] = template["code"]
    sound = await town.guild.make_sound("horn", b"OggS")
    ids["sound"] = sound["sound_id"]
    ids["sku"] = str(await town.sandbox.make_sku(made, "Gold"))
    twin = await town.sandbox.make_guild("Twin", owner=town.ann)
    await twin.add_bot(made, permissions=ADMINISTRATOR)
    ids["twin"] = str(twin.id)
    ids["token"] = (await make("hook", "/channels/{channel}/webhooks", {"name": "h"}))["token"]
    await make("hooked", "/webhooks/{hook}/{token}?wait=true", {"content": "c"})
    async with connected(town) as socket:
        await identify(socket, made.token, 1)
        await dispatched(socket, "GUILD_CREATE")
        await town.ben.command(town.general, "one")
        begun = (await dispatched(socket, "INTERACTION_CREATE"))["d"]
        ids["interaction_token"] = begun["token"]
        answer = {"type": 4, "data": {"content": "c"}}
        assert (await respond(rest, begun, answer)).status == 204
        yield Place(ids, rest, socket)


async def respond(rest: Rest, interaction: Any, body: Any) -> Answer:
    return await rest.post(
        f"/interactions/{interaction['id']}/{interaction['token']}/callback", body
    )


def mutations(method: str, path: str, body: Any) -> Iterator[tuple[str, Any]]:
    """The body with each of its parts in turn replaced by what its description does not allow."""
    for where in parts(body, ()):
        for wrong in WRONG:
            if type(wrong) is type(found(body, where)):
                continue
            changed = replaced(body, where, wrong)
            try:
                check_request(method, path, {}, changed)
            except AssertionError:
                yield f"{'.'.join(map(str, where))} = {json.dumps(wrong)}", changed


def parts(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    inner = node.items() if isinstance(node, dict) else ()
    for key, value in enumerate(node) if isinstance(node, list) else inner:
        yield (*path, key)
        yield from parts(value, (*path, key))


def replaced(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    found(changed, path[:-1])[path[-1]] = value
    return changed


def found(node: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


async def refusal(asked: Awaitable[Answer]) -> str | None:
    """What is wrong with the answer to a body of a wrong type, or None where it was refused."""
    try:
        answer = await asked
    except AssertionError as accepted:
        return str(accepted)
    said = (answer.status, answer.body.get("code"))
    return None if said == (400, 50035) else f"{said} {answer.body}"


async def test_a_wrong_type_is_refused(place: Place) -> None:
    """Each example is taken; with any member of a wrong type it is answered 400, code 50035."""
    passed: list[str] = []
    tried = 0
    for name, (path, body) in place.bodies().items():
        method = name.partition(" ")[0]
        for what, changed in mutations(method, path, body):
            tried += 1
            problem = await refusal(place.rest.call(method, path, changed))
            passed += [f"{name}: {what}: {problem}"] if problem else []
        whole = await place.rest.call(method, path, body)
        assert whole.status < 300, f"{name}: {whole.body}"
    assert not passed, "\n".join(passed)
    assert tried > 1000


async def test_a_wrong_type_in_an_interactions_answer(town: Town, place: Place) -> None:
    """The answer to an interaction, too, and after it the interaction is still to be answered."""
    body = {"type": 4, "data": HOOKED}
    passed = []
    for what, changed in mutations("POST", "/interactions/1/token/callback", body):
        await town.ben.command(town.general, "one")
        begun = (await dispatched(place.socket, "INTERACTION_CREATE"))["d"]
        problem = await refusal(respond(place.rest, begun, changed))
        passed += [f"{what}: {problem}"] if problem else []
        assert problem or (await respond(place.rest, begun, body)).status == 204
    assert not passed, "\n".join(passed)


async def test_every_operation_is_tried(place: Place) -> None:
    """An operation with a body that is done and has no example fails this test."""
    tried = set(UNTRIED)
    for name, (path, _) in place.bodies().items():
        tried.add(f"{name.partition(' ')[0]} {template_of(path)}")
    document = json.loads(DOCUMENT.read_text("utf-8"))
    router = build_router()
    missing = [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in routes.METHODS
        if "requestBody" in operations.get(method, {})
        and routes.is_done(router, method.upper(), path)
        and f"{method.upper()} {path}" not in tried
    ]
    assert missing == []
