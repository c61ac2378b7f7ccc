"""The command `discord-sandbox`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from discord_sandbox.backend import Backend
from discord_sandbox.clock import parse_iso
from discord_sandbox.seed import sow
from discord_sandbox.server import PortInUse, Server
from discord_sandbox.state import BadState, load, save
from discord_sandbox.transcript import Transcript

app = typer.Typer(
    help="Discord on your own machine, to try, teach and test bots against.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _root() -> None:
    """Discord on your own machine, to try, teach and test bots against."""


@app.command()
def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 takes any.")
    ] = 8700,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    seed: Annotated[
        Path | None, typer.Option(help="A JSON file of users, applications and guilds to make.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(help="A file to take the world from, and to write it to at the end."),
    ] = None,
    clock: Annotated[
        str | None, typer.Option(help="What time it shall be, ISO 8601; else the machine's.")
    ] = None,
    transcript: Annotated[
        Path | None,
        typer.Option(
            help="A file to write every request and answer to, as JSON lines; or a folder for it.",
            envvar="DISCORD_SANDBOX_TRANSCRIPT",
        ),
    ] = None,
    endpoints_anywhere: Annotated[
        bool,
        typer.Option(
            "--endpoints-anywhere",
            help="Post interactions to other machines, too, where an application asks for it.",
        ),
    ] = False,
    end_with_stdin: Annotated[
        bool, typer.Option("--end-with-stdin", help="End when standard input is closed.")
    ] = False,
) -> None:
    """Run the sandbox until it is interrupted."""
    backend = Backend(
        transcript=None if transcript is None else _begin(transcript),
        endpoints_anywhere=endpoints_anywhere,
    )
    _prepare(backend, seed, state, clock)
    server = Server(backend, host=host, port=port)
    try:
        asyncio.run(_serve(server, end_with_stdin=end_with_stdin))
    except PortInUse:
        _give_up(f"port {port} is in use. Stop what listens there, or choose another: --port 0")
    except OSError as problem:
        _give_up(f"cannot listen on {host}: {problem}. Give another address with --host.")
    if state is not None:
        try:
            save(backend.world, state)
        except OSError as problem:
            _give_up(f"the world was not saved to {state}: {problem}")


def _begin(transcript: Path) -> Transcript:
    try:
        return Transcript(transcript)
    except OSError as problem:
        _give_up(f"the transcript {transcript} cannot be written: {problem}")


def _prepare(backend: Backend, seed: Path | None, state: Path | None, clock: str | None) -> None:
    """Fill the world: from the state where there is one, else from the seed."""
    if state is not None and state.exists():
        if seed is not None:
            told = f"the world is that of {state}, not of the seed {seed}"
            typer.echo(f"discord-sandbox: {told}: move the state away to begin anew.", err=True)
        try:
            load(backend.world, state)
        except (BadState, OSError) as problem:
            _give_up(f"the state {state} cannot be used: {problem}. Move it away to begin anew.")
    elif seed is not None:
        try:
            sow(backend.world, json.loads(seed.read_text("utf-8")))
        except (ValueError, OSError) as problem:
            _give_up(f"the seed {seed} cannot be used: {problem}")
    if clock is not None:
        try:
            backend.clock.set_ms(parse_iso(clock))
        except ValueError:
            _give_up(f"--clock {clock} is not an ISO 8601 instant such as 2030-01-01T12:00:00Z")


def _give_up(why: str) -> NoReturn:
    typer.echo(f"discord-sandbox: {why}", err=True)
    raise typer.Exit(1)


def _for_bots(server: Server) -> str:
    """What a bot finds in its environment, to be copied into a shell."""
    gateway = server.backend.hub.gateway_url
    lines = [f"export DISCORD_API_URL={server.base_url}/api/v10 DISCORD_GATEWAY_URL={gateway}"]
    lines += [
        f"export DISCORD_TOKEN={shlex.quote(found.token)}  # {found.name}"
        for found in server.backend.world.applications.values()
    ]
    return "\n".join(lines)


async def _serve(server: Server, *, end_with_stdin: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    if end_with_stdin:
        _watch_stdin(stopping)
    await server.start()
    # Hundreds of thousands of messages live on: looking through them for garbage at Python's
    # usual pace would cost more than all requests do.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    print(f"discord-sandbox: listening on {server.base_url}", flush=True)
    if sys.stdout.isatty():
        print(_for_bots(server), flush=True)
    await stopping.wait()
    await server.stop()


def _watch_stdin(stopping: asyncio.Event) -> None:
    """Stop when whoever started the sandbox is gone, and with it the other end of its pipe."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(0, 1024):
            loop.remove_reader(0)
            stopping.set()

    loop.add_reader(0, read)


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
