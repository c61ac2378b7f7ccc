"""`tocsin resume-opening`: let the bot open direct messages again after a quarantine."""

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import open_desk
from tocsin.store.opening import reopen

app = typer.Typer()


@app.command()
def resume_opening(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Let the bot open direct messages again, once Discord has ended its quarantine.

    While Discord has the bot in quarantine, it opens no direct messages with members who have had
    none, also after a restart; those who have one get their reminders. A running bot goes on within
    ten seconds.
    """
    with open_desk(context) as desk:
        ended = desk.store.write_now(reopen, desk.now, actor="tocsin resume-opening")
    if as_json:
        output.print_json({"ended": ended})
    elif ended is None:
        print("Nothing keeps direct messages from being opened.")
    else:
        since = output.at(ended.since, "UTC")
        print(f"Direct messages are opened again. Since {since} they were not: {ended.reason}.")
