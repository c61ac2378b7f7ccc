"""Interactions over HTTP, between a member and a bot that is a web server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.http_bot import HttpBot, Json, form, outgoing, serving
from tests.sandbox.rest import Rest

from discord_sandbox.testing import SandboxError, Unanswered

BUTTON = {
    "type": 1,
    "components": [{"type": 2, "style": 1, "label": "Count", "custom_id": "count"}],
}
COMMAND = {
    "name": "do",
    "description": "Does it",
    "options": [{"type": 3, "name": "text", "description": "What", "autocomplete": True}],
}


@pytest_asyncio.fixture
async def http_bot(town: Town, rest: Rest) -> AsyncIterator[HttpBot]:
    """The town's bot with a command and an endpoint, which Discord has checked."""
    made = await rest.post(f"/applications/{town.application.id}/commands", COMMAND)
    assert made.status == 201, made.body
    bot = HttpBot(town.application.verify_key)
    async with serving(bot.serve) as bot.url:
        await town.sandbox.set_interactions_endpoint(town.application, bot.url)
        yield bot


async def test_a_command_and_a_button(town: Town, http_bot: HttpBot) -> None:
    """A command is answered with an embed and a button, and the press updates the message."""
    shown = {"embeds": [{"title": "Count 0"}], "components": [BUTTON]}
    http_bot.answers({"type": 4, "data": shown})
    exchange = await town.ben.command(town.general, "do", text="it")
    message = await exchange.response()
    assert message.embeds[0]["title"] == "Count 0"
    given = await http_bot.received.get()
    assert given["data"]["options"] == [{"type": 3, "name": "text", "value": "it"}]
    assert given["member"]["user"]["id"] == str(town.ben.id)
    http_bot.answers({"type": 7, "data": {"embeds": [{"title": "Count 1"}]}})
    updated = await (await town.ben.press(message, "Count")).response()
    assert (updated.id, updated.embeds[0]["title"]) == (message.id, "Count 1")
    assert (await http_bot.received.get())["message"]["id"] == str(message.id)


async def test_autocomplete(town: Town, http_bot: HttpBot) -> None:
    """The choices in the answer come back to the member."""
    http_bot.answers({"type": 8, "data": {"choices": [{"name": "AB", "value": "ab"}]}})
    choices = await town.ben.autocomplete(town.general, "do", "text", "a")
    assert choices == [{"name": "AB", "value": "ab"}]
    http_bot.answers({"type": 4, "data": {"content": "no choices"}})
    with pytest.raises(SandboxError, match=r"Value must be one of \{8\}"):
        await town.ben.autocomplete(town.general, "do", "text", "a")


async def test_a_modal(town: Town, http_bot: HttpBot) -> None:
    """A modal opens, and what is filled in is posted and answered in turn."""
    field = {"type": 4, "custom_id": "name", "style": 1, "label": "Name"}
    modal = {
        "custom_id": "who",
        "title": "Who?",
        "components": [{"type": 1, "components": [field]}],
    }
    http_bot.answers({"type": 9, "data": modal})
    opened = await (await town.ben.command(town.general, "do")).modal()
    http_bot.answers({"type": 4, "data": {"content": "Hello", "flags": 64}})
    answer = await (await town.ben.submit(opened, {"Name": "Ben"})).response()
    assert (answer.content, answer.ephemeral) == ("Hello", True)
    await http_bot.received.get()
    assert (await http_bot.received.get())["type"] == 5


async def test_a_deferral_and_what_follows(town: Town, http_bot: HttpBot, rest: Rest) -> None:
    """Edits and follow-ups go to the token's webhook, as for an interaction of the gateway."""
    http_bot.answers({"type": 5})
    exchange = await town.ben.command(town.general, "do")
    assert await exchange.done() == 5
    token = (await http_bot.received.get())["token"]
    webhook = f"/webhooks/{town.application.id}/{token}"
    await rest.patch(f"{webhook}/messages/@original", {"content": "At last"})
    assert (await exchange.response()).content == "At last"
    await rest.post(webhook, {"content": "And more"})
    assert (await exchange.followup()).content == "And more"


async def test_an_activity_is_launched(town: Town, http_bot: HttpBot) -> None:
    """Where the application has one; else the answer fails, and the record says why."""
    http_bot.answers({"type": 12})
    with pytest.raises(Unanswered, match="not EMBEDDED"):
        await (await town.ben.command(town.general, "do")).activity()


async def test_a_deferred_update(town: Town, http_bot: HttpBot, rest: Rest) -> None:
    """A press may be acknowledged over HTTP and its message edited later."""
    http_bot.answers({"type": 4, "data": {"content": "0", "components": [BUTTON]}})
    message = await (await town.ben.command(town.general, "do")).response()
    await http_bot.received.get()
    http_bot.answers({"type": 6})
    exchange = await town.ben.press(message, "Count")
    assert await exchange.done() == 6
    token = (await http_bot.received.get())["token"]
    path = f"/webhooks/{town.application.id}/{token}/messages/@original"
    await rest.patch(path, {"content": "1"})
    assert (await exchange.response()).content == "1"


async def test_an_answer_with_files(town: Town, http_bot: HttpBot) -> None:
    """They come beside the response, in a form."""

    async def with_files(_: Json) -> web.Response:
        return await form({"type": 4, "data": {"content": "Two"}}, one=b"1", two=b"\r\n--2")

    http_bot.answers(with_files)
    message = await (await town.ben.command(town.general, "do")).response()
    assert message.content == "Two"
    names = [one["filename"] for one in message.data["attachments"]]
    assert names == ["one.txt", "two.txt"]
    url = message.data["attachments"][1]["url"]
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert await response.read() == b"\r\n--2"


async def test_a_file_that_is_too_large(town: Town, http_bot: HttpBot) -> None:
    """The server's limit holds for what comes over HTTP, too."""

    async def large(_: Json) -> web.Response:
        return await form({"type": 4, "data": {"content": "x"}}, one=b"12345")

    await town.sandbox.limits(file_bytes=4)
    http_bot.answers(large)
    with pytest.raises(Unanswered, match="Request entity too large"):
        await (await town.ben.command(town.general, "do")).response()


async def test_an_answer_by_request(town: Town, http_bot: HttpBot, rest: Rest) -> None:
    """202 without a body says that the answer comes as from a bot on the gateway."""
    http_bot.answers(web.Response(status=202))
    exchange = await town.ben.command(town.general, "do")
    given = await http_bot.received.get()
    await rest.post(
        f"/interactions/{given['id']}/{given['token']}/callback",
        {"type": 4, "data": {"content": "By request"}},
    )
    assert (await exchange.response()).content == "By request"


async def test_only_the_first_of_two_answers_counts(
    town: Town, http_bot: HttpBot, rest: Rest
) -> None:
    """What comes over HTTP after an answer by request is noted, and changes nothing."""

    async def twice(given: Json) -> web.Response:
        await rest.post(
            f"/interactions/{given['id']}/{given['token']}/callback",
            {"type": 4, "data": {"content": "First"}},
        )
        return web.json_response({"type": 4, "data": {"content": "Second"}})

    stream = await town.sandbox.events()
    http_bot.answers(twice)
    exchange = await town.ben.command(town.general, "do")
    assert (await exchange.response()).content == "First"
    row = await stream.wait_for(
        lambda frame: frame.data if frame.data.get("path") == http_bot.url else None, since=0
    )
    assert (row["status"], row["code"]) == (200, 40060)
    assert [message.content for message in await town.general.messages()] == ["First"]


@pytest.mark.parametrize(
    ("answer", "problem", "code"),
    [
        ({"type": 7, "data": {"content": "x"}}, "type: Value must be one of {4, 5, 9, 12}", 50035),
        ({"type": 1}, "type: Value must be one of {4, 5, 9, 12}", 50035),
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content: Must be 2000 or", 50035),
        ({"type": 4, "data": {}}, "Cannot send an empty message", 50006),
        (
            {"type": 13, "data": {"eligible": True}},
            "type: Value must be one of {4, 5, 9, 12}",
            50035,
        ),
        (web.Response(status=204), "answered 204", None),
        (web.Response(status=503), "answered 503", None),
        (web.Response(status=302, headers={"Location": "/"}), "answered 302", None),
        (web.Response(text="{", content_type="application/json"), "invalid JSON", 50109),
        (web.Response(content_type="application/json"), "invalid JSON", 50109),
        (web.Response(text="x", content_type="multipart/form-data"), "could not be read", 50035),
    ],
)
async def test_an_answer_that_is_not_allowed(
    town: Town, http_bot: HttpBot, answer: Any, problem: str, code: int | None
) -> None:
    """It fails the interaction at once, and the record says why."""
    http_bot.answers(answer)
    exchange = await town.ben.command(town.general, "do")
    with pytest.raises(Unanswered) as failure:
        await exchange.response()
    assert problem in str(failure.value)
    row = (await outgoing(town.sandbox))[-1]
    assert problem in row["problem"]
    assert row.get("code") == code
    assert await town.general.messages() == []


async def test_an_answer_that_comes_too_late(town: Town, http_bot: HttpBot) -> None:
    """After three seconds the interaction has failed, and nobody waits for the endpoint."""
    http_bot.answers(_forever)
    exchange = await town.ben.command(town.general, "do")
    stream = await town.sandbox.events()
    with pytest.raises(Unanswered, match="did not answer within 3 seconds"):
        await exchange.response()
    row = await stream.wait_for(
        lambda frame: frame.data if frame.type == "REQUEST" else None, since=0
    )
    assert (row["status"], row["problem"]) == (0, "did not answer within 3 seconds")


async def _forever(_: Json) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def test_nobody_listens_any_more(town: Town, rest: Rest) -> None:
    """A bot that has ended fails its interactions, and the reason says so."""
    bot = HttpBot(town.application.verify_key)
    await rest.post(f"/applications/{town.application.id}/commands", COMMAND)
    async with serving(bot.serve) as url:
        await town.sandbox.set_interactions_endpoint(town.application, url)
    exchange = await town.ben.command(town.general, "do")
    with pytest.raises(Unanswered, match="The endpoint of Example could not be reached"):
        await exchange.response()


async def test_back_to_the_gateway(town: Town, bot: ExampleBot, rest: Rest) -> None:
    """With an endpoint the gateway is sent no interaction; with null it is again."""
    endpoint = HttpBot(town.application.verify_key)
    endpoint.answers({"type": 4, "data": {"content": "over HTTP"}})
    async with serving(endpoint.serve) as url:
        answer = await rest.patch("/applications/@me", {"interactions_endpoint_url": url})
        assert answer.status == 200
        exchange = await town.ben.command(town.general, "echo", text="hi")
        assert (await exchange.response()).content == "over HTTP"
        answer = await rest.patch("/applications/@me", {"interactions_endpoint_url": None})
        assert answer.body["interactions_endpoint_url"] is None
        exchange = await town.ben.command(town.general, "echo", text="hi")
        assert (await exchange.response()).content == "hi"
    assert endpoint.received.qsize() == 1
    assert [message.content for message in await town.general.messages()] == ["hi", "over HTTP"]
    rows = await town.sandbox.requests()
    assert [row["status"] for row in rows if row["path"].endswith("/callback")] == [200]
