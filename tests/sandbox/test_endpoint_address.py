"""The address of an interactions endpoint, and the key: what is taken, and what is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.sandbox.conftest import Town
from tests.sandbox.http_bot import HttpBot, outgoing, serving
from tests.sandbox.rest import Answer, Rest

from discord_sandbox.testing import Sandbox, SandboxError

# The first example in RFC 8032.
PRIVATE = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


async def _set(rest: Rest, url: str | None) -> Answer:
    return await rest.patch("/applications/@me", {"interactions_endpoint_url": url})


async def test_an_endpoint_is_taken_once_it_has_answered(town: Town, rest: Rest) -> None:
    """It gets a PING, and one with a wrong signature; both are in the record."""
    me = await rest.get("/applications/@me")
    assert me.body["interactions_endpoint_url"] is None
    bot = HttpBot(me.body["verify_key"])
    async with serving(bot.serve) as url:
        answer = await _set(rest, url)
    assert (answer.status, answer.body["interactions_endpoint_url"]) == (200, url)
    assert (bot.pinged, bot.refused) == (1, 1)
    assert {headers["Content-Type"] for headers in bot.headers} == {"application/json"}
    rows = await outgoing(town.sandbox)
    assert [(row["method"], row["path"], row["status"]) for row in rows] == [
        ("POST", url, 200),
        ("POST", url, 401),
    ]
    assert not any("problem" in row for row in rows)


async def _accept_everything(request: web.BaseRequest) -> web.StreamResponse:
    return web.json_response({"type": 1})


async def _moved(request: web.BaseRequest) -> web.StreamResponse:
    if request.path == "/elsewhere":
        return web.json_response({"type": 1})
    return web.Response(status=307, headers={"Location": "/elsewhere"})


async def _broken(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=500)


async def _no_pong(request: web.BaseRequest) -> web.StreamResponse:
    return web.json_response({"type": 4, "data": {"content": "hi"}})


async def _no_json(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text="pong", content_type="application/json")


async def _plain_text(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text='{"type": 1}')


async def _silent(request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def _endless(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" " * 1024 * 1024)


@pytest.mark.parametrize(
    ("serve", "status", "problem"),
    [
        (_accept_everything, 200, "401 to a request whose signature is wrong"),
        (_moved, 307, "answered 307"),
        (_broken, 500, "answered 500"),
        (_no_pong, 200, 'has to answer a PING (type 1) with {"type": 1}'),
        (_no_json, 200, "contains invalid JSON"),
        (_plain_text, 200, '"Content-Type"'),
        (_silent, 0, "did not answer within 3 seconds"),
        (_endless, 200, "Request entity too large"),
    ],
)
async def test_an_endpoint_that_does_not_do_as_asked_is_refused(
    town: Town, rest: Rest, serve: Any, status: int, problem: str
) -> None:
    """With Discord's error; nothing is changed, and what is wrong is in the record."""
    async with serving(serve) as url:
        body = {"description": "Other", "interactions_endpoint_url": url}
        answer = await rest.patch("/applications/@me", body)
    assert (answer.status, answer.code) == (400, 50035)
    assert answer.body["errors"] == {
        "interactions_endpoint_url": {
            "_errors": [
                {
                    "code": "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
                    "message": "The specified interactions endpoint url could not be verified.",
                }
            ]
        }
    }
    row = (await outgoing(town.sandbox))[-1]
    assert row["status"] == status
    assert problem in row["problem"]
    me = await rest.get("/applications/@me")
    assert (me.body["description"], me.body["interactions_endpoint_url"]) == ("", None)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://192.0.2.1/", "192.0.2.1 is not on this machine; `serve --endpoints-anywhere`"),
        ("https://[2001:db8::1]/", "is not on this machine"),
        ("http://0.0.0.0:9/", "is not on this machine"),
        ("http://ann:secret@127.0.0.1:9/", "must have no name or password"),
        ("http://127.0.0.1:9/", "could not be reached"),
        ("http://127.0.0.1:99999/", "has an address that is none"),
    ],
)
async def test_only_this_machine_is_asked(town: Town, rest: Rest, url: str, problem: str) -> None:
    """Whatever the address looks like; no secret in it gets into the record."""
    assert (await _set(rest, url)).code == 50035
    (row,) = await outgoing(town.sandbox)
    assert row["status"] == 0
    assert problem in row["problem"]
    assert "secret" not in str(row)
    with pytest.raises(SandboxError, match="The endpoint"):
        await town.sandbox.set_interactions_endpoint(town.application, url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://127.0.0.1/", "URL_TYPE_INVALID_SCHEME"),
        ("nonsense", "URL_TYPE_INVALID_URL"),
        (7, "STRING_TYPE_CONVERT"),
    ],
)
async def test_what_is_no_web_address_is_refused(rest: Rest, url: Any, code: str) -> None:
    """As in every other member that holds one."""
    answer = await _set(rest, url)
    assert (answer.status, answer.code) == (400, 50035)
    (problem,) = answer.body["errors"]["interactions_endpoint_url"]["_errors"]
    assert problem["code"] == code


async def test_other_machines_are_asked_where_the_sandbox_is_told_so() -> None:
    """`--endpoints-anywhere` takes addresses that are no loopback ones, such as this machine's 0.0.0.0."""
    async with Sandbox.start(options=["--endpoints-anywhere"]) as sandbox:
        application = await sandbox.make_application("Bell")
        bot = HttpBot(application.verify_key)
        async with serving(bot.serve, "0.0.0.0") as url:
            await sandbox.set_interactions_endpoint(application, url)
    assert (bot.pinged, bot.refused) == (1, 1)


async def test_an_application_may_begin_with_an_endpoint(town: Town) -> None:
    """Made so it is not checked: its bot can know the key only afterwards."""
    made = await town.sandbox.make_application(
        "Web", interactions_endpoint_url="http://127.0.0.1:9/", signing_key=PRIVATE
    )
    assert made.verify_key == PUBLIC
    assert await outgoing(town.sandbox) == []
    (found,) = (a for a in (await town.sandbox.world())["applications"] if a["name"] == "Web")
    assert found["interactions_endpoint_url"] == "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"interactions_endpoint_url": "ftp://127.0.0.1/"}, "needs an address of http or https"),
        ({"interactions_endpoint_url": 7}, "needs an address of http or https"),
        ({"interactions_endpoint_url": "http://a:b@127.0.0.1/"}, "no name or password"),
        ({"signing_key": "00"}, "64 hexadecimal digits"),
        ({"signing_key": "x" * 64}, "64 hexadecimal digits"),
    ],
)
async def test_what_cannot_be_an_endpoint_is_refused(
    town: Town, given: dict[str, Any], problem: str
) -> None:
    """By the control API and in a seed alike."""
    with pytest.raises(SandboxError, match=problem):
        await town.sandbox.make_application("Web", **given)
    with pytest.raises(SandboxError, match=problem):
        await town.sandbox.sow({"applications": [{"name": "Web", "token": "a.b.c", **given}]})


async def test_key_and_address_outlive_the_sandbox(tmp_path: Path) -> None:
    """They are in the state, so that a bot's settings go on being right."""
    url = "http://127.0.0.1:9/"
    about = {"name": "Web", "token": "a.b.c", "interactions_endpoint_url": url}
    seed = {"applications": [{**about, "signing_key": PRIVATE}]}
    options = ["--state", str(tmp_path / "world.state")]
    async with Sandbox.start(seed=seed, options=options):
        pass
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        me = await Rest(session, sandbox, "a.b.c").get("/applications/@me")
    assert (me.body["verify_key"], me.body["interactions_endpoint_url"]) == (PUBLIC, url)
