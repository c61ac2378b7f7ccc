"""A database with many servers, members who have subscribed, and what is ahead of them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tocsin.calendar.event import Event
from tocsin.calendar.presets import PLAIN
from tocsin.clock import Clock
from tocsin.store import migrate
from tocsin.store.engine import Connection, Store, sqlite_module, sqlite_url
from tocsin.store.event_edits import add_event
from tocsin.store.firings import note_leads
from tocsin.store.setting_up import set_up

FIRST_SERVER = 1_000_000
FIRST_MEMBER = 10_000_000
LEADS = (86_400, 43_200, 14_400, 3_600, 0)
"""What a member gets who chooses no lead times: each is five pairs to look up."""
_CHUNK = 1_000

_SUBSCRIPTIONS = """
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)
INSERT INTO subscriptions (server_id, member_id, username, choices, leads, extra, created_at, updated_at)
SELECT :server, i, '', '["all"]', :leads, '{}', :now, :now FROM n
"""
_PAIRS = """
INSERT INTO subscription_pairs (server_id, choice, lead, member_id)
SELECT s.server_id, 'all', l.value, s.member_id FROM subscriptions s, json_each(:leads) l ORDER BY 1, 2, 3, 4
"""
_CHANNELS = """
INSERT INTO dm_channels (member_id, channel_id, last_message_id, epoch, updated_at)
SELECT member_id, member_id + 1000000000, 1, 0, :now FROM subscriptions ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Population:
    """How many there are: servers with one occurrence ahead each, and subscriptions; `largest` of them in the
    first servers, the others spread evenly over the rest."""

    servers: int = 10_000
    subscriptions: int = 1_000_000
    largest: tuple[int, ...] = (100_000, 1_000)

    def members_of(self, number: int) -> int:
        """How many have subscribed in the server with this number, from 0."""
        if number < len(self.largest):
            return self.largest[number]
        left = self.subscriptions - sum(self.largest)
        share, more = divmod(left, self.servers - len(self.largest))
        return share + (number - len(self.largest) < more)

    def settle(self, file: Path) -> None:
        """Make the database."""
        with opened(file) as store:
            migrate.upgrade(store)
            now = Clock().now()
            for start in range(0, self.servers, _CHUNK):
                numbers = range(start, min(start + _CHUNK, self.servers))
                store.write_now(_found_servers, numbers, now)
        with closing(sqlite_module().connect(file)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            self._subscribe(connection, _ms(now))
            connection.commit()

    def _subscribe(self, connection: Any, now: int) -> None:
        leads = json.dumps(LEADS)
        first = FIRST_MEMBER
        for number in range(self.servers):
            end = first + self.members_of(number)
            if end > first:
                values = {"server": FIRST_SERVER + number, "first": first, "end": end}
                connection.execute(_SUBSCRIPTIONS, values | {"leads": leads, "now": now})
            first = end
        connection.execute(_PAIRS, {"leads": leads})
        connection.execute(_CHANNELS, {"now": now})


def _found_servers(connection: Connection, numbers: range, now: datetime) -> None:
    for number in numbers:
        server = FIRST_SERVER + number
        # The channel is told nothing: what is counted are direct messages.
        set_up(
            connection,
            server,
            now,
            name=f"Server {number}",
            channel_id=server + 1,
            anchor_id=1,
            preset=PLAIN,
            windows=[],
            zone="UTC",
            actor="benchmark",
        )
        note_leads(connection, server, LEADS)
        ahead = now.replace(microsecond=0) + timedelta(days=3 + number % 40, minutes=number % 60)
        add_event(connection, server, gathering(f"event {number}", ahead), now, actor="benchmark")


def gathering(title: str, start: datetime) -> Event:
    """An event of an hour that every subscription here asks for."""
    return Event.single(
        uid=title, title=title, category="event", start=start, end=timedelta(hours=1)
    )


def call(file: Path, number: int, due: datetime) -> None:
    """Put an event on a server's calendar whose reminder of an hour before is due at `due`, and nothing else yet."""
    server = FIRST_SERVER + number
    due = due.replace(microsecond=0)
    with opened(file) as store:
        # As if it had long been known: nothing of it is past yet.
        known_since = due - timedelta(days=2)
        event = gathering("The call", due + timedelta(hours=1))
        store.write_now(add_event, server, event, known_since, actor="benchmark")
        store.write_now(_drop_earlier, server, due)


def _drop_earlier(connection: Connection, server: int, due: datetime) -> None:
    """Firings that a bot which had run all the time would have staged by then."""
    connection.exec_driver_sql(
        "DELETE FROM firings WHERE server_id = ? AND due_at < ?", (server, _ms(due))
    )


@contextmanager
def opened(file: Path) -> Iterator[Store]:
    """The database by the store that production uses."""
    store = Store(sqlite_url(file))
    try:
        yield store
    finally:
        store.close()


def copy(file: Path, to: Path) -> Path:
    """A copy for one measurement, on the same disk."""
    shutil.copyfile(file, to)
    return to


def count_sent(file: Path) -> int:
    """The deliveries that are sent, read from the file anew."""
    with closing(sqlite_module().connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return int(
            connection.execute("SELECT count(*) FROM deliveries WHERE state = 3").fetchone()[0]
        )


def _ms(instant: datetime) -> int:
    return int((instant - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
