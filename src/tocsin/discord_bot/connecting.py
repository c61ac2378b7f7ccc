"""Logging in for as long as it takes, and what it means when Discord closes the connection for good."""

import asyncio
from itertools import count

import aiohttp
import discord

from tocsin.clock import jitter
from tocsin.discord_bot.client import TocsinClient
from tocsin.dispatch.backoff import retry_delay
from tocsin.dispatch.pacing import Withheld
from tocsin.errors import TocsinError, UsageError

LEAST_AFTER_REFUSAL = 60.0
TOKEN_INVALID = 4004
"""The gateway's close code for a token that is not valid any more. Source: Discord, "Gateway Close Event Codes"."""


class TokenRefused(TocsinError):
    """Discord does not accept the token: copy it anew from the developer portal, page “Bot”, and start again."""


class IntentRefused(UsageError):
    """Discord does not tell this bot who joins: switch on “Server Members Intent” in the developer portal, page
    “Bot”, or take discord.members_intent out of the settings; then start again."""


class GatewayClosed(TocsinError):
    """Discord has closed the connection for good."""


async def log_in(client: TocsinClient, token: str, stopping: asyncio.Event) -> bool:
    """Log in, for as long as it takes Discord to answer; False if the bot is told to stop meanwhile.

    Raises TokenRefused.
    """
    stop = asyncio.create_task(stopping.wait())
    try:
        for attempt in count(1):
            login = asyncio.create_task(client.login(token))
            await asyncio.wait([login, stop], return_when=asyncio.FIRST_COMPLETED)
            if not login.done():
                login.cancel()
                return False
            try:
                login.result()
            except discord.LoginFailure:
                raise TokenRefused from None
            except (
                discord.HTTPException,
                discord.RateLimited,
                aiohttp.ClientError,
                OSError,
                Withheld,
            ) as error:
                await client.forget_session()
                delay = _pause_after(error, attempt)
                client.services.log.warning(
                    "Discord not reached", error=str(error), retry_in=round(delay, 1)
                )
                await asyncio.wait([stop], timeout=delay)
            else:
                break
        return not stopping.is_set()
    finally:
        stop.cancel()


def _pause_after(error: Exception, attempt: int) -> float:
    """Seconds until the next try; longer where Discord refuses, for it bans who goes on asking."""
    delay = retry_delay(attempt, jitter.random()).total_seconds()
    refused = isinstance(error, discord.RateLimited) or (
        isinstance(error, discord.HTTPException) and error.status in (403, 429)
    )
    return max(delay, LEAST_AFTER_REFUSAL) if refused else delay


def closed(gateway: asyncio.Task[None]) -> None:
    """Say why the gateway has ended. Raises IntentRefused, TokenRefused, GatewayClosed, or what it ended with."""
    try:
        gateway.result()
    except discord.PrivilegedIntentsRequired:
        raise IntentRefused from None
    except discord.ConnectionClosed as error:
        if error.code == TOKEN_INVALID:
            raise TokenRefused from None
        raise GatewayClosed(
            f"Discord has closed the connection for good (code {error.code}): look the code up in its documentation "
            "of gateway close events. Nothing is lost; start again once the cause is gone."
        ) from None
