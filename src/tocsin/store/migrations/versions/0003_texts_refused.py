"""Why Discord refuses what an occurrence says."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the reason; no row is written."""
    op.add_column(
        "occurrences",
        sa.Column(
            "texts_refused",
            sa.Text(),
            nullable=True,
            comment="why Discord refuses what it says: told plainly until it is edited",
        ),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("occurrences", "texts_refused")
