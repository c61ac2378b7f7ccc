"""Whether DM channels may be opened. That Discord forbids it is kept, so that a restart does not try again."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.store.audit import record
from tocsin.store.columns import from_ms, to_ms
from tocsin.store.facts import get_fact, set_fact
from tocsin.store.tables import facts

KEPT_AS = "opening"


@dataclass(frozen=True, slots=True)
class Closed:
    """Why no DM channel is opened, since when, and until when: None is until the operator has seen to it."""

    reason: str
    since: datetime
    until: datetime | None


def opening_closed(connection: sa.Connection, now: datetime) -> Closed | None:
    """What keeps DM channels from being opened, or None."""
    kept = get_fact(connection, KEPT_AS)
    if kept is None:
        return None
    values = json.loads(kept)
    until = None if values["until"] is None else from_ms(values["until"])
    if until is not None and until <= now:
        return None
    return Closed(values["reason"], from_ms(values["since"]), until)


def close_opening(connection: sa.Connection, closed: Closed) -> bool:
    """Open no DM channels for a while. Returns whether that is news.

    What lasts until the operator acts is not shortened by what lasts for minutes.
    """
    before = opening_closed(connection, closed.since)
    if before is not None and before.until is None:
        return False
    set_fact(
        connection,
        KEPT_AS,
        json.dumps(
            {
                "reason": closed.reason,
                "since": to_ms(closed.since),
                "until": None if closed.until is None else to_ms(closed.until),
            }
        ),
    )
    return before is None or closed.until is None


def reopen(connection: sa.Connection, now: datetime, *, actor: str) -> Closed | None:
    """Let DM channels be opened again. Returns what had kept them from it."""
    before = opening_closed(connection, now)
    connection.execute(sa.delete(facts).where(facts.c.name == KEPT_AS))
    if before is not None:
        record(connection, now, actor, "let DMs be opened", None, {"because": before.reason})
    return before
