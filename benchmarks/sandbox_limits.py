"""What the sandbox itself can take: `python -m benchmarks.sandbox_limits`.

One load generator sends the same request, over the same number of connections, to a bare handler
of the sandbox's server library and to the sandbox, in turns; what is compared is what both gave in
the same run. Each server is a process of its own, and so is the generator. With the generator
included, all of them share one core; without it, it has a core of its own beside the server's.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from discord_sandbox.testing import Sandbox
from discord_sandbox.testing.process import SandboxProcess

CONNECTIONS = 16
SECONDS = 1.5
ROUNDS = 5
EVENTS = 300
MEMBERS = 1_000


@dataclass
class Figures:
    """What one run gave."""

    machine: str
    bare_per_s: float
    sandbox_per_s: float
    ratio: float
    """With the load generator included."""
    alone_bare_per_s: float
    alone_sandbox_per_s: float
    alone_ratio: float
    """With the load generator on a core of its own."""
    event_median_ms: float
    event_p99_ms: float
    members: int
    seed_s: float
    messages_to_members_per_s: float


# --- the bare handler ------------------------------------------------------------------------

BARE = """
import asyncio
from aiohttp import web

ANSWER = {answer!r}

async def handle(request):
    await request.read()
    return web.Response(body=ANSWER, content_type="application/json")

async def main():
    runner = web.ServerRunner(web.Server(handle, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def bare_server(answer: bytes) -> Iterator[int]:
    """The port of a server that reads each request, and gives the same answer to all."""
    process = subprocess.Popen(
        [sys.executable, "-c", BARE.format(answer=answer)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


# --- the load --------------------------------------------------------------------------------


class Sender(asyncio.Protocol):
    """One connection that sends a request, reads the answer, and sends it again."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = b""
        self._missing = 0
        self.answered = 0
        self.refused = 0
        self.first = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._buffer += data
            head, found, body = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self._buffer = b""
            if not head.startswith(b"HTTP/1.1 200"):
                self.refused += 1
                self.first = self.first or head + body
            self._missing = _length(head) - len(body)
        if self._missing <= 0:
            self._missing = 0
            self.answered += 1
            self.transport.write(self._request)


def _length(head: bytes) -> int:
    at = head.lower().index(b"content-length:") + 15
    return int(head[at:].partition(b"\r\n")[0])


async def load(port: int, request: bytes, seconds: float) -> float:
    """Answers per second. Raises RuntimeError when any request was refused."""
    loop = asyncio.get_running_loop()
    senders = []
    for _ in range(CONNECTIONS):
        _, sender = await loop.create_connection(lambda: Sender(request), "127.0.0.1", port)
        senders.append(sender)
    await asyncio.sleep(0.3)
    before, began = sum(sender.answered for sender in senders), time.perf_counter()
    await asyncio.sleep(seconds)
    answered = sum(sender.answered for sender in senders) - before
    took = time.perf_counter() - began
    for sender in senders:
        sender.transport.abort()
    for sender in senders:
        if sender.refused:
            raise RuntimeError(f"{sender.refused} requests were refused: {sender.first[:500]!r}")
    return answered / took


def load_process(port: int, request: bytes, core: int | None) -> float:
    """The same, from a process of its own, on one core where one is named."""
    pinned = [] if core is None else [str(core)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.sandbox_limits",
            "--load",
            str(port),
            str(SECONDS),
            *pinned,
        ],
        input=request,
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return float(done.stdout)


def request_for(path: str, token: str, body: bytes) -> bytes:
    """A POST as a bot sends it."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bot {token}\r\n"
        "User-Agent: DiscordBot (https://example.org, 1.0)\r\nAccept-Encoding: gzip, deflate\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# --- the measurements ------------------------------------------------------------------------


async def _seeded(url: str, members: int) -> tuple[str, int, float]:
    """A bot's token, a channel of its server, and how long making that many members took."""
    async with Sandbox.connect(url) as sandbox:
        await sandbox.reset()
        names = [f"m{n}" for n in range(members)]
        began = time.perf_counter()
        await sandbox.sow(
            {
                "users": [{"username": name} for name in names],
                "applications": [{"name": "Bench", "token": "bench"}],
                "guilds": [
                    {"name": "City", "owner": "m0", "members": names, "bots": ["Bench"]},
                ],
            }
        )
        took = time.perf_counter() - began
        await sandbox.limits(global_per_second=None, buckets=False)
        guild = await sandbox.guild("City")
        return "bench", guild.channels[0].id, took


async def _events(url: str, token: str, channel_id: int) -> list[float]:
    """Milliseconds from sending a message to its event's arrival, one after the other."""
    path = f"{url}/api/v10/channels/{channel_id}/messages"
    headers = {"Authorization": f"Bot {token}"}
    delays = []
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(url.replace("http", "ws", 1) + "/gateway") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": token, "intents": 1 << 9}})
        await socket.receive_json()
        for n in range(EVENTS):
            began = time.perf_counter()
            sending = asyncio.ensure_future(session.post(path, json={"content": str(n)}))
            while True:
                frame = await socket.receive_json()
                if frame["t"] == "MESSAGE_CREATE" and frame["d"]["content"] == str(n):
                    break
            delays.append((time.perf_counter() - began) * 1000)
            (await sending).release()
    return delays


def measure() -> Figures:
    """Run everything once."""
    here, *others = sorted(os.sched_getaffinity(0))
    # Children are where their parent is: on one core, until the generator is sent to another.
    os.sched_setaffinity(0, {here})
    body = json.dumps({"content": "The ruins open in five minutes.", "tts": False}).encode()
    with SandboxProcess() as url:
        token, channel_id, _ = asyncio.run(_seeded(url, 2))
        path = f"/api/v10/channels/{channel_id}/messages"
        port = int(url.rpartition(":")[2])
        request = request_for(path, token, body)
        answer = asyncio.run(_one(url + path, token, body))
        with bare_server(answer) as bare:
            shared = _compared(bare, port, request, here)
            alone = _compared(bare, port, request, others[0] if others else here)
        delays = asyncio.run(_events(url, token, channel_id))
        token, channel_id, seed_s = asyncio.run(_seeded(url, MEMBERS))
        request = request_for(f"/api/v10/channels/{channel_id}/messages", token, body)
        many = load_process(port, request, here)
    return Figures(
        f"{_processor()}, Python {platform.python_version()}",
        *shared,
        *alone,
        event_median_ms=statistics.median(delays),
        event_p99_ms=sorted(delays)[int(len(delays) * 0.99)],
        members=MEMBERS,
        seed_s=seed_s,
        messages_to_members_per_s=many,
    )


def _compared(bare: int, port: int, request: bytes, core: int) -> tuple[float, float, float]:
    """Answers per second of the bare handler and of the sandbox, and the second by the first."""
    pairs = [
        (load_process(bare, request, core), load_process(port, request, core))
        for _ in range(ROUNDS)
    ]
    plain, there = (statistics.median(column) for column in zip(*pairs, strict=True))
    return plain, there, statistics.median(mine / its for its, mine in pairs)


async def _one(address: str, token: str, body: bytes) -> bytes:
    headers = {"Authorization": f"Bot {token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(address, data=body) as response,
    ):
        assert response.status == 200, await response.text()
        return await response.read()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cores = len([1 for _ in Path("/sys/devices/system/cpu").glob("cpu[0-9]*")])
            return f"{line.partition(':')[2].strip()} ({cores} cores)"
    return platform.processor()


LEAST_RATIO = 0.35
MOST_EVENT_MS = 10


def main() -> None:
    """Print the figures; fail where one is so much worse than usual that something broke."""
    if sys.argv[1:2] == ["--load"]:
        port, seconds = int(sys.argv[2]), float(sys.argv[3])
        if sys.argv[4:]:
            os.sched_setaffinity(0, {int(sys.argv[4])})
        print(asyncio.run(load(port, sys.stdin.buffer.read(), seconds)))
        return
    figures = measure()
    print(json.dumps(asdict(figures), indent=2))
    if figures.ratio < LEAST_RATIO or figures.event_median_ms > MOST_EVENT_MS:
        sys.exit(f"worse than {LEAST_RATIO} of a bare handler, or {MOST_EVENT_MS} ms to a client")


if __name__ == "__main__":
    main()
