"""Every operation that is done, with each member of its body in turn of a wrong type."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any

import pytest
from tests.requirements import skip_unless
from tests.sandbox.bodies import COMMAND, EVENT, FRIDAYS, HOOKED, PICTURE, UNTRIED, Place
from tests.sandbox.conftest import Town
from tests.sandbox.files import png
from tests.sandbox.openapi import DOCUMENT, check_request, template_of
from tests.sandbox.rest import Answer, Rest
from tests.sandbox.server_bodies import RULE
from tests.sandbox.test_gateway import connected, dispatched, identify
from tools import routes

from discord_sandbox.rest.operations import build_router
from discord_sandbox.testing import File

ADMINISTRATOR = 1 << 3
WRONG: tuple[Any, ...] = ("garbage", 1 << 60, 1.5, True, [1.5], ["x"], {"x": 1}, [{"x": 1}], [[]])
"""Values of every JSON type; of these a member gets those that its description does not allow."""


@pytest.fixture
async def place(town: Town, rest: Rest) -> AsyncIterator[Place]:
    """A bot that may do everything, and one of each thing that a path can name."""
    skip_unless(DOCUMENT.exists(), f"no API description at {DOCUMENT}")
    await town.sandbox.limits(buckets=False, global_per_second=None, commands_per_day=None)
    made = await town.sandbox.make_application("Admin")
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    rest.use(made.token)
    guild = f"/guilds/{town.guild.id}"
    await town.sandbox.control.patch(guild, {"features": ["ROLE_ICONS"]})
    ids = {
        "application": str(made.id),
        "guild": str(town.guild.id),
        "channel": str(town.general.id),
        "ben": str(town.ben.id),
    }
    ids["sticker"] = str(await town.ann.make_sticker(town.guild, "s1", File("a.png", png())))
    for name in ("cy", "dan"):
        ids[name] = str((await town.sandbox.make_user(name)).id)

    async def make(name: str, path: str, body: Any) -> Any:
        answer = await rest.post(path.format(**ids), body)
        assert answer.status < 300, answer.body
        ids[name] = answer.body["id"]
        return answer.body

    await make("role", "/guilds/{guild}/roles", {"name": "r"})
    await make("emoji", "/guilds/{guild}/emojis", {"name": "e0", "image": PICTURE})
    await make("own_emoji", "/applications/{application}/emojis", {"name": "e0", "image": PICTURE})
    await make("news", "/guilds/{guild}/channels", {"name": "n", "type": 5})
    await make("stage", "/guilds/{guild}/channels", {"name": "s", "type": 13})
    await make("voice", "/guilds/{guild}/channels", {"name": "v", "type": 2})
    await town.sandbox.control.post(f"/members/{town.ben.id}/voice", {"channel_id": ids["stage"]})
    await make("message", "/channels/{channel}/messages", {"content": "c"})
    await make("event", "/guilds/{guild}/scheduled-events", EVENT)
    path = "/guilds/{guild}/scheduled-events/{event}/exceptions".format(**ids)
    called_off = {"original_scheduled_start_time": FRIDAYS[0], "is_canceled": True}
    ids["date"] = (await rest.post(path, called_off)).body["event_exception_id"]
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
        where = {"guild_id": ids["guild"], "channel_id": ids["stage"]}
        await socket.send_json({"op": 4, "d": {**where, "self_mute": False, "self_deaf": False}})
        await dispatched(socket, "VOICE_SERVER_UPDATE")
        speaking = {"channel_id": ids["stage"], "suppress": False}
        assert (await rest.patch(f"{guild}/voice-states/@me", speaking)).status == 204
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
