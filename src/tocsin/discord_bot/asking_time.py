"""Asking Discord what time it is, while the clock seems wrong or was set."""

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
    skew.asked = True
    while True:
        await skew.doubted.wait()
        # Any answer has a date, also a refusal; this question is the cheapest.
        with suppress(*UNANSWERED):
            await client.http.request(Route("GET", "/gateway"))
        if not skew.in_doubt():
            skew.doubted.clear()
            continue
        await clock.wait(None, never, at_most=EVERY)
