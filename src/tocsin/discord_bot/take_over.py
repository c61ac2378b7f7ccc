"""Posts of the system before that an import named: fetched again, given our control, and ours from then on."""

import asyncio
from datetime import datetime
from typing import Any

import aiohttp
import discord

from tocsin.clock import Clock
from tocsin.discord_bot.render.reminder import time_control
from tocsin.dispatch.pacing import Withheld
from tocsin.store.engine import Store
from tocsin.store.legacy_keepsakes import OldPost, leave_alone, start_of, take_over, waiting_posts
from tocsin.telemetry.logs import get_logger

LOOK_EVERY = 5.0
GO_EASY = 30.0
"""Seconds before a post is tried again that Discord could not show."""
LATER = (
    discord.DiscordServerError,
    discord.RateLimited,
    aiohttp.ClientError,
    OSError,
    Withheld,
)
"""Says nothing about the post."""

log = get_logger("tocsin.takeover")


class TakeOver:
    """Looks at each old post once: one of this very application is taken over, another's is left alone."""

    def __init__(self, client: discord.Client, store: Store, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._never = asyncio.Event()

    async def run(self) -> None:
        """Take over what waits, for ever."""
        while True:
            pause = LOOK_EVERY
            for post in await self._store.read(waiting_posts):
                if not await self._settle(post):
                    pause = GO_EASY
            await self._clock.wait(None, self._never, at_most=pause)

    async def _settle(self, post: OldPost) -> bool:
        """Decide about one post. Returns False where Discord could not answer now."""
        try:
            refusal = await self._attach(post)
        except LATER:
            return False
        except discord.HTTPException as error:
            refusal = f"Discord refuses it: {error.text or error.status}"
        if refusal is None:
            await self._store.write(take_over, post, self._clock.now())
            log.info("post taken over", server=post.server_id, message=post.message_id)
        else:
            await self._store.write(leave_alone, post, refusal)
            log.warning(
                "post left alone", server=post.server_id, message=post.message_id, reason=refusal
            )
        return True

    async def _attach(self, post: OldPost) -> str | None:
        """Put our control under the post. Returns why it is not ours, or None once that is done."""
        try:
            found: Any = await self._client.http.get_message(post.channel_id, post.message_id)
        except discord.NotFound:
            return "it is not there any more"
        own = self._client.user
        if own is None or int(found["author"]["id"]) != own.id:
            return "it is of another application"
        start = await self._store.read(start_of, post.occurrence_id)
        if start is None:
            return "its event is not known any more"
        channel = self._client.get_partial_messageable(post.channel_id)
        await channel.get_partial_message(post.message_id).edit(view=_view(post, start))
        return None


def _view(post: OldPost, start: datetime) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(time_control(post.server_id, f"old-{post.message_id}", start))
    view.stop()
    return view
