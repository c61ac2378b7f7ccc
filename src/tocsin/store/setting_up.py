"""What an admin chooses for a server, and everything that follows from it, in one transaction."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from tocsin.calendar.category import Preset
from tocsin.calendar.occurrence import NINE
from tocsin.calendar.presets import PRESETS
from tocsin.reminders.lead import sorted_leads
from tocsin.store import firings
from tocsin.store.audit import record
from tocsin.store.events import SIXTY_DAYS, realign_days
from tocsin.store.occurrences import Ledger
from tocsin.store.restaging import restage_channel
from tocsin.store.servers import (
    Server,
    apply_preset,
    drop_unused,
    ensure_server,
    find_server,
    groups_of,
)
from tocsin.store.tables import servers
from tocsin.store.type_keys import separate_keys


def set_up(
    connection: sa.Connection,
    server_id: int,
    now: datetime,
    *,
    name: str,
    channel_id: int,
    anchor_id: int | None,
    preset: Preset,
    windows: Iterable[int],
    zone: str,
    actor: str,
    mentions: tuple[int, int | None] | None = None,
    drop_late: bool = False,
    horizon: timedelta = SIXTY_DAYS,
    all_day_at: time = NINE,
) -> Server:
    """Choose the channel, the preset, the windows and the zone; categories that are in use stay.

    In another zone whole days begin at other instants: their occurrences move, and what waits for them with them.
    `mentions` are the ids of the channel in which members with closed DMs are mentioned and of the last message known
    there; None mentions nobody. With `drop_late` what could not be told in time is left out.
    """
    before = ensure_server(connection, server_id, now, preset, name, zone)
    chosen = sorted_leads(windows)
    connection.execute(
        sa.update(servers)
        .where(servers.c.id == server_id)
        .values(
            name=name,
            zone=zone,
            preset=preset.key,
            channel_id=channel_id,
            channel_anchor_id=anchor_id,
            channel_refused=None,
            windows=list(chosen),
            mention_channel_id=mentions[0] if mentions else None,
            mention_anchor_id=mentions[1] if mentions else None,
            mention_refused=None,
            drop_late=drop_late,
            set_up_at=now,
            left_at=None,
        )
    )
    _take_preset(connection, server_id, before.preset, preset, now)
    firings.note_leads(connection, server_id, chosen)
    firings.plan_server(connection, server_id, now)
    restage_channel(connection, server_id, now)
    if before.zone != zone:
        realign_days(connection, server_id, now, horizon=horizon, all_day_at=all_day_at)
    record(
        connection,
        now,
        actor,
        "set up",
        server_id,
        {
            "channel": channel_id,
            "preset": preset.key,
            "windows": list(chosen),
            "zone": zone,
            "mentions": mentions[0] if mentions else None,
            "drop late": drop_late,
        },
    )
    done = find_server(connection, server_id)
    assert done is not None
    return done


def _take_preset(
    connection: sa.Connection, server_id: int, former: str, preset: Preset, now: datetime
) -> None:
    """Add what the preset has, and leave out what only the former one had and nobody uses."""
    groups = groups_of(connection, server_id)
    if former in PRESETS and former != preset.key:
        kept = {one.key for one in preset.categories}
        drop_unused(
            connection,
            server_id,
            [one.key for one in PRESETS[former].categories if one.key not in kept],
        )
    apply_preset(connection, server_id, preset)
    separate_keys(connection, server_id)
    grouped = groups_of(connection, server_id)
    if grouped != groups:
        Ledger(connection, server_id, grouped, now).regroup()
