"""`tocsin run`: the bot."""

import asyncio

import typer

from tocsin.cli._database import settings_of
from tocsin.telemetry.logs import configure

app = typer.Typer()


@app.command()
def run(context: typer.Context) -> None:
    """Run the bot until it is told to stop (Ctrl-C, or SIGTERM)."""
    settings = settings_of(context)
    configure(level=settings.logs.level, form=settings.logs.format, secrets=settings.secrets())
    # Imported here: it brings in Discord's library, which the other commands do without.
    from tocsin.bootstrap import run_bot

    asyncio.run(run_bot(settings))
