"""Looking at Discord as the bot would find it, without being the bot: REST only, nothing written."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import discord
from discord import app_commands

from tocsin.clock import Clock
from tocsin.discord_bot.client import intents_of
from tocsin.discord_bot.commands import add_commands
from tocsin.discord_bot.registering import ENTRY_POINT
from tocsin.discord_bot.render.setup import missing_in
from tocsin.discord_bot.transport import rest_client
from tocsin.dispatch.pacing import Pacer
from tocsin.settings import Settings

SHARE = 0.2
"""Of the budget: so little that a bot which runs beside it does not miss it."""
_GONE = frozenset({403, 404})
_PRIVILEGED = {
    "members": ("gateway_guild_members", "gateway_guild_members_limited", "Server Members Intent"),
    "presences": ("gateway_presence", "gateway_presence_limited", "Presence Intent"),
    "message_content": (
        "gateway_message_content",
        "gateway_message_content_limited",
        "Message Content Intent",
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A server that is to be looked at, and the channel of its reminders."""

    server_id: int
    channel_id: int | None


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """What Discord shows of a place.

    `absent` says why the bot is not in the server, `hidden` why the channel cannot be seen, and
    `missing` names the permissions that it lacks there.
    """

    absent: str | None = None
    hidden: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class DiscordSeen:
    """What Discord shows of the bot; what follows a trouble was not looked at.

    `trouble` says why nothing could be asked, and `refused` that it is the token. `skew` is
    Discord's clock minus ours.
    """

    trouble: str | None = None
    refused: bool = False
    bot: str = ""
    application_id: int | None = None
    skew: timedelta | None = None
    intents_missing: tuple[str, ...] = ()
    commands: frozenset[str] = frozenset()
    commands_wanted: frozenset[str] = frozenset()
    places: dict[int, PlaceSeen] = field(default_factory=dict)


async def probe(
    settings: Settings,
    clock: Clock,
    places: Sequence[Place],
    intents: discord.Intents | None = None,
) -> DiscordSeen:
    """Log in with the settings' token and look at each place. Raises nothing for what Discord answers."""
    seen = DiscordSeen()
    token = settings.discord.token
    if token is None:
        seen.trouble, seen.refused = "no token is set", True
        return seen
    watch = _DateWatch(clock, Pacer(settings.discord.requests_per_second * SHARE, clock.monotonic))
    client = rest_client(settings.discord, watch)
    try:
        await client.login(token.get_secret_value())
        await _look(client, seen, intents or intents_of(settings.discord))
        for place in places:
            seen.places[place.server_id] = await _look_at(client, place)
    except discord.LoginFailure:
        seen.trouble, seen.refused = "Discord does not accept the token", True
    except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError) as error:
        seen.trouble = f"{type(error).__name__}: {error}"
    finally:
        await client.close()
    seen.skew = watch.skew
    return seen


async def _look(client: discord.Client, seen: DiscordSeen, intents: discord.Intents) -> None:
    assert client.user is not None
    information = client.application
    assert information is not None
    seen.bot = str(client.user)
    seen.application_id = information.id
    seen.intents_missing = tuple(
        label
        for name, (whole, limited, label) in _PRIVILEGED.items()
        if getattr(intents, name)
        and not (getattr(information.flags, whole) or getattr(information.flags, limited))
    )
    tree = app_commands.CommandTree(client)
    seen.commands = frozenset(
        each.name for each in await tree.fetch_commands() if each.type.value != ENTRY_POINT
    )
    add_commands(tree)
    seen.commands_wanted = frozenset(each.name for each in tree.get_commands())


async def _look_at(client: discord.Client, place: Place) -> PlaceSeen:
    assert client.user is not None
    try:
        guild = await client.fetch_guild(place.server_id, with_counts=False)
        member = await guild.fetch_member(client.user.id)
    except discord.HTTPException as error:
        if error.status not in _GONE:
            raise
        return PlaceSeen(absent=error.text)
    if place.channel_id is None:
        return PlaceSeen()
    try:
        channel = await guild.fetch_channel(place.channel_id)
    except discord.HTTPException as error:
        if error.status not in _GONE:
            raise
        return PlaceSeen(hidden=error.text)
    except discord.InvalidData:
        return PlaceSeen(hidden="it belongs to another server")
    return PlaceSeen(missing=tuple(missing_in(channel.permissions_for(member))))


class _DateWatch:
    """Passes requests on to a pacer of their own, and compares each answer's date with the clock."""

    def __init__(self, clock: Clock, pacer: Pacer) -> None:
        self._clock = clock
        self._pacer = pacer
        self._left: datetime | None = None
        self.skew: timedelta | None = None

    async def leaving(self, method: str, path: str) -> None:
        await self._pacer.leaving(method, path)
        self._left = self._clock.now()

    def answered(self, method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        self._pacer.answered(method, path, status, headers)
        with suppress(KeyError, ValueError, TypeError):
            dated = parsedate_to_datetime(headers["Date"])
            skew = self._beyond(dated)
            # The least of all answers: one that came late tells less.
            if self.skew is None or abs(skew) < abs(self.skew):
                self.skew = skew

    def _beyond(self, dated: datetime) -> timedelta:
        """How far Discord's whole second lies outside the time between request and answer."""
        assert self._left is not None
        arrived = self._clock.now()
        if dated > arrived:
            return dated - arrived
        return min(dated + timedelta(seconds=1) - self._left, timedelta())
