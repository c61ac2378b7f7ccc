"""Asking Discord what time it is, while sending holds because the clock seems wrong."""

import asyncio
from contextlib import suppress

import aiohttp
import discord
from discord.http import Route

from tocsin.clock import Clock
from tocsin.dispatch.pacing import Withheld
from tocsin.dispatch.skew import Skew

EVERY = 5.0
"""Seconds between two questions."""

UNANSWERED = (
    discord.HTTPException,
    discord.RateLimited,
    aiohttp.ClientError,
    OSError,
    Withheld,
)


async def ask_while_doubted(client: discord.Client, skew: Skew, clock: Clock) -> None:
    """Ask as long as it is in doubt, for ever; nothing is asked while the clock is right."""
    never = asyncio.Event()
    while True:
        await skew.doubted.wait()
        # Any answer has a date, also a refusal; this question is the cheapest.
        with suppress(*UNANSWERED):
            await client.http.request(Route("GET", "/gateway"))
        if not skew.holds():
            skew.doubted.clear()
            continue
        await clock.wait(None, never, at_most=EVERY)
