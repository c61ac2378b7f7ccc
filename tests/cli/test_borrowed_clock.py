"""The bot and the commands by a sandbox's clock, `clock.url`, which may not be there."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.cli.command_line import CommandLine


def borrow(tocsin: CommandLine, clock: str) -> None:
    """Let it go by the clock at that address."""
    tocsin.file(
        "tocsin.toml",
        "[discord]",
        'token = "MQ.token"',
        'api_url = "http://127.0.0.1:9/api/v10"',
        "[clock]",
        f'url = "{clock}"',
    )


@pytest.mark.parametrize(("command", "code"), [("status", 1), ("run", 1), ("doctor", 2)])
def test_a_clock_that_does_not_answer_is_said(tocsin: CommandLine, command: str, code: int) -> None:
    """In one line, by the bot as by the commands, and without the password in its address."""
    borrow(tocsin, "http://me:secret@127.0.0.1:9/sandbox/clock")
    ran = tocsin.process(command)
    assert (ran.code, ran.out) == (code, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("tocsin: The clock at http://127.0.0.1:9/sandbox/clock (clock.url in")
    assert "Start the sandbox, or take clock.url out" in line


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text="<p>Hello</p>", content_type="text/html"),
        web.json_response([]),
        web.json_response({"message": "404: Not Found"}, status=404),
    ],
    ids=["a page", "a list", "no such path"],
)
async def test_what_answers_in_place_of_a_clock_is_said(
    tocsin: CommandLine, answer: web.Response
) -> None:
    """Another address of the sandbox, or of another program, is a likely mistake."""

    async def say(_request: web.Request) -> web.Response:
        return answer

    site = web.Application()
    site.router.add_get("/{path:.*}", say)
    async with TestServer(site, host="127.0.0.1") as server:
        borrow(tocsin, str(server.make_url("/clock")))
        ran = await asyncio.to_thread(tocsin.process, "run")
    assert ran.code == 1
    (line,) = ran.err.splitlines()
    assert "/clock (clock.url in the settings) cannot be read" in line
    assert "ends in /sandbox/clock" in line
