"""Where a database lives, kept in it: so that a copy of one on which a bot runs is noticed."""

import json
import socket
from pathlib import Path

from tocsin.store.engine import Connection
from tocsin.store.facts import get_fact, set_fact
from tocsin.store.lock import InstanceLock, InstanceRunning

HOME = "home"


class CopyRunning(InstanceRunning):
    """A bot runs on the database of which this one is a copy."""


def move_in(connection: Connection, path: Path) -> str | None:
    """Note that this database is used at `path` on this machine; nothing is written where that is known.

    Returns where it was used last, as one phrase, if that was elsewhere: whoever moved or restored it is to make
    sure that no bot is left there. Raises CopyRunning where this process can see that there is one.
    """
    here = {"host": socket.gethostname(), "path": str(path.resolve())}
    told = get_fact(connection, HOME)
    last = json.loads(told) if told else None
    if last == here:
        return None
    if last is not None and last["host"] == here["host"]:
        original = InstanceLock(Path(last["path"]))
        if original.held_by_another():
            raise CopyRunning(
                f"This database is a copy of {last['path']}, on which a bot runs: {original.holder()}. Both would send "
                "everything twice, so this one stops. Run one of them only; a backup is opened with `tocsin db check`."
            )
    set_fact(connection, HOME, json.dumps(here))
    return None if last is None else f"{last['path']} on {last['host']}"
