"""What messages say of occurrences: the data of their cards."""

from typing import Any

import sqlalchemy as sa

from tocsin.store.tables import categories, occurrences, servers


def cards(connection: sa.Connection, occurrence_ids: set[int]) -> dict[int, dict[str, Any]]:
    """What messages say of these occurrences, by id: the fields of `dispatch.messenger.Card`."""
    rows = connection.execute(
        sa.select(
            occurrences.c.id.label("occurrence_id"),
            occurrences.c.public_id,
            occurrences.c.title,
            occurrences.c.starts_at,
            occurrences.c.ends_at,
            occurrences.c.location,
            occurrences.c.description,
            occurrences.c.url,
            occurrences.c.category,
            sa.func.coalesce(categories.c.label, occurrences.c.category).label("label"),
            sa.func.coalesce(categories.c.emoji, "").label("emoji"),
            sa.func.coalesce(categories.c.colour, 0x5865F2).label("colour"),
            categories.c.image_url,
            categories.c.lines,
            servers.c.id.label("server_id"),
            servers.c.name.label("server_name"),
        )
        .join(servers, servers.c.id == occurrences.c.server_id)
        .join(
            categories,
            (categories.c.server_id == occurrences.c.server_id)
            & (categories.c.key == occurrences.c.category),
            isouter=True,
        )
        .where(occurrences.c.id.in_(occurrence_ids))
    )
    found = {}
    for row in rows:
        values = row._asdict()
        values["lines"] = tuple(values["lines"] or ())
        found[row.occurrence_id] = values
    return found
