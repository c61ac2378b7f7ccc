"""What is sent names the message that arrived, or the import that says so; any other reason is no evidence."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WITHOUT = "new.state = 3 AND new.message_id IS NULL AND new.reason IS NOT 'import'"
_WHEN = {"sent_by_insert": "INSERT", "sent_by_update": "UPDATE OF state"}


def upgrade() -> None:
    """Hold every new row, and every change of a state, to it; what is there is not looked at.

    SQLite would write the whole table anew for a constraint: triggers cost nothing here, however large it is.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE deliveries ADD CONSTRAINT ck_deliveries_evidence_is_kept CHECK"
            " (state <> 3 OR message_id IS NOT NULL OR reason = 'import') NOT VALID"
        )
        op.execute(
            "COMMENT ON COLUMN dm_channels.last_message_id IS 'the last message known in it'"
        )
        return
    for name, event in _WHEN.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON deliveries"
            f" WHEN {_WITHOUT}"
            " BEGIN SELECT RAISE(ABORT, 'sent without evidence: neither a message nor an import'); END"
        )


def downgrade() -> None:
    """Take any reason for evidence."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deliveries DROP CONSTRAINT ck_deliveries_evidence_is_kept")
        return
    for name in _WHEN:
        op.execute(f"DROP TRIGGER {name}")
