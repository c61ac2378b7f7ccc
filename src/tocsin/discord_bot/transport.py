"""Where discord.py's requests go, how long they may take, and when they may leave."""

from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tocsin.discord_bot import flight
from tocsin.discord_bot.services import Pacer, Skew
from tocsin.settings.model import Discord

CONNECT_SECONDS = 10
SILENT_SECONDS = 15
LONGEST_SECONDS = 90
LONGEST_RATE_LIMIT = 30.0

# The 15 s are counted on the socket, from the moment the request was written: a `total` would count
# the wait for the budget too, and aiohttp drops a `total` that ran out before the trace hook
# returned.
TIME_LIMIT = aiohttp.ClientTimeout(
    total=LONGEST_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS
)


def set_addresses(api_url: str, gateway_url: str | None) -> None:
    """Point discord.py at Discord, a proxy or a sandbox: the only place where that is done.

    `api_url` includes the version, such as `https://discord.com/api/v10`. Without `gateway_url` the
    API is asked.
    """
    Route.BASE = api_url.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url)


def limit_time(client: discord.Client) -> None:
    """Bound every REST request of the client.

    discord.py makes its own aiohttp session and has no setting for its time limit (300 s), but
    hands what `HTTPClient.request` is given beside the route on to aiohttp: so the limit goes in
    there, on this one object, and nothing of the library is replaced. A `wait_for` around it would
    cancel a request in flight.
    """
    bounded = partial(client.http.request, timeout=TIME_LIMIT)
    client.http.request = bounded  # type: ignore[method-assign]


def rest_client(settings: Discord, pacer: Pacer) -> discord.Client:
    """A client for the REST API alone: to be logged in, used and closed, and never connected."""
    set_addresses(settings.api_url, settings.gateway_url)
    client = discord.Client(
        intents=discord.Intents.none(),
        max_messages=None,
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=LONGEST_RATE_LIMIT,
        http_trace=trace(pacer),
    )
    limit_time(client)
    return client


def trace(pacer: Pacer, skew: Skew | None = None) -> aiohttp.TraceConfig:
    """The hook through which every REST request of discord.py passes, its own repeats included."""

    async def starts(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        path = _rest_path(request.url)
        context.path = None
        if path is None:
            return
        await pacer.leaving(request.method, path)
        context.path = path
        context.left = skew.leaving() if skew is not None else None
        flight.departed()

    async def ends(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        request: aiohttp.TraceRequestEndParams,
    ) -> None:
        if context.path is not None:
            flight.answered(request.response.status)
            headers: Mapping[str, str] = request.response.headers
            pacer.answered(request.method, context.path, request.response.status, headers)
            if skew is not None:
                skew.answered(headers.get("Date"), context.left)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_end.append(ends)
    return config


def _rest_path(url: URL) -> str | None:
    """The path below the API's base, or None for what is not the API: the gateway, a picture."""
    base = URL(Route.BASE)
    if url.origin() != base.origin() or not url.path.startswith(base.path + "/"):
        return None
    return url.path.removeprefix(base.path)
