"""Sends, opens, looks up and deletes through discord.py, and says what came of it in Tocsin's own
words.
"""

import json
import traceback
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
import discord
import discord.http

from tocsin.clock import Clock
from tocsin.discord_bot.flight import Flight, flight
from tocsin.discord_bot.history import look_for
from tocsin.discord_bot.render.reminder import render
from tocsin.dispatch.messenger import Message, Search, Sighting
from tocsin.dispatch.outcome import (
    Accepted,
    NotSent,
    Outcome,
    Refused,
    RetryAt,
    Scope,
    Unknown,
    outcome_of,
)
from tocsin.dispatch.pacing import Withheld
from tocsin.dispatch.turns import Urgency, at_least
from tocsin.reminders.delivery import Kind, RecipientKind

_NO_MENTIONS = discord.AllowedMentions.none()
_UNKNOWN_MESSAGE = 10008
_UNKNOWN_CHANNEL = 10003


class DiscordMessenger:
    """Implements `tocsin.dispatch.messenger.Messenger` over a client that is logged in.

    No method cancels a request in flight. discord.py hands the request that uses a bucket up to
    Discord at once, but returns from it only when the bucket is full again, up to 5 s later.
    """

    def __init__(self, client: discord.Client, clock: Clock, *, keep_traces: bool = False) -> None:
        """With `keep_traces` every failure tells its traceback, and not only those of tests."""
        self._client = client
        self._clock = clock
        self._keep_traces = keep_traces

    async def send(self, message: Message) -> Outcome:
        """Send one message with its own nonce; discord.py sets `enforce_nonce` with it."""
        in_dm = message.recipient_kind is RecipientKind.MEMBER
        with flight() as tries:
            try:
                rendered = render(message, self._clock.now())
                channel = self._client.get_partial_messageable(message.channel_id)
                sent = await channel.send(
                    rendered.content,
                    embed=rendered.embed,
                    view=rendered.view(),
                    nonce=message.nonce,
                    allowed_mentions=_mentions(message),
                )
            # Whatever went wrong, the request may have left: the one who claimed it has to hear
            # what is known.
            except Exception as error:  # noqa: BLE001
                outcome = outcome_of_error(error, tries, in_dm=in_dm)
                wanted = self._keep_traces or message.kind is Kind.TEST
                return _traced(outcome, error) if wanted else outcome
        return Accepted(sent.id, message.channel_id)

    async def open_dm(self, member_id: int) -> int | Outcome:
        """Ask Discord for the DM channel, not discord.py's cache: that may hold one that is gone."""
        with flight() as tries:
            try:
                channel = await self._client.http.start_private_message(member_id)
            except Exception as error:  # noqa: BLE001
                outcome = outcome_of_error(error, tries, in_dm=True)
                return _traced(outcome, error) if self._keep_traces else outcome
        return int(channel["id"])

    async def find(self, search: Search) -> int | Sighting:
        """Read the channel's history, newest first, back to before the message could be sent."""
        # A reminder depends on it.
        with at_least(Urgency.DELIVERY):
            return await look_for(self._client, search)

    async def delete(self, channel_id: int, message_id: int) -> Outcome:
        """Delete one of the bot's posts; gone already, or its channel gone, counts as deleted."""
        with flight() as tries:
            try:
                await self._client.http.delete_message(channel_id, message_id)
            except discord.NotFound as error:
                if error.code not in (_UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL):
                    return outcome_of_error(error, tries, in_dm=False)
            except Exception as error:  # noqa: BLE001
                return outcome_of_error(error, tries, in_dm=False)
        return Accepted(message_id, channel_id)


def payload_of(message: Message, now: datetime) -> dict[str, Any]:
    """The body of the request by which `send` sends the message."""
    rendered = render(message, now)
    with discord.http.handle_message_parameters(
        rendered.content,
        embed=rendered.embed,
        view=rendered.view(),
        nonce=message.nonce,
        allowed_mentions=_NO_MENTIONS,
    ) as parameters:
        return dict(parameters.payload or {})


def _traced(outcome: Outcome, error: Exception) -> Outcome:
    """The outcome with the traceback of what led to it."""
    if isinstance(outcome, Accepted):
        return outcome
    return replace(outcome, trace="".join(traceback.format_exception(error)).rstrip())


def _mentions(message: Message) -> discord.AllowedMentions:
    """Only those whom the message is for, whatever its texts say."""
    if not message.members:
        return _NO_MENTIONS
    named = [discord.Object(member_id) for member_id in message.members]
    return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=named)


def outcome_of_error(error: Exception, tries: Flight, *, in_dm: bool) -> Outcome:
    """What an exception of discord.py, aiohttp or our own hook says about the message.

    discord.py repeats some requests by itself, so the last try is judged together with those before
    it: one that was answered with 500 may have been carried out, whatever the next one was told.
    """
    if isinstance(error, discord.HTTPException):
        if tries.may_have_arrived(before_last=True):
            return Unknown(
                f"an earlier try may have arrived (HTTP {error.status})", error.status, error.code
            )
        return _of_answer(error, in_dm=in_dm)
    if not tries.left:
        return _never_left(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        if not tries.may_have_arrived(before_last=True):
            return RetryAt(f"no connection to Discord: {_said(error)}")
    elif not tries.may_have_arrived():
        return _after_refusals(error)
    return Unknown(f"no answer: {_said(error)}")


def _of_answer(error: discord.HTTPException, *, in_dm: bool) -> Outcome:
    return outcome_of(
        error.status,
        error.code,
        in_dm=in_dm,
        is_json=error.response.headers.get("Content-Type", "").startswith("application/json"),
        retry_after=_seconds(error.response.headers.get("Retry-After")),
        message=error.text,
    )


def _never_left(error: Exception) -> Outcome:
    match error:
        case Withheld():
            return NotSent(str(error))
        case discord.RateLimited():
            return RetryAt("rate limited before it left", error.retry_after)
        case aiohttp.ClientError() | OSError():
            return RetryAt(f"no connection to Discord: {_said(error)}")
        case _:
            return Refused(f"the message could not be made: {_said(error)}", Scope.CONTENT)


def _after_refusals(error: Exception) -> Outcome:
    """Every try was answered below 500: none was carried out, unless it was a success."""
    match error:
        case Withheld():
            return RetryAt(f"held back before it was repeated: {error}")
        case discord.RateLimited():
            return RetryAt("rate limited", error.retry_after, 429)
        case _:
            return Unknown(f"the answer could not be read: {_said(error)}")


def _seconds(text: Any) -> float | None:
    try:
        return max(0.0, float(text))
    except (TypeError, ValueError):
        return None


def _said(error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    return f"{type(error).__name__}: {error}".rstrip(": ")
