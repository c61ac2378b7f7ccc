"""Fetching a calendar from an address on the web, and from nowhere else.

Whoever may name an address must not be able to look around inside the operator's network with it:
every connection is checked at the moment that it is made, so that neither a redirect nor a name
that resolves differently the second time leads to an address that is not public.
"""

from __future__ import annotations

import ipaddress
import socket
from http import HTTPStatus

import aiohttp
import stamina
from yarl import URL

from tocsin.errors import TocsinError
from tocsin.sources.reading import MOST_BYTES

MOST_REDIRECTS = 5
ATTEMPTS = 3
_PATIENCE = aiohttp.ClientTimeout(total=60, connect=10, sock_read=20)
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PASSING = frozenset((408, 425, 429))
_HEADERS = {
    "Accept": "text/calendar, text/csv, text/plain;q=0.8, */*;q=0.5",
    "User-Agent": "Tocsin (calendar reader)",
}


class FetchFailed(TocsinError):
    """The address could not be fetched; the message says why and what to do."""


class _Passing(FetchFailed):
    """A failure that may be over at the next try."""


async def fetch(
    address: str, *, allow_private: bool = False, most_bytes: int = MOST_BYTES
) -> bytes:
    """What the address answers, after at most five redirects.

    `http`, `https` and `webcal` addresses are followed, the last by https. Addresses that are
    not public (loopback, private, link-local) are refused unless `allow_private`. A failure
    that may pass is tried three times. Raises FetchFailed; its message names the host and
    leaves out the path, which is often the secret that opens a private calendar.
    """
    url = _checked(address)
    try:
        async for attempt in stamina.retry_context(
            on=_Passing, attempts=ATTEMPTS, wait_initial=0.5, wait_max=5.0, timeout=120.0
        ):
            with attempt:
                return await _follow(url, _Guard(allow_private), most_bytes)
    except _Passing as error:
        raise FetchFailed(
            f"{error} It was tried {ATTEMPTS} times, and nothing has changed; try again later."
        ) from error
    raise AssertionError("a retry context either returns or raises")


class _Guard:
    """Makes sockets to public addresses only, and remembers what it refused."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self.refused: str | None = None

    def make_socket(self, target: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for aiohttp to connect to `target`; OSError if that is not public."""
        family, kind, protocol, _, address = target
        host = str(address[0])
        if not self._allow_private and not is_public(host):
            self.refused = host
            raise OSError("not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


def is_public(host: str) -> bool:
    """Whether an IP address belongs to the internet at large."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo is not None:
            return False
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def _checked(address: str) -> URL:
    try:
        url = URL(address.strip())
        host = url.host
    except ValueError as error:
        raise FetchFailed(
            "That is no address on the web. It begins with https:// and names a host."
        ) from error
    if url.scheme == "webcal":
        url = url.with_scheme("https")
    if url.scheme not in ("http", "https") or not host:
        raise FetchFailed(
            f"Tocsin fetches only http, https and webcal addresses, and not "
            f"{url.scheme or 'one without them'!r}. Give the calendar's https address, "
            "or download the file and import that."
        )
    return url


async def _follow(url: URL, guard: _Guard, most_bytes: int) -> bytes:
    connector = aiohttp.TCPConnector(socket_factory=guard.make_socket, use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=_PATIENCE,
        headers=_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        for _ in range(MOST_REDIRECTS + 1):
            try:
                async with session.get(url, allow_redirects=False) as answer:
                    if answer.status not in _REDIRECTS:
                        return await _content(answer, most_bytes)
                    url = _next(url, answer)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                raise _failure(url, guard, error) from error
    raise FetchFailed(
        f"{url.host} redirects more than {MOST_REDIRECTS} times. Give the address that a browser "
        "ends at."
    )


def _next(url: URL, answer: aiohttp.ClientResponse) -> URL:
    target = answer.headers.get("Location", "")
    if not target:
        raise FetchFailed(f"{url.host} redirects without saying where to. Check the address.")
    try:
        return _checked(str(url.join(URL(target))))
    except ValueError as error:
        raise FetchFailed(f"{url.host} redirects to what is no address.") from error


async def _content(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer)
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(65536):
        size += len(part)
        if size > most_bytes:
            raise FetchFailed(
                f"The calendar at {answer.url.host} is larger than {most_bytes // 1024:,} kB. "
                "Choose a shorter span of time there."
            )
        parts.append(part)
    return b"".join(parts)


def _refusal(answer: aiohttp.ClientResponse) -> FetchFailed:
    host, status = answer.url.host, answer.status
    if status >= 500 or status in _PASSING:
        return _Passing(f"{host} cannot answer at the moment (HTTP {status}).")
    if status in (401, 403):
        return FetchFailed(
            f"{host} does not show this calendar to everyone (HTTP {status}). Make it public, or "
            "give its private address; calendars often call it the secret iCal address."
        )
    if status in (404, 410):
        return FetchFailed(
            f"{host} has nothing at this address (HTTP {status}). Copy the calendar's address anew."
        )
    return FetchFailed(f"{host} answered HTTP {status} and no calendar. Check the address.")


def _failure(url: URL, guard: _Guard, error: Exception) -> FetchFailed:
    if guard.refused is not None:
        return FetchFailed(
            f"{url.host} leads to {guard.refused}, which is not a public address, and was not "
            "asked. Download the file and import that, or allow private addresses."
        )
    if isinstance(error, ValueError):  # aiohttp.InvalidURL, and a name that IDNA refuses
        return FetchFailed(f"{url.host} is no address that can be asked. Check it.")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return FetchFailed(f"{url.host} has no certificate that can be trusted. Check the address.")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _Passing(f"{url.host} was not found: check its spelling.")
    if isinstance(error, TimeoutError):
        return _Passing(f"{url.host} did not answer in time.")
    return _Passing(f"The connection to {url.host} failed ({type(error).__name__}).")
