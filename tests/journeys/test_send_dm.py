"""`tocsin send-dm`: one reminder at once, with the exact request, the answer, and what failed."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
from aiohttp import web
from tests.journeys.commands.community import Bot, Community, says
from tests.journeys.commands.test_events import bring_in, in_hours
from tests.journeys.processes import Process
from tests.journeys.test_main_path import running

from discord_sandbox.testing import Sandbox

TITLE = "Ruins of Ys"
IS_TEST = says("This is a test", TITLE)
HOUR = 3_600


@pytest_asyncio.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """A server that is set up, with an event in three hours and a bot that does not run."""
    async with Sandbox.start() as sandbox:
        application = await sandbox.make_application("Tocsin")
        community = await Community.found(sandbox, Bot(sandbox, application, tmp_path))
        async with running(community.bot):
            await community.set_up(preset="kvk", windows="now")
        start = await in_hours(community, 3)
        await bring_in(community, tmp_path, [(start, "ruins", TITLE)])
        yield community


async def send(community: Community, *more: str, api_url: str = "") -> tuple[int, str]:
    """Send Ann one; returns the exit code and what was said."""
    member, server = str(community.ann.id), str(community.guild.id)
    environment = community.bot.environment | (
        {"TOCSIN_DISCORD__API_URL": api_url} if api_url else {}
    )
    arguments = ("--server", server, "--member", member, "--lead", "1h", *more)
    process = await Process.start("tocsin", "send-dm", *arguments, env=environment)
    return await process.wait(), process.output()


async def states(community: Community) -> list[str]:
    """The states of all deliveries."""
    rows = json.loads(await community.bot.tocsin("deliveries", "list", "--json"))
    return [row["state"] for row in rows]


@asynccontextmanager
async def listening(api_url: str) -> AsyncIterator[tuple[str, list[tuple[str, Any]]]]:
    """A way to the API on which the path and body of each POST can be read; gives its address."""
    heard: list[tuple[str, Any]] = []

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        path = request.path.removeprefix("/api/v10")
        if request.method == "POST":
            heard.append((path, json.loads(body)))
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        async with session.request(
            request.method, api_url + path, data=body, headers=headers
        ) as answer:
            content = await answer.read()
            kind = {"Content-Type": answer.headers["Content-Type"]}
            return web.Response(body=content, status=answer.status, headers=kind)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", forward)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10", heard
    await runner.cleanup()


async def test_without_a_bot_the_command_sends_what_it_prints(community: Community) -> None:
    """To the letter: what it prints is what Discord is sent; the DM channel is opened first."""
    async with listening(community.sandbox.api_url) as (api_url, heard):
        code, said = await send(community, "--json", api_url=api_url)
    assert code == 0, said
    told = json.loads(said)
    assert heard[-1] == (told["request"]["path"], told["request"]["payload"])
    assert next(path for path, _ in heard) == "/users/@me/channels"
    assert told["sender"] == "this command, for no bot runs"
    assert told["delivery"]["state"] == "sent"
    message = await community.ann.wait_for_dm(IS_TEST)
    assert told["delivery"]["message_id"] == str(message.id)
    status = json.loads(await community.bot.tocsin("status", "--json"))
    assert status["servers"][0]["counts"] == {}


async def test_an_unreachable_discord_is_said(community: Community) -> None:
    """In words, and nothing is left waiting."""
    code, said = await send(community, api_url="http://127.0.0.1:9/api/v10")
    assert code == 1
    assert "Discord cannot be reached" in said
    assert "Traceback" not in said
    assert await states(community) == []


async def test_a_running_bot_sends_it_and_the_real_one_in_its_time(community: Community) -> None:
    """The command waits for the outcome; the reminder that was asked for comes all the same."""
    async with running(community.bot):
        await community.subscribe(community.ann, "ruins", leads=(HOUR,))
        code, said = await send(community)
        assert code == 0, said
        assert "Sender: the running bot" in said
        assert '"enforce_nonce": true' in said
        test = await community.ann.wait_for_dm(IS_TEST)
        start = await in_hours(community, 3)
        left = start - timedelta(hours=1) - await community.sandbox.clock.now()
        await community.sandbox.clock.step(left.total_seconds())
        real = await community.ann.wait_for_dm(says(TITLE), after=test)
        assert "This is a test" not in real.text
    assert await states(community) == ["sent", "sent"]


async def test_a_failure_is_told_with_its_trace(community: Community) -> None:
    """Whoever sends it; and a member whom Discord refuses is not tried again."""
    channel = rf"/channels/(?!{community.channel.id}/)[0-9]+/messages$"
    async with await community.sandbox.fault(
        "status", method="POST", path=channel, status=400, code=50035, message="Invalid Form Body"
    ):
        code, said = await send(community)
        assert code == 1
        for part in ("400 50035", "Traceback", "discord.errors.HTTPException", "Invalid Form Body"):
            assert part in said
    await community.ann.accept_dms(False)
    async with running(community.bot):
        code, said = await send(community)
        assert code == 1
        for part in ("403 50007", "Traceback", "discord.errors.Forbidden", "failed"):
            assert part in said
        code, said = await send(community)
        assert code == 1
        assert "None is tried until the member opens their DMs" in said
    assert await community.ann.dms() == []


async def test_a_member_who_is_not_there_is_told_with_the_trace(community: Community) -> None:
    """The DM channel cannot be opened, so nothing is owed to them."""
    code, said = await send(community, "--member", "7")
    assert code == 1
    for part in ("Opening the DM channel", "404 10013", "Traceback", "could not be opened"):
        assert part in said
    assert await states(community) == []


async def test_a_dry_run_shows_it_and_leaves_no_trace(community: Community) -> None:
    """Nothing is written, and Discord hears of nothing."""
    database = community.bot.directory / "tocsin.db"
    await community.sandbox.forget()
    before = database.read_bytes()
    code, said = await send(community, "--dry-run")
    assert code == 0, said
    assert "POST /channels/(a DM channel to be opened)/messages" in said
    assert TITLE in said
    assert database.read_bytes() == before
    assert await community.sandbox.requests() == []
    code, said = await send(community, "--event", "99")
    assert code == 1
    assert "There is no event 99 ahead" in said


async def test_a_calendar_without_events_gets_a_test_event(community: Community) -> None:
    """Which is removed afterwards, and stands on no list."""
    server = str(community.guild.id)
    await community.bot.tocsin("events", "cancel", "1", "--server", server)
    async with running(community.bot) as bot:
        code, said = await send(community)
        assert code == 0, said
        await community.ann.wait_for_dm(says("This is a test", "Test Ruins"))
        await community.sandbox.clock.step(200)
        await bot.event("test removed")
    assert await states(community) == []
