"""The first tables."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LIVE = sa.text("removed_at IS NULL")
_NO_HASH = "0" * 64


def upgrade() -> None:
    """Makes them."""
    _items()
    _members()
    _workspace()
    _snapshots()
    _audit()
    _tokens()
    _requests()


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("space", _NAME, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("status", _NAME, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("started", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("resumes_to", sa.Text, nullable=False),
        sa.Column("member_count", sa.BigInteger, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("active_body", sa.Text),
    )
    _live_index("items_by_space", ["space", "key"], unique=True)
    _live_index("items_by_key", ["kind", "key"])
    _live_index("items_by_status", ["kind", "status", "key"])
    op.create_index("items_by_version", "items", ["version"])
    op.create_table(
        "item_tags",
        sa.Column("tag", _NAME, primary_key=True),
        sa.Column("item_id", _NUMBER, sa.ForeignKey("items.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("item_tags_by_item", "item_tags", ["item_id"])


def _live_index(name: str, columns: list[str], *, unique: bool = False) -> None:
    op.create_index(
        name, "items", columns, unique=unique, sqlite_where=_LIVE, postgresql_where=_LIVE
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("item_id", _NUMBER, sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("unit_id", _NAME, primary_key=True),
        sqlite_with_rowid=False,
    )


def _workspace() -> None:
    table = op.create_table(
        "workspace",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name="workspace_is_one"),
    )
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    body = '{"key":"default","timezone":"UTC","attributes":{}}'
    row = {"id": 1, "body": body, "etag": "first", "version": 0, "updated_at": now}
    op.bulk_insert(table, [row])


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("revision", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("content_id", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("rollback_of", sa.BigInteger, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
    )
    of_snapshot = sa.ForeignKey("snapshots.revision", ondelete="CASCADE")
    op.create_table(
        "snapshot_contents",
        sa.Column("revision", _NUMBER, of_snapshot, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("history", sa.LargeBinary, nullable=False),
        sa.Column("versions", sa.LargeBinary, nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _NAME, nullable=False),
        sa.Column("method", _NAME, nullable=False),
        sa.Column("resource", _NAME, nullable=False),
        sa.Column("peer", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("audit_events_by_resource", "audit_events", ["resource", "number"])
    op.create_index("audit_events_by_actor", "audit_events", ["actor", "number"])
    op.create_index("audit_events_by_method", "audit_events", ["method", "number"])
    op.create_index("audit_events_by_time", "audit_events", ["at"])
    table = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1", name="audit_head_is_one"),
    )
    op.bulk_insert(table, [{"id": 1, "number": 0, "hash": _NO_HASH}])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("name", _NAME, primary_key=True),
        sa.Column("id", _NAME, nullable=False, unique=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("key_prefixes", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("actor", _NAME, primary_key=True),
        sa.Column("request_id", _NAME, primary_key=True),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("requests_by_time", "requests", ["at"])
