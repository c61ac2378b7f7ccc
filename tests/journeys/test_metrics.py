"""What Prometheus reads from a running bot, over HTTP, while it works and while a part of it fails."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest_asyncio
from tests.journeys.commands.community import Bot, Community, says
from tests.journeys.processes import Process
from tests.scraping import Scraped
from tools import metrics_page
from yarl import URL

from discord_sandbox.testing import Sandbox
from tocsin.telemetry.metrics import CONTENT_TYPE

HOUR = timedelta(hours=1)
TITLE = "Ruins of Ys"


class Observed(NamedTuple):
    """A running bot whose status address is known."""

    community: Community
    process: Process
    session: aiohttp.ClientSession
    address: str

    async def scrape(self) -> Scraped:
        """Read its metrics, as Prometheus does."""
        async with self.session.get(self.address) as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
            return Scraped(await answer.text())

    async def status(self) -> str:
        """What `tocsin status` says, with runs of spaces as one."""
        port = str(URL(self.address).port)
        self.community.bot.extra["TOCSIN_STATUS__PORT"] = port
        return " ".join((await self.community.bot.tocsin("status")).split())

    def database(self, statement: str) -> None:
        """Let another program change the database."""
        connection = sqlite3.connect(self.community.bot.directory / "tocsin.db", timeout=30)
        connection.execute(statement)
        connection.commit()
        connection.close()


@pytest_asyncio.fixture
async def observed(tmp_path: Path) -> AsyncIterator[Observed]:
    """A bot in a sandbox of its own, whose clock these tests move, with any free port for its status address."""
    async with Sandbox.start() as sandbox, aiohttp.ClientSession() as session:
        application = await sandbox.make_application("Tocsin")
        bot = Bot(sandbox, application, tmp_path, {"TOCSIN_STATUS__PORT": "0"})
        community = await Community.found(sandbox, bot)
        process = await bot.start()
        try:
            port = (await process.event("status"))["port"]
            yield Observed(community, process, session, f"http://127.0.0.1:{port}/metrics")
        finally:
            await process.end()


async def test_a_reminder_that_goes_out_is_counted(observed: Observed) -> None:
    """The DM and the post: claimed, accepted and sent, each within seconds of when it was due."""
    community = observed.community
    now = await community.sandbox.clock.now()
    start = now.replace(microsecond=0) + 2 * HOUR
    file = community.bot.directory / "calendar.csv"
    file.write_text(f"start,type,title\n{start.isoformat()},ruins,{TITLE}\n", encoding="utf-8")
    server = str(community.guild.id)
    await community.bot.tocsin("events", "import", str(file), "--server", server, "--preset", "kvk")
    await community.set_up(preset="kvk", windows="1h")
    await community.subscribe(community.ann, "ruins", leads=(3_600,))
    before = await observed.scrape()
    assert before("tocsin_deliveries_total", outcome="sent", kind="reminder") == 0
    await community.sandbox.clock.set(start - HOUR + timedelta(seconds=1))
    await community.ann.wait_for_dm(says(TITLE))
    await observed.process.until(
        lambda line: sum('"event": "sent"' in each for each in observed.process.lines) == 2
    )
    told = await observed.scrape()
    assert told("tocsin_deliveries_total", outcome="sent", kind="reminder") == 2
    assert told("tocsin_claims_total", kind="reminder") == 2
    for recipient in ("member", "channel"):
        labels = {"recipient": recipient, "outcome": "accepted", "code": ""}
        assert told("tocsin_attempts_total", **labels) == 1
    assert told("tocsin_delivery_lateness_seconds_bucket", le="30.0") == 2
    requests = "tocsin_discord_requests_total"
    assert (told(requests) or 0) >= (before(requests) or 0) + 2
    answered = told.series("tocsin_discord_responses_total")
    assert answered[frozenset({("status", "200")})] >= 2
    assert sum(answered.values()) >= (told(requests) or 0)


async def test_a_loop_that_fails_is_told_also_when_it_runs_again(observed: Observed) -> None:
    """The planner cannot read its table, then it can again: it runs, and that it had failed is still counted."""
    before = await observed.scrape()
    assert before("tocsin_loop_failures_total", loop="plan") == 0
    assert before("tocsin_loop_running", loop="plan") == 1
    observed.database("ALTER TABLE firings RENAME TO away")
    failed = await observed.process.event("loop failed")
    assert failed["loop"] == "plan"
    during = await observed.scrape()
    failures = during("tocsin_loop_failures_total", loop="plan") or 0
    assert failures >= 1
    assert during("tocsin_loop_failures_total", loop="dispatch") == 0
    observed.database("ALTER TABLE away RENAME TO firings")
    # It has set itself up anew once it plans what is imported now.
    await _one_more_reminder(observed)
    after = await observed.scrape()
    assert after("tocsin_loop_running", loop="plan") == 1
    assert (after("tocsin_loop_failures_total", loop="plan") or 0) >= failures


async def _one_more_reminder(observed: Observed) -> None:
    community = observed.community
    await community.set_up(preset="kvk", windows="now")
    now = (await community.sandbox.clock.now()).replace(microsecond=0)
    file = community.bot.directory / "calendar.csv"
    start = (now + timedelta(seconds=30)).isoformat()
    file.write_text(f"start,type,title\n{start},ruins,{TITLE}\n", encoding="utf-8")
    server = str(community.guild.id)
    await community.bot.tocsin("events", "import", str(file), "--server", server, "--preset", "kvk")
    await community.sandbox.clock.step(31)
    await community.ann.wait_for_message(community.channel, says(TITLE), timeout=60)


async def test_a_lost_gateway_is_told_until_it_is_back(observed: Observed) -> None:
    """The connection is cut, and again whenever the bot would resume or begin anew; then it may."""
    sandbox, bot = observed.community.sandbox, observed.process
    before = await observed.scrape()
    assert before("tocsin_gateway_shards") == before("tocsin_gateway_shards_connected") == 1
    refused = await sandbox.fault("gateway_drop", path="^(RESUME|IDENTIFY)$")
    since = len(bot.lines)
    await sandbox.fault("gateway_drop")
    await bot.event("gateway lost", since)
    await refused.wait_struck()
    during = await observed.scrape()
    assert during("tocsin_gateway_shards") == 1
    assert during("tocsin_gateway_shards_connected") == 0
    assert "gateway: 0 of 1 shard connected" in await observed.status()
    await refused.remove()
    await bot.event("gateway is back", since)
    assert (await observed.scrape())("tocsin_gateway_shards_connected") == 1
    assert "gateway: connected" in await observed.status()


async def test_the_page_on_the_metrics_names_what_is_told(observed: Observed) -> None:
    """Every metric of a running bot stands in docs/metrics.md, and every one that stands there is told."""
    page = metrics_page.PAGE.read_text(encoding="utf-8")
    told = {name for name in (await observed.scrape()).metrics if name.startswith("tocsin_")}
    assert told == set(metrics_page.rows_of(page))
