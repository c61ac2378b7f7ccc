"""Types of events that have the key of a group, as some were given before groups' keys were kept free.

A menu can hold a key only once, and a choice of it would mean both. The type gets another key: what
members chose under the old one was the group, or they meant both.
"""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from tocsin.calendar.category import Category, Group, new_category
from tocsin.calendar.presets import GROUP_KEYS
from tocsin.store import servers
from tocsin.store.engine import Connection
from tocsin.store.stored_events import event_of
from tocsin.store.tables import categories, events, groups, occurrence_keys, occurrences


def shared_keys(connection: Connection, server_id: int | None = None) -> list[tuple[int, str]]:
    """Each server and key that is a type's and a group's at once, of one server or of all."""
    same = (groups.c.server_id == categories.c.server_id) & (groups.c.key == categories.c.key)
    query = sa.select(categories.c.server_id, categories.c.key).join(groups, same)
    if server_id is not None:
        query = query.where(categories.c.server_id == server_id)
    return [(row.server_id, row.key) for row in connection.execute(query)]


def separate_keys(connection: Connection, server_id: int | None = None) -> int:
    """Give each such type a key of its own. Returns how many there were."""
    shared = shared_keys(connection, server_id)
    for own, key in shared:
        _give_another_key(connection, own, key)
    return len(shared)


def _give_another_key(connection: Connection, server_id: int, key: str) -> None:
    known = {one.key: one for one in servers.categories_of(connection, server_id)}
    own_groups = servers.groups_of(connection, server_id)
    taken = {*known, *(group.key for group in own_groups), *GROUP_KEYS}
    new = new_category(key, taken).key
    connection.execute(
        sa.update(categories)
        .where(categories.c.server_id == server_id, categories.c.key == key)
        .values(key=new)
    )
    _rename_events(connection, server_id, known[key], new)
    _rename_occurrences(connection, server_id, key, new, own_groups)


def _rename_events(connection: Connection, server_id: int, category: Category, new: str) -> None:
    """The events of the type; one that is as its source said it still is."""
    of_type = (events.c.server_id == server_id) & (events.c.category == category.key)
    for row in connection.execute(sa.select(events).where(of_type)).all():
        event = event_of(row)
        renamed = replace(event, category=new)
        unedited = row.content_hash == event.content_hash
        connection.execute(
            sa.update(events)
            .where(events.c.id == row.id)
            .values(
                category=new, content_hash=renamed.content_hash if unedited else row.content_hash
            )
        )


def _rename_occurrences(
    connection: Connection, server_id: int, key: str, new: str, own_groups: Iterable[Group]
) -> None:
    """The occurrences of the type, and by which choices they are found; their public ids stay."""
    of_type = (occurrences.c.server_id == server_id) & (occurrences.c.category == key)
    (group,) = [one for one in own_groups if one.key == key]
    for row in connection.execute(sa.select(occurrences).where(of_type)).all():
        if not group.matches(new, row.title, row.description):
            connection.execute(
                sa.delete(occurrence_keys).where(
                    occurrence_keys.c.occurrence_id == row.id, occurrence_keys.c.key == key
                )
            )
        connection.execute(sa.insert(occurrence_keys).values(occurrence_id=row.id, key=new))
    connection.execute(sa.update(occurrences).where(of_type).values(category=new))
