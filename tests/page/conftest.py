"""Chromium, a sandbox process with two members and a bot in it, and a window for each member."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.journeys.processes import Process, address_in
from tests.journeys.sandbox import Sandbox
from tests.page.pictures import Album
from tests.requirements import skip_unless

# Long, for a machine that is busy with other things: nothing waits longer than it must.
PATIENCE_MS = 45_000
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, without a window."""
    path = which("chromium") or which("chromium-browser")
    skip_unless(path, "no Chromium: apt install chromium")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
def album(tmp_path: Path) -> Album:
    """Where pictures go."""
    folder = Path(os.environ.get("PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return Album(folder)


@dataclass
class World:
    """A sandbox with a server, "Playground", of two members and the ringer."""

    sandbox: Sandbox
    browser: Browser
    stack: AsyncExitStack
    ada: str
    ben: str
    guild: str
    general: str
    bots: str
    token: str

    async def window(self, user: str | None, place: str | None = None, **context: Any) -> Page:
        """A window of its own for a member; opens #bots unless another place is given."""
        options = {"locale": "en-GB", "timezone_id": "Europe/Berlin", **context}
        page = await (await self.browser.new_context(**options)).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.set_default_navigation_timeout(PATIENCE_MS)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        self.stack.callback(_none_of, problems)
        who = "" if user is None else f"?as={user}"
        where = f"#/channels/{self.guild}/{self.bots}" if place is None else place
        await page.goto(f"{self.sandbox.base}/{who}{where}")
        return page

    async def start_ringer(self) -> Process:
        """Start the bot and wait until its commands are there."""
        environment = {
            "RINGER_TOKEN": self.token,
            "RINGER_REST": f"{self.sandbox.base}/api/v10",
            "RINGER_GATEWAY": f"{self.sandbox.base.replace('http', 'ws')}/gateway",
        }
        script = str(Path(__file__).with_name("ringer.py"))
        bot = await Process.start("python", script, env=environment)
        self.stack.push_async_callback(bot.end)
        await bot.until(lambda line: line == "ready")
        return bot


def _none_of(problems: list[str]) -> None:
    assert not problems, f"the page threw: {problems}"


@pytest.fixture
async def empty_sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox process with nothing in it."""
    process = await Process.start("discord-sandbox", "serve", "--port", "0")
    try:
        base = await process.until(address_in)
        async with aiohttp.ClientSession() as session:
            yield Sandbox(base, session)
    finally:
        await process.end()


@pytest.fixture
async def quiet_world(empty_sandbox: Sandbox, browser: Browser) -> AsyncIterator[World]:
    """Two members and an invited bot that does not run."""
    post = empty_sandbox.post
    ada, ben = [
        (await post("/users", {"username": name.lower(), "global_name": name}))["id"]
        for name in ("Ada", "Ben")
    ]
    made = await post("/applications", {"name": "Ringer"})
    guild = {
        "name": "Playground",
        "owner_id": ada,
        "channels": ["general", "bots"],
        "members": [ada, ben],
        "bots": [made["application"]["id"]],
    }
    answer = await post("/guilds", guild)
    channels = {channel["name"]: channel["id"] for channel in answer["channels"]}
    role = {"application_id": made["application"]["id"], "permissions": str(8)}
    await post(f"/guilds/{answer['id']}/bots", role)
    async with AsyncExitStack() as stack:
        yield World(
            sandbox=empty_sandbox,
            browser=browser,
            stack=stack,
            ada=ada,
            ben=ben,
            guild=answer["id"],
            general=channels["general"],
            bots=channels["bots"],
            token=made["token"],
        )


@pytest.fixture
async def world(quiet_world: World) -> World:
    """Two members, and the ringer at work."""
    await quiet_world.start_ringer()
    return quiet_world
