"""Servers, their categories and groups."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.calendar.category import Category, Group, Preset
from tocsin.reminders.lead import DEFAULT_LEADS
from tocsin.store import firings
from tocsin.store.dialect import insert_new
from tocsin.store.tables import categories, events, groups, servers, subscription_pairs


@dataclass(frozen=True, slots=True)
class Server:
    """One server as it is kept. `windows` are leads in seconds, longest first."""

    id: int
    name: str
    zone: str
    preset: str
    channel_id: int | None
    channel_anchor_id: int | None
    channel_refused: str | None
    windows: tuple[int, ...]
    mention_channel_id: int | None
    mention_anchor_id: int | None
    mention_refused: str | None
    drop_late: bool
    set_up_at: datetime | None
    left_at: datetime | None
    created_at: datetime


def _server(row: sa.Row[Any]) -> Server:
    values = row._asdict()
    values["windows"] = tuple(values["windows"])
    return Server(**values)


def find_server(connection: sa.Connection, server_id: int) -> Server | None:
    """The server, or None where it was never heard of."""
    row = connection.execute(sa.select(servers).where(servers.c.id == server_id)).first()
    return None if row is None else _server(row)


def all_servers(connection: sa.Connection) -> list[Server]:
    """Every server, by id."""
    return [_server(row) for row in connection.execute(sa.select(servers).order_by(servers.c.id))]


def ensure_server(
    connection: sa.Connection,
    server_id: int,
    now: datetime,
    preset: Preset,
    name: str = "",
    zone: str = "UTC",
) -> Server:
    """The server, made with the preset's categories where it is new."""
    found = find_server(connection, server_id)
    if found is not None:
        return found
    connection.execute(
        sa.insert(servers).values(
            id=server_id,
            name=name,
            zone=zone,
            preset=preset.key,
            windows=list(DEFAULT_LEADS),
            created_at=now,
        )
    )
    apply_preset(connection, server_id, preset)
    firings.note_leads(connection, server_id, DEFAULT_LEADS)
    made = find_server(connection, server_id)
    assert made is not None
    return made


def apply_preset(connection: sa.Connection, server_id: int, preset: Preset) -> None:
    """Add the preset's categories and groups that the server does not have."""
    for category in preset.categories:
        add_category(connection, server_id, category)
    for position, group in enumerate(preset.groups):
        add_group(connection, server_id, group, position)


def add_group(connection: sa.Connection, server_id: int, group: Group, position: int) -> None:
    """Add a group at that place among the server's, unless its key is there."""
    connection.execute(
        insert_new(connection, groups).values(
            server_id=server_id,
            key=group.key,
            label=group.label,
            emoji=group.emoji,
            rules=[list(rule) for rule in group.rules],
            position=position,
        )
    )


def add_category(connection: sa.Connection, server_id: int, category: Category) -> None:
    """Add a category at the end of the server's, unless its key is there."""
    position = connection.scalar(
        sa.select(sa.func.coalesce(sa.func.max(categories.c.position) + 1, 0)).where(
            categories.c.server_id == server_id
        )
    )
    connection.execute(
        insert_new(connection, categories).values(
            server_id=server_id,
            key=category.key,
            label=category.label,
            emoji=category.emoji,
            colour=category.colour,
            image_url=category.image_url,
            aliases=list(category.aliases),
            default_minutes=category.default_minutes,
            lines=list(category.lines),
            position=position,
        )
    )


def drop_unused(connection: sa.Connection, server_id: int, keys: list[str]) -> None:
    """Remove those of these categories that have no event and that nobody has chosen."""
    used = sa.union(
        sa.select(events.c.category).where(events.c.server_id == server_id),
        sa.select(subscription_pairs.c.choice).where(subscription_pairs.c.server_id == server_id),
    )
    connection.execute(
        sa.delete(categories).where(
            categories.c.server_id == server_id,
            categories.c.key.in_(keys),
            categories.c.key.not_in(used),
        )
    )


def categories_of(connection: sa.Connection, server_id: int) -> tuple[Category, ...]:
    """The server's categories in their order."""
    rows = connection.execute(
        sa.select(categories)
        .where(categories.c.server_id == server_id)
        .order_by(categories.c.position)
    )
    return tuple(
        Category(
            key=row.key,
            label=row.label,
            emoji=row.emoji,
            colour=row.colour,
            image_url=row.image_url,
            aliases=tuple(row.aliases),
            default_minutes=row.default_minutes,
            lines=tuple(row.lines),
        )
        for row in rows
    )


def groups_of(connection: sa.Connection, server_id: int) -> tuple[Group, ...]:
    """The server's groups in their order."""
    rows = connection.execute(
        sa.select(groups).where(groups.c.server_id == server_id).order_by(groups.c.position)
    )
    return tuple(
        Group(
            key=row.key,
            label=row.label,
            emoji=row.emoji,
            rules=tuple((rule[0], rule[1]) for rule in row.rules),
        )
        for row in rows
    )


def bot_joined(
    connection: sa.Connection, server_id: int, name: str, now: datetime, preset: Preset
) -> bool:
    """The bot is in the server: remember its name and go on where it had left. Returns whether it was new."""
    new = find_server(connection, server_id) is None
    ensure_server(connection, server_id, now, preset, name)
    connection.execute(
        sa.update(servers).where(servers.c.id == server_id).values(name=name, left_at=None)
    )
    return new


def bot_left(connection: sa.Connection, server_id: int, now: datetime) -> None:
    """The bot was removed: its reminders stop with the next look at claim; its data stay for the retention."""
    connection.execute(
        sa.update(servers)
        .where(servers.c.id == server_id, servers.c.left_at.is_(None))
        .values(left_at=now)
    )


def channel_refused(
    connection: sa.Connection, server_id: int, channel_id: int, reason: str, tried_at: datetime
) -> None:
    """Discord refuses posts in the server's channel: nothing is tried there until an admin sets it up anew.

    Unless an admin has chosen another channel, or set the server up anew, since the post was `tried_at`.
    """
    connection.execute(
        sa.update(servers)
        .where(_as_at(server_id, tried_at), servers.c.channel_id == channel_id)
        .values(channel_refused=reason)
    )


def mention_refused(
    connection: sa.Connection, server_id: int, channel_id: int, reason: str, tried_at: datetime
) -> None:
    """The same for the channel in which members are mentioned: nobody is until an admin sets it up anew."""
    connection.execute(
        sa.update(servers)
        .where(_as_at(server_id, tried_at), servers.c.mention_channel_id == channel_id)
        .values(mention_refused=reason)
    )


def _as_at(server_id: int, instant: datetime) -> sa.ColumnElement[bool]:
    """The server, if no admin has set it up since."""
    unchanged = sa.or_(servers.c.set_up_at.is_(None), servers.c.set_up_at <= instant)
    return sa.and_(servers.c.id == server_id, unchanged)
