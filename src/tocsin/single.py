"""Sending one reminder without the bot: only for whoever has the instance's lock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from tocsin.bootstrap import TokenMissing
from tocsin.clock import Clock, worker_name
from tocsin.discord_bot.connecting import TokenRefused
from tocsin.discord_bot.messenger import DiscordMessenger, payload_of
from tocsin.discord_bot.transport import rest_client
from tocsin.dispatch.decision import decide
from tocsin.dispatch.dispatcher import REFUSALS_KEPT_AS
from tocsin.dispatch.messenger import Card, Message, message_for
from tocsin.dispatch.opening import OpeningGate
from tocsin.dispatch.outcome import Outcome, Refused, Scope
from tocsin.dispatch.refusals import Caution, Refusals
from tocsin.engine import build_pacer
from tocsin.errors import TocsinError
from tocsin.settings import Settings
from tocsin.store.dm_channels import dm_refused, dm_worked, find_dm
from tocsin.store.engine import Connection, Store
from tocsin.store.facts import get_fact, set_fact
from tocsin.store.outcomes import Sent, record_sent, record_setbacks
from tocsin.store.single import Single, give_up_single

PATIENCE = 30.0


class TooManyRefusals(TocsinError):
    """Discord has refused so much in the last ten minutes that nothing is tried now: wait some minutes."""


class DiscordUnreachable(TocsinError):
    """Discord cannot be reached, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is sent, and where to: the request's path below the API's base, and its body."""

    path: str
    payload: dict[str, Any]


def preview(single: Single, clock: Clock) -> Preview:
    """The request by which this delivery is sent."""
    message = _message(single, clock)
    channel = str(message.channel_id) if message.channel_id else "(a DM channel to be opened)"
    return Preview(f"/channels/{channel}/messages", payload_of(message, clock.now()))


def _message(single: Single, clock: Clock) -> Message:
    deadline = clock.monotonic() + PATIENCE
    return message_for(single.claimed, Card(**single.card), single.instance, deadline)


async def send_single(
    settings: Settings,
    store: Store,
    clock: Clock,
    member_id: int,
    owe: Callable[[Connection, str], Single],
    seen: Callable[[Preview], None],
) -> tuple[Single | None, Outcome]:
    """Open the DM if need be, owe and claim the reminder, send it once, and record what came of it.

    `owe` writes it, claimed by the worker that it is given; `seen` is called with what is about to
    be sent. The delivery is None where the DM could not be opened. Raises TokenMissing, TokenRefused,
    DiscordUnreachable and TooManyRefusals.
    """
    if settings.discord.token is None:
        raise TokenMissing
    refusals = Refusals()
    refusals.restore(await store.read(get_fact, REFUSALS_KEPT_AS))
    if refusals.caution(clock.now()) is Caution.NOTHING:
        raise TooManyRefusals
    client = rest_client(settings.discord, build_pacer(settings, clock, refusals))
    messenger = DiscordMessenger(client, clock, keep_traces=True)
    try:
        await _log_in(client, settings.discord.token.get_secret_value())
        outcome = await _open(store, clock, messenger, member_id)
        if outcome is not None:
            return None, outcome
        worker = worker_name()
        single = await store.write(owe, worker)
        seen(preview(single, clock))
        outcome = await messenger.send(_message(single, clock))
        await store.write(_record, single, outcome, worker, clock)
        return single, outcome
    finally:
        await client.close()
        if refusals.changed:
            await store.write(set_fact, REFUSALS_KEPT_AS, refusals.dump())


async def _log_in(client: discord.Client, token: str) -> None:
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise TokenRefused from None
    except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError) as error:
        raise DiscordUnreachable(
            f"Discord cannot be reached, so nothing was sent: {type(error).__name__}: {error}"
        ) from error


async def _open(
    store: Store, clock: Clock, messenger: DiscordMessenger, member_id: int
) -> Outcome | None:
    """See that the member's DM channel is open; returns what prevents it."""
    known = await store.read(find_dm, member_id)
    if known is not None and (known.channel_id is not None or known.suspended_because is not None):
        return None
    opened = await OpeningGate(store, clock).open(messenger, member_id)
    if isinstance(opened, int):
        await store.write(dm_worked, member_id, opened, None, clock.now())
        return None
    if isinstance(opened, Refused) and opened.scope is Scope.MEMBER:
        await store.write(dm_refused, member_id, None, opened.reason, clock.now())
    return opened


def _record(
    connection: Connection, single: Single, outcome: Outcome, worker: str, clock: Clock
) -> None:
    now = clock.now()
    decision = decide(single.claimed, outcome, single.ends_at, now, dice=0.0)
    if isinstance(decision, Sent):
        record_sent(connection, [decision], worker, now)
    else:
        record_setbacks(connection, [decision], worker, now)
        give_up_single(connection, single.claimed.id, now)
