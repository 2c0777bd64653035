"""The tables as they are now. What made them so is in `migrations`; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from turnout.store.columns import JsonText, Moment, Name, Number

metadata = MetaData()

_LIVE = text("removed_at IS NULL")
_WAITING = text("ended_at IS NULL")
_RUNNING = text("state = 'running'")
_OF_MEMBERS = text("members_of IS NOT NULL")

items = Table(
    "items",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("kind", Name, nullable=False),
    Column("space", Name, nullable=False),  # flags and experiments share one space of keys
    Column("key", Name, nullable=False),
    Column("status", Name, nullable=False),
    Column("etag", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("removed_at", Moment),
    Column("started", Boolean(create_constraint=False), nullable=False),
    Column("resumes_to", Text, nullable=False),
    Column("member_count", BigInteger, nullable=False),
    Column("search", Text, nullable=False),  # folded key and description
    Column("body", JsonText, nullable=False),
    Column("active_body", JsonText),
    Index(
        "items_by_space", "space", "key", unique=True,
        sqlite_where=_LIVE, postgresql_where=_LIVE,
    ),
    Index("items_by_key", "kind", "key", sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("items_by_status", "kind", "status", "key", sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("items_by_version", "version"),
)  # fmt: skip

item_tags = Table(
    "item_tags",
    metadata,
    Column("tag", Name, primary_key=True),
    Column("item_id", Number, ForeignKey("items.id"), primary_key=True),
    Index("item_tags_by_item", "item_id"),
    sqlite_with_rowid=False,
)

members = Table(
    "members",
    metadata,
    Column("item_id", Number, primary_key=True),  # no foreign key: see step 7
    Column("unit_id", Name, primary_key=True),
    sqlite_with_rowid=False,
)

workspace = Table(
    "workspace",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("body", JsonText, nullable=False),
    Column("etag", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("id = 1", name="workspace_is_one"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("revision", Number, primary_key=True, autoincrement=False),
    Column("content_id", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("rollback_of", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("changed", JsonText, nullable=False),
    Column("members_of", BigInteger),
    Index(
        "snapshots_of_members", "revision",
        sqlite_where=_OF_MEMBERS, postgresql_where=_OF_MEMBERS,
    ),
)  # fmt: skip

snapshot_contents = Table(
    "snapshot_contents",
    metadata,
    Column(
        "revision",
        Number,
        ForeignKey("snapshots.revision", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("sealed", LargeBinary, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("versions", LargeBinary, nullable=False),
)

audit_events = Table(
    "audit_events",
    metadata,
    # Plain types: what was tampered with must be readable to be found.
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Name, nullable=False),
    Column("method", Name, nullable=False),
    Column("resource", Name, nullable=False),
    Column("peer", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("hash", Text, nullable=False),
    Column("row_hash", Text),  # of the row that the event leaves; none when nothing is left
    Index("audit_events_by_resource", "resource", "number"),
    Index("audit_events_by_actor", "actor", "number"),
    Index("audit_events_by_method", "method", "number"),
    Index("audit_events_by_time", "at"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("id = 1", name="audit_head_is_one"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Name, primary_key=True),
    Column("id", Name, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("key_prefixes", JsonText, nullable=False),
    Column("tags", JsonText, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("actor", Name, primary_key=True),
    Column("request_id", Name, primary_key=True),
    Column("method", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("requests_by_time", "at"),
)

applied_documents = Table(
    "applied_documents",
    metadata,
    Column("document_set", Name, primary_key=True),
    Column("kind", Name, primary_key=True),
    Column("key", Name, primary_key=True),
    Column("body", JsonText, nullable=False),
)

scheduled_changes = Table(
    "scheduled_changes",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("item", Name, nullable=False),
    Column("item_id", BigInteger, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("action", JsonText, nullable=False),
    Column("publish", Boolean(create_constraint=False), nullable=False),
    Column("step", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("creator", Name, nullable=False),
    Column("key_prefixes", JsonText, nullable=False),
    Column("tags", JsonText, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", Name, nullable=False),
    Column("approver", Name, nullable=False),
    Column("applied_at", Moment),
    Column("ended_at", Moment),
    Column("revision", BigInteger, nullable=False),
    Column("failure_reason", Text, nullable=False),
    Column("failure_message", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("scheduled_changes_by_time", "due_at", "number"),
    Index(
        "scheduled_changes_waiting", "due_at", "number",
        sqlite_where=_WAITING, postgresql_where=_WAITING,
    ),
    Index("scheduled_changes_by_version", "version"),
)  # fmt: skip

artifacts = Table(
    "artifacts",
    metadata,
    Column("name", Name, primary_key=True),
    Column("member_set", Name, nullable=False),  # the SHA-256 of the set that it is or leads to
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

artifact_chunks = Table(
    "artifact_chunks",
    metadata,
    Column("name", Name, ForeignKey("artifacts.name", ondelete="CASCADE"), primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("item_id", Number, ForeignKey("items.id"), primary_key=True, autoincrement=False),
    Column("sha256", Name, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("evaluated_at", Moment),  # none: by hand
    Column("hash_key", LargeBinary, nullable=False),
    Column("evaluation", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("found_by", Text),  # none: by hand
    Index("memberships_by_set", "sha256"),
)

snapshot_sets = Table(
    "snapshot_sets",
    metadata,
    Column(
        "revision",
        Number,
        ForeignKey("snapshots.revision", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("sha256", Name, primary_key=True),
    Index("snapshot_sets_by_set", "sha256"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("segment", Name, nullable=False),
    Column("item_id", BigInteger, nullable=False),
    Column("state", Name, nullable=False),
    Column("method", Text, nullable=False),
    Column("dry_run", Boolean(create_constraint=False), nullable=False),
    Column("trigger", Text, nullable=False),
    Column("actor", Name, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("rows", BigInteger, nullable=False),
    Column("count", BigInteger),
    Column("added", BigInteger),
    Column("removed", BigInteger),
    Column("size", BigInteger),
    Column("sha256", Text, nullable=False),
    Column("failure_reason", Text, nullable=False),
    Column("failure_message", Text, nullable=False),
    Column("cancel_requested", Boolean(create_constraint=False), nullable=False),
    Column("revision", BigInteger),
    Column("version", BigInteger, nullable=False),
    Index("evaluations_by_segment", "segment", "number"),
    Index(
        "evaluations_running", "item_id", unique=True,
        sqlite_where=_RUNNING, postgresql_where=_RUNNING,
    ),
)  # fmt: skip
