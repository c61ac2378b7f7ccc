"""Who changed what, when."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.store.tables import audit


def record(
    connection: sa.Connection,
    now: datetime,
    actor: str,
    action: str,
    server_id: int | None,
    details: dict[str, Any],
) -> None:
    """Write one line of the audit; `actor` is a member's id or the name of a command."""
    connection.execute(
        sa.insert(audit).values(
            at=now, actor=actor, action=action, server_id=server_id, details=details
        )
    )
