"""Fetching over real sockets."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina
from aiohttp import web
from aiohttp.test_utils import TestServer

from tocsin.sources.address import FetchFailed, fetch, is_public

TRIES = web.AppKey("tries", dict[str, int])


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    """Retries happen, and at once."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    """A site with a calendar, redirects and failures; `tries` counts what was asked."""
    tries: dict[str, int] = {}

    async def answer(request: web.Request) -> web.StreamResponse:
        path = request.path
        tries[path] = tries.get(path, 0) + 1
        if path.startswith("/hop/"):
            left = int(path.removeprefix("/hop/"))
            raise web.HTTPFound(f"/hop/{left - 1}" if left > 1 else "/calendar.ics")
        if path == "/away":
            raise web.HTTPFound(request.query["to"])
        if path == "/nowhere":
            return web.Response(status=302)
        if path == "/passing" and tries[path] < 3:
            raise web.HTTPServiceUnavailable
        if path == "/dropped" and tries[path] < 2:
            assert request.transport is not None
            request.transport.close()
        if path.startswith("/status/"):
            return web.Response(status=int(path.removeprefix("/status/")))
        if path == "/large":
            return web.Response(body=b"x" * 5000)
        return web.Response(body=b"BEGIN:VCALENDAR")

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    application[TRIES] = tries
    server = TestServer(application, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


def at(site: TestServer, path: str) -> str:
    return str(site.make_url("/")) + path.lstrip("/")


@pytest.mark.parametrize("path", ["calendar.ics", "hop/1", "hop/5", "passing", "dropped"])
async def test_a_calendar_is_fetched_over_redirects_and_passing_failures(
    site: TestServer, path: str
) -> None:
    """Five redirects, a 503 and a dropped connection stand in nobody's way."""
    assert await fetch(at(site, path), allow_private=True) == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("hop/6", "more than 5 times"),
        ("nowhere", "without saying where"),
        ("away?to=ftp://example.org/x", "only http"),
        ("away?to=file:///etc/passwd", "only http"),
        ("status/404", "nothing at this address"),
        ("status/403", "private address"),
        ("status/418", "HTTP 418"),
        ("status/503", "tried 3 times"),
    ],
)
async def test_a_failure_says_what_to_do(site: TestServer, path: str, part: str) -> None:
    """The message names the host and the way on, and never the path, which may be a secret."""
    with pytest.raises(FetchFailed, match=part) as raised:
        await fetch(at(site, path), allow_private=True)
    assert path not in str(raised.value)


async def test_what_is_too_large_is_not_read_to_its_end(site: TestServer) -> None:
    """The limit counts what arrives, whatever was announced."""
    with pytest.raises(FetchFailed, match="larger than"):
        await fetch(at(site, "large"), allow_private=True, most_bytes=2048)


async def test_a_server_inside_the_network_is_not_asked(site: TestServer) -> None:
    """By address or by name, loopback is refused before a byte leaves."""
    for host in ("127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"):
        with pytest.raises(FetchFailed, match="not a public address"):
            await fetch(f"http://{host}:{site.port}/calendar.ics")
    assert site.app[TRIES] == {}


async def test_a_redirect_into_the_network_is_not_followed(
    site: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address may be public; where it leads is checked again."""
    monkeypatch.setattr("tocsin.sources.address.is_public", lambda host: host == "127.0.0.1")
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.2"):
        await fetch(at(site, f"away?to=http://127.0.0.2:{site.port}/calendar.ics"))
    assert "/calendar.ics" not in site.app[TRIES]


@pytest.mark.parametrize(
    "address", ["", "calendar.ics", "ftp://example.org/", "https://", "http://[::1", "//x/y"]
)
async def test_what_is_no_address_is_refused(address: str) -> None:
    """A path, another scheme, or no host."""
    with pytest.raises(FetchFailed):
        await fetch(address)


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_only_the_internet_at_large_is_public(host: str, public: bool) -> None:
    """Private, local and special ranges are not, also wrapped in IPv6."""
    assert is_public(host) is public
