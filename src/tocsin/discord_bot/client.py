"""The connection to Discord: REST once `login` returned, interactions once the gateway is up."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
from discord import app_commands

from tocsin.discord_bot import membership
from tocsin.discord_bot.commands import add_commands
from tocsin.discord_bot.failures import answer_failure
from tocsin.discord_bot.registering import register
from tocsin.discord_bot.resuming import resume_direct_messages, try_again
from tocsin.discord_bot.services import Interaction, Services
from tocsin.discord_bot.shards import Sessions, Shards
from tocsin.discord_bot.transport import (
    LONGEST_RATE_LIMIT,
    limit_time,
    set_addresses,
    trace,
)
from tocsin.discord_bot.views import DYNAMIC_ITEMS
from tocsin.discord_bot.views.form import answer_stale_form
from tocsin.dispatch.pacing import Withheld
from tocsin.dispatch.turns import Urgency, urgency
from tocsin.settings.model import Discord

GUILDS_SETTLED = 0.5
"""Seconds without a new server after which "ready" is said; nothing depends on having seen all."""
RETRY_SECONDS = (1, 2, 5, 10, 30)


def intents_of(settings: Discord) -> discord.Intents:
    """What the gateway is asked for: servers and, where the settings ask for it, who joins them."""
    return discord.Intents(guilds=True, members=settings.members_intent)


class Tree(app_commands.CommandTree["TocsinClient"]):
    """The commands; whatever goes wrong in one is answered in words."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Tell the person what happened, and the log why."""
        await answer_failure(interaction, error)


class TocsinClient(discord.AutoShardedClient):
    """discord.py's client with Tocsin's commands, views and addresses."""

    def __init__(self, services: Services) -> None:
        settings = services.settings.discord
        # No voice is used, so that nobody has to be warned that its libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        set_addresses(settings.api_url, settings.gateway_url)
        super().__init__(
            intents=intents_of(settings),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILDS_SETTLED,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
            http_trace=trace(services.pacer, services.skew),
            activity=discord.CustomActivity(settings.status_text) if settings.status_text else None,
        )
        limit_time(self)
        self.services = services
        # Its commands are about the server they are run in: for somebody who has installed it for
        # themselves there would be no calendar.
        self.tree = Tree(
            self, allowed_installs=app_commands.AppInstallationType(guild=True, user=False)
        )
        self._background: set[asyncio.Task[None]] = set()
        self._sessions = Sessions(self.get_shard, services.log)
        add_commands(self.tree)

    async def setup_hook(self) -> None:
        """Called by `login` once the token has proved right."""
        self.add_dynamic_items(*DYNAMIC_ITEMS)
        self.in_background(self._register_commands(), "register commands")

    async def forget_session(self) -> None:
        """Close what a log-in that failed has opened: discord.py opens another at the next."""
        await self.http.close()
        self.http.connector = discord.utils.MISSING

    async def connect(self, *, reconnect: bool = True) -> None:
        """Hold the gateway until the client is closed; a gateway that cannot be had yet is asked
        for again.
        """
        # Whatever an interaction leads to runs in a task that is started from here.
        urgency.set(Urgency.INTERACTION)
        for wait in _waits():
            try:
                if self.services.settings.discord.gateway_url and self.shard_count is None:
                    # Given a number of shards, discord.py takes its default address instead of the
                    # API's.
                    self.shard_count, _, _ = await self.http.get_bot_gateway()
                await super().connect(reconnect=reconnect)
                return
            except (discord.GatewayNotFound, aiohttp.ClientError, OSError, Withheld) as error:
                if self.is_closed():
                    return
                self.services.log.warning("gateway not reached", error=str(error), retry_in=wait)
                await asyncio.sleep(wait)

    def gateway(self) -> Shards:
        """How many connections to the gateway there are to be, and how many stand."""
        return self._sessions.count(self.shard_count)

    async def close(self) -> None:
        """End background work, then the connection."""
        for task in self._background:
            task.cancel()
        await super().close()

    def in_background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run `work` as a task whose failure is logged."""
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.services.log.error("background work failed", work=task.get_name(), exc_info=error)

    async def _register_commands(self) -> None:
        """Hand the commands to Discord, however often it takes."""
        for wait in _waits():
            try:
                await self._register_once()
                return
            # Discord or the database may be in trouble: without commands nobody could do anything.
            except Exception as error:  # noqa: BLE001
                self.services.log.warning(
                    "commands not registered", error=str(error), retry_in=wait
                )
                await asyncio.sleep(wait)

    async def _register_once(self) -> None:
        """Hand the commands to Discord if they differ from those it was handed last."""
        wanted = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        changed = await register(self, wanted, self.services.store)
        self.services.log.info("commands in place", commands=len(wanted), changed=changed)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A session has begun."""
        self._sessions.began(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A session goes on over a new connection."""
        self._sessions.began(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A connection is gone, or could not be had."""
        self._sessions.ended(shard_id)

    async def on_ready(self) -> None:
        """Compare the servers that are known with those that the bot is in."""
        self.services.log.info("ready", servers=len(self.guilds), shards=self.shard_count)
        await membership.reconcile(self.services, self.guilds)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was invited, or invited again."""
        await membership.joined(self.services, guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server was out of reach, and is back."""
        await membership.joined(self.services, guild)

    async def on_guild_update(self, before: discord.Guild, after: discord.Guild) -> None:
        """Keep the name by which texts speak of the server."""
        if before.name != after.name:
            await membership.joined(self.services, after)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed."""
        await membership.left(self.services, guild.id)

    async def on_member_join(self, member: discord.Member) -> None:
        """Somebody joined, perhaps again: with a server in common, DMs may be open again."""
        await try_again(self, self.services, member.id)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the controls of forms that ended, and see whether the member can be reached again."""
        await answer_stale_form(interaction)
        await resume_direct_messages(interaction)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """A handler failed: say so in the log; the next event is handled all the same."""
        self.services.log.exception("event handler failed", handler=event_method)


def _waits() -> Any:
    yield from RETRY_SECONDS
    while True:
        yield RETRY_SECONDS[-1]
