"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# ruff: noqa: E501 - as Alembic renders it from the tables
# fmt: off
_TABLES = (
    "attempts",
    "occurrence_keys",
    "firings",
    "deliveries",
    "channel_messages",
    "subscription_pairs",
    "occurrences",
    "subscriptions",
    "leads_in_use",
    "groups",
    "events",
    "categories",
    "servers",
    "facts",
    "dm_channels",
    "audit",
)


def upgrade() -> None:
    """Make every table."""
    op.create_table('audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=True),
    sa.Column('actor', sa.Text(), nullable=False, comment="a member's id, or the name of a command"),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_server_id_at', 'audit', ['server_id', 'at'], unique=False)
    op.create_table('dm_channels',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('channel_id', sa.BigInteger(), nullable=True),
    sa.Column('last_message_id', sa.BigInteger(), nullable=True, comment='the anchor of a look into its history'),
    sa.Column('suspended_because', sa.Text(), nullable=True, comment='null while DMs are welcome'),
    sa.Column('epoch', sa.Integer(), server_default='0', nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_dm_channels'))
    )
    op.create_table('facts',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_facts')),
    comment="What the database knows of itself: the instance's name, which commands were registered",
    sqlite_with_rowid=False
    )
    op.create_table('servers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('zone', sa.Text(), server_default='UTC', nullable=False),
    sa.Column('preset', sa.Text(), server_default='plain', nullable=False),
    sa.Column('channel_id', sa.BigInteger(), nullable=True),
    sa.Column('channel_anchor_id', sa.BigInteger(), nullable=True, comment='the last message known in the channel'),
    sa.Column('channel_refused', sa.Text(), nullable=True, comment='why Discord refuses posts there, until an admin acts'),
    sa.Column('windows', sa.JSON(), nullable=False, comment='leads at which the channel is told, seconds'),
    sa.Column('set_up_at', sa.BigInteger(), nullable=True),
    sa.Column('left_at', sa.BigInteger(), nullable=True, comment='when the bot was removed from the server'),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_servers'))
    )
    op.create_table('categories',
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('emoji', sa.Text(), nullable=False),
    sa.Column('colour', sa.Integer(), nullable=False),
    sa.Column('image_url', sa.Text(), nullable=True),
    sa.Column('aliases', sa.JSON(), nullable=False),
    sa.Column('default_minutes', sa.Integer(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False, comment="templates of the reminder's line"),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('default_minutes > 0', name=op.f('ck_categories_lasts')),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_categories_server_id')),
    sa.UniqueConstraint('server_id', 'key', name=op.f('uq_categories_server_id_key'))
    )
    op.create_table('events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('uid', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('place_zone', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('record', sa.JSON(), nullable=False, comment="the event's other fields"),
    sa.Column('ical', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('expanded_until', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("status IN ('confirmed', 'cancelled')", name=op.f('ck_events_status')),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_events_server_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events')),
    sa.UniqueConstraint('server_id', 'source', 'uid', name=op.f('uq_events_server_id_source_uid'))
    )
    op.create_index('ix_events_expanded_until', 'events', ['expanded_until'], unique=False)
    op.create_table('groups',
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('emoji', sa.Text(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False, comment='[category or *, text it contains or null]'),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_groups_server_id')),
    sa.UniqueConstraint('server_id', 'key', name=op.f('uq_groups_server_id_key'))
    )
    op.create_table('leads_in_use',
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('lead', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_leads_in_use_server_id')),
    sa.PrimaryKeyConstraint('server_id', 'lead', name=op.f('pk_leads_in_use')),
    comment='each lead that a member or a window of the server has asked for',
    sqlite_with_rowid=False
    )
    op.create_table('subscriptions',
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('username', sa.Text(), server_default='', nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('leads', sa.JSON(), nullable=False),
    sa.Column('extra', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_subscriptions_server_id')),
    sa.PrimaryKeyConstraint('server_id', 'member_id', name=op.f('pk_subscriptions')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_subscriptions_member_id', 'subscriptions', ['member_id'], unique=False)
    op.create_table('occurrences',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('slot', sa.Text(), nullable=False, comment='the original local start in the recurrence'),
    sa.Column('public_id', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('ends_at', sa.BigInteger(), nullable=False),
    sa.Column('all_day', sa.Boolean(), nullable=False),
    sa.Column('cancelled', sa.Boolean(), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('ends_at >= starts_at', name=op.f('ck_occurrences_ends_after_start')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_occurrences_event_id')),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_occurrences_server_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occurrences')),
    sa.UniqueConstraint('event_id', 'slot', name=op.f('uq_occurrences_event_id_slot')),
    sa.UniqueConstraint('server_id', 'public_id', name=op.f('uq_occurrences_server_id_public_id'))
    )
    op.create_index('ix_occurrences_ends_at', 'occurrences', ['ends_at'], unique=False)
    op.create_index('ix_occurrences_server_id_starts_at', 'occurrences', ['server_id', 'starts_at'], unique=False)
    op.create_table('subscription_pairs',
    sa.Column('server_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('choice', sa.Text(), nullable=False),
    sa.Column('lead', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['server_id', 'member_id'], ['subscriptions.server_id', 'subscriptions.member_id'], name=op.f('fk_subscription_pairs_server_id_member_id')),
    sa.PrimaryKeyConstraint('server_id', 'choice', 'lead', 'member_id', name=op.f('pk_subscription_pairs')),
    sqlite_with_rowid=False
    )
    op.create_table('channel_messages',
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('channel_id', sa.BigInteger(), nullable=False),
    sa.Column('occurrence_id', sa.BigInteger(), nullable=False),
    sa.Column('posted_at', sa.BigInteger(), nullable=False),
    sa.Column('remove_at', sa.BigInteger(), nullable=False, comment='when the post has to go'),
    sa.Column('removed_at', sa.BigInteger(), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrences.id'], name=op.f('fk_channel_messages_occurrence_id')),
    sa.ForeignKeyConstraint(['server_id'], ['servers.id'], name=op.f('fk_channel_messages_server_id')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_channel_messages'))
    )
    op.create_index('ix_channel_messages_occurrence_id', 'channel_messages', ['occurrence_id'], unique=False)
    op.create_index('ix_channel_messages_remove_at', 'channel_messages', ['remove_at'], unique=False, sqlite_where=sa.text('removed_at IS NULL'), postgresql_where=sa.text('removed_at IS NULL'))
    op.create_table('deliveries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('occurrence_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False, comment='the start it speaks of'),
    sa.Column('recipient_kind', sa.SmallInteger(), nullable=False),
    sa.Column('recipient_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('lead', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.SmallInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('order_at', sa.BigInteger(), nullable=False, comment='claims go by this'),
    sa.Column('ready_at', sa.BigInteger(), nullable=False, comment='not before: due, or the end of a backoff'),
    sa.Column('attempt', sa.Integer(), server_default='0', nullable=False),
    sa.Column('revision', sa.Integer(), server_default='0', nullable=False, comment='of its nonce'),
    sa.Column('owed', sa.Boolean(), server_default=sa.text('0'), nullable=False, comment='also without a subscription'),
    sa.Column('plain', sa.Boolean(), server_default=sa.text('0'), nullable=False, comment='send the plain rendering'),
    sa.Column('worker', sa.Text(), nullable=True),
    sa.Column('claimed_at', sa.BigInteger(), nullable=True),
    sa.Column('lease_until', sa.BigInteger(), nullable=True),
    sa.Column('epoch', sa.Integer(), nullable=True),
    sa.Column('channel_id', sa.BigInteger(), nullable=True),
    sa.Column('anchor_id', sa.BigInteger(), nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('settled_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('state <> 1 OR (worker IS NOT NULL AND claimed_at IS NOT NULL)', name=op.f('ck_deliveries_sending_is_claimed')),
    sa.CheckConstraint('state <> 3 OR reason IS NOT NULL', name=op.f('ck_deliveries_sent_has_evidence')),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrences.id'], name=op.f('fk_deliveries_occurrence_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('occurrence_id', 'recipient_id', 'starts_at', 'lead', 'recipient_kind', 'kind', 'sequence', name='uq_deliveries_identity')
    )
    op.create_index('ix_deliveries_in_doubt', 'deliveries', ['state', 'claimed_at'], unique=False, sqlite_where=sa.text('state IN (1, 2)'), postgresql_where=sa.text('state IN (1, 2)'))
    op.create_index('ix_deliveries_pending', 'deliveries', ['order_at', 'ready_at'], unique=False, sqlite_where=sa.text('state = 0'), postgresql_where=sa.text('state = 0'))
    op.create_table('firings',
    sa.Column('occurrence_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lead', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('begun_at', sa.BigInteger(), nullable=True, comment='when its staging began'),
    sa.Column('staged_choice', sa.Text(), nullable=True, comment='how far the staging came: this choice …'),
    sa.Column('staged_member', sa.BigInteger(), nullable=True, comment='… up to this member'),
    sa.Column('rank', sa.Integer(), server_default='0', nullable=False, comment='recipients staged'),
    sa.Column('recipients', sa.Integer(), nullable=True, comment='how many matched when it began'),
    sa.Column('staged_at', sa.BigInteger(), nullable=True, comment='when all were'),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrences.id'], name=op.f('fk_firings_occurrence_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('occurrence_id', 'lead', name=op.f('pk_firings')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_firings_due_at', 'firings', ['due_at'], unique=False, sqlite_where=sa.text('staged_at IS NULL'), postgresql_where=sa.text('staged_at IS NULL'))
    op.create_index('ix_firings_server_id_due_at', 'firings', ['server_id', 'due_at'], unique=False)
    op.create_table('occurrence_keys',
    sa.Column('occurrence_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrences.id'], name=op.f('fk_occurrence_keys_occurrence_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('occurrence_id', 'key', name=op.f('pk_occurrence_keys')),
    comment='which choices of a subscription the occurrence matches',
    sqlite_with_rowid=False
    )
    op.create_table('attempts',
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('worker', sa.Text(), nullable=False),
    sa.Column('claimed_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_attempts_delivery_id')),
    sa.PrimaryKeyConstraint('delivery_id', 'attempt', name=op.f('pk_attempts')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    """Take every table away."""
    for table in _TABLES:
        op.drop_table(table)
