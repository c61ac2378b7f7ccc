"""The schema, once for both databases. Its history is in `migrations/`; a test holds the two against each other."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.columns import Code, Id, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _server() -> Column[int]:
    return Column("server_id", BigInteger, ForeignKey("servers.id"), nullable=False)


facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="What the database knows of itself: the instance's name, which commands were registered",
    sqlite_with_rowid=False,
)

servers = Table(
    "servers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("zone", Text, nullable=False, server_default="UTC"),
    Column("preset", Text, nullable=False, server_default="plain"),
    Column("channel_id", BigInteger),
    Column("channel_anchor_id", BigInteger, comment="the last message known in the channel"),
    Column("channel_refused", Text, comment="why Discord refuses posts there, until an admin acts"),
    Column("windows", JSON, nullable=False, comment="leads at which the channel is told, seconds"),
    Column("mention_channel_id", BigInteger, comment="where members with closed DMs are mentioned"),
    Column("mention_anchor_id", BigInteger, comment="the last message known in that channel"),
    Column("mention_refused", Text, comment="why Discord refuses posts there"),
    Column(
        "drop_late",
        Boolean,
        nullable=False,
        server_default=text("0"),
        comment="what is late is not made up for",
    ),
    Column("set_up_at", Instant),
    Column("left_at", Instant, comment="when the bot was removed from the server"),
    Column("created_at", Instant, nullable=False),
)

categories = Table(
    "categories",
    metadata,
    _server(),
    Column("key", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("emoji", Text, nullable=False),
    Column("colour", Integer, nullable=False),
    Column("image_url", Text),
    Column("aliases", JSON, nullable=False),
    Column("default_minutes", Integer, nullable=False),
    Column("lines", JSON, nullable=False, comment="templates of the reminder's line"),
    Column("position", Integer, nullable=False),
    CheckConstraint("default_minutes > 0", name="lasts"),
)
categories.append_constraint(UniqueConstraint("server_id", "key"))

groups = Table(
    "groups",
    metadata,
    _server(),
    Column("key", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("emoji", Text, nullable=False),
    Column("rules", JSON, nullable=False, comment="[category or *, text it contains or null]"),
    Column("position", Integer, nullable=False),
    UniqueConstraint("server_id", "key"),
)

leads_in_use = Table(
    "leads_in_use",
    metadata,
    Column("server_id", BigInteger, ForeignKey("servers.id"), primary_key=True),
    Column("lead", Integer, primary_key=True, autoincrement=False),
    comment="each lead that a member or a window of the server has asked for",
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    _server(),
    Column("source", Text, nullable=False),
    Column("uid", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("place_zone", Text),
    Column("status", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("record", JSON, nullable=False, comment="the event's other fields"),
    Column("ical", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("expanded_until", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("server_id", "source", "uid"),
    CheckConstraint("status IN ('confirmed', 'cancelled')", name="status"),
    Index("ix_events_expanded_until", "expanded_until"),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False),
    _server(),
    Column("slot", Text, nullable=False, comment="the original local start in the recurrence"),
    Column("public_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("all_day", Boolean, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column(
        "texts_refused",
        Text,
        comment="why Discord refuses what it says: told plainly until it is edited",
    ),
    UniqueConstraint("event_id", "slot"),
    UniqueConstraint("server_id", "public_id"),
    Index("ix_occurrences_server_id_starts_at", "server_id", "starts_at"),
    Index("ix_occurrences_ends_at", "ends_at"),
    CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
)

occurrence_keys = Table(
    "occurrence_keys",
    metadata,
    Column("occurrence_id", ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    comment="which choices of a subscription the occurrence matches",
    sqlite_with_rowid=False,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("server_id", BigInteger, ForeignKey("servers.id"), primary_key=True),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("username", Text, nullable=False, server_default=""),
    Column("choices", JSON, nullable=False),
    Column("leads", JSON, nullable=False),
    Column("extra", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_subscriptions_member_id", "member_id"),
    sqlite_with_rowid=False,
)

subscription_pairs = Table(
    "subscription_pairs",
    metadata,
    # In the order in which a firing reads them: all members of one choice at one lead lie together.
    Column("server_id", BigInteger, primary_key=True, autoincrement=False),
    Column("choice", Text, primary_key=True),
    Column("lead", Integer, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(
        ["server_id", "member_id"],
        ["subscriptions.server_id", "subscriptions.member_id"],
    ),
    sqlite_with_rowid=False,
)

dm_channels = Table(
    "dm_channels",
    metadata,
    Column("member_id", Id, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger),
    Column("last_message_id", BigInteger, comment="the last message known in it"),
    Column("suspended_because", Text, comment="null while DMs are welcome"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("updated_at", Instant, nullable=False),
)

firings = Table(
    "firings",
    metadata,
    Column("occurrence_id", ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True),
    Column("lead", Integer, primary_key=True, autoincrement=False),
    Column("server_id", BigInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("begun_at", Instant, comment="when its staging began"),
    Column("staged_choice", Text, comment="how far the staging came: this choice …"),
    Column("staged_member", BigInteger, comment="… up to this member"),
    Column("rank", Integer, nullable=False, server_default="0", comment="recipients staged"),
    Column("recipients", Integer, comment="how many matched when it began"),
    Column("staged_at", Instant, comment="when all were"),
    Column("turn_at", Instant, comment="the last turn given to a recipient"),
    Column(
        "passed_choice",
        Text,
        comment="the last of those whom the turns pass over at first: this choice …",
    ),
    Column("passed_member", BigInteger, comment="… and this member"),
    Index(
        "ix_firings_due_at",
        "due_at",
        sqlite_where=text("staged_at IS NULL"),
        postgresql_where=text("staged_at IS NULL"),
    ),
    Index("ix_firings_server_id_due_at", "server_id", "due_at"),
    Index(
        "ix_firings_turn_at",
        "server_id",
        "turn_at",
        sqlite_where=text("turn_at IS NOT NULL"),
        postgresql_where=text("turn_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

_PENDING = text(f"state = {State.PENDING.value}")
_IN_DOUBT = text(f"state IN ({State.SENDING.value}, {State.UNKNOWN.value})")

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("occurrence_id", ForeignKey("occurrences.id"), nullable=False),
    Column("starts_at", Instant, nullable=False, comment="the start it speaks of"),
    Column("recipient_kind", Code(RecipientKind), nullable=False),
    Column("recipient_id", BigInteger, nullable=False),
    Column("kind", Code(Kind), nullable=False),
    Column("lead", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("server_id", BigInteger, nullable=False),
    Column("state", Code(State), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("order_at", Instant, nullable=False, comment="claims go by this"),
    Column("ready_at", Instant, nullable=False, comment="not before: due, or the end of a backoff"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("revision", Integer, nullable=False, server_default="0", comment="of its nonce"),
    Column(
        "owed",
        Boolean,
        nullable=False,
        server_default=text("0"),
        comment="also without a subscription",
    ),
    Column(
        "plain",
        Boolean,
        nullable=False,
        server_default=text("0"),
        comment="send the plain rendering",
    ),
    # Nobody while it waits. Stays with whatever was ended while it was on its way, or in doubt.
    Column("worker", Text),
    Column("claimed_at", Instant),
    Column("lease_until", Instant),
    Column("epoch", Integer),
    Column("channel_id", BigInteger),
    Column("anchor_id", BigInteger),
    Column("message_id", BigInteger),
    Column("reason", Text),
    Column("settled_at", Instant),
    UniqueConstraint(
        "occurrence_id",
        "recipient_id",
        "starts_at",
        "lead",
        "recipient_kind",
        "kind",
        "sequence",
        name="uq_deliveries_identity",
    ),
    Index(
        "ix_deliveries_pending",
        "order_at",
        "ready_at",
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    ),
    Index(
        "ix_deliveries_in_doubt",
        "state",
        "claimed_at",
        sqlite_where=_IN_DOUBT,
        postgresql_where=_IN_DOUBT,
    ),
    # Nor is any reason evidence: a message's id is, or an import. Triggers hold that; see migration 0004.
    CheckConstraint(f"state <> {State.SENT.value} OR reason IS NOT NULL", name="sent_has_evidence"),
    CheckConstraint(
        f"state <> {State.SENDING.value} OR (worker IS NOT NULL AND claimed_at IS NOT NULL)",
        name="sending_is_claimed",
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("worker", Text, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("code", Integer),
    Column("detail", Text),
    sqlite_with_rowid=False,
)

channel_messages = Table(
    "channel_messages",
    metadata,
    Column("message_id", Id, primary_key=True, autoincrement=False),
    _server(),
    Column("channel_id", BigInteger, nullable=False),
    Column("occurrence_id", BigInteger, ForeignKey("occurrences.id"), nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("remove_at", Instant, nullable=False, comment="when the post has to go"),
    Column("removed_at", Instant),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index(
        "ix_channel_messages_remove_at",
        "remove_at",
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
    Index("ix_channel_messages_occurrence_id", "occurrence_id"),
)

unreached = Table(
    "unreached",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("occurrence_id", BigInteger, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("lead", Integer, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("mention_id", BigInteger, comment="the delivery that mentions the member; null before"),
    Index("ix_unreached_occurrence_id", "occurrence_id", "starts_at", "lead"),
    Index("ix_unreached_mention_id", "mention_id"),
    comment="reminders that closed DMs kept from a member, where the server wants a mention instead",
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("server_id", BigInteger),
    Column("actor", Text, nullable=False, comment="a member's id, or the name of a command"),
    Column("action", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Index("ix_audit_server_id_at", "server_id", "at"),
)
