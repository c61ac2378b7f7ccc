"""How far a firing's turns are given out, and with whom they begin."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("turn_at", sa.BigInteger(), "the last turn given to a recipient"),
    (
        "passed_choice",
        sa.Text(),
        "the last of those whom the turns pass over at first: this choice …",
    ),
    ("passed_member", sa.BigInteger(), "… and this member"),
)
_GIVEN = sa.text("turn_at IS NOT NULL")


def upgrade() -> None:
    """Add them; no row is written."""
    for name, kind, comment in _COLUMNS:
        op.add_column("firings", sa.Column(name, kind, nullable=True, comment=comment))
    op.create_index(
        "ix_firings_turn_at",
        "firings",
        ["server_id", "turn_at"],
        sqlite_where=_GIVEN,
        postgresql_where=_GIVEN,
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_firings_turn_at", "firings")
    for name, _, _ in _COLUMNS:
        op.drop_column("firings", name)
