"""Setting a server up, and what hangs on its zone."""

from datetime import datetime, time, timedelta
from typing import Any

from tocsin.store.engine import Connection
from tocsin.store.events import realign_days
from tocsin.store.servers import Server, find_server, set_up


def set_up_server(
    connection: Connection,
    /,
    server_id: int,
    now: datetime,
    *,
    horizon: timedelta,
    all_day_at: time,
    **chosen: Any,
) -> Server:
    """`set_up` with what was chosen; where the zone changes, whole days fall due by the new one."""
    before = find_server(connection, server_id)
    server = set_up(connection, server_id, now, **chosen)
    if before is not None and before.zone != server.zone:
        realign_days(connection, server_id, now, horizon=horizon, all_day_at=all_day_at)
    return server
