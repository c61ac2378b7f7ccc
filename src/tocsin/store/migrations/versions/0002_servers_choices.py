"""What a server chooses: a channel in which members with closed DMs are mentioned, and what is late left out."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("mention_channel_id", sa.BigInteger(), "where members with closed DMs are mentioned"),
    ("mention_anchor_id", sa.BigInteger(), "the last message known in that channel"),
    ("mention_refused", sa.Text(), "why Discord refuses posts there"),
)


def upgrade() -> None:
    """Add what a server chooses, and who is to be mentioned."""
    for name, kind, comment in _COLUMNS:
        op.add_column("servers", sa.Column(name, kind, nullable=True, comment=comment))
    op.add_column(
        "servers",
        sa.Column(
            "drop_late",
            sa.Boolean(),
            server_default=sa.text("0"),
            nullable=False,
            comment="what is late is not made up for",
        ),
    )
    op.create_table(
        "unreached",
        sa.Column(
            "delivery_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "mention_id",
            sa.BigInteger(),
            nullable=True,
            comment="the delivery that mentions the member; null before",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_unreached_delivery_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_unreached")),
        comment="reminders that closed DMs kept from a member, where the server wants a mention instead",
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_unreached_occurrence_id", "unreached", ["occurrence_id", "starts_at", "lead"]
    )
    op.create_index("ix_unreached_mention_id", "unreached", ["mention_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("unreached")
    for name in ("drop_late", *(name for name, _, _ in _COLUMNS)):
        op.drop_column("servers", name)
