"""`tocsin run`: the bot."""

import asyncio

import typer

from tocsin.cli._database import settings_of
from tocsin.errors import TocsinError
from tocsin.telemetry.logs import configure, get_logger

app = typer.Typer()
log = get_logger("tocsin.run")


class EndedUnexpectedly(TocsinError):
    """The bot ended in a way that nobody thought of: the trace is in its log; please report it."""


@app.command()
def run(context: typer.Context) -> None:
    """Run the bot until it is told to stop (Ctrl-C, or SIGTERM)."""
    settings = settings_of(context)
    configure(level=settings.logs.level, form=settings.logs.format, secrets=settings.secrets())
    # Imported here: it brings in Discord's library, which the other commands do without.
    from tocsin.bootstrap import run_bot

    try:
        asyncio.run(run_bot(settings))
    except TocsinError:
        raise
    except Exception as error:
        log.exception("ended unexpectedly")
        raise EndedUnexpectedly from error
