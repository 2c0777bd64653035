"""Member sets and other artifacts, which snapshots name them, and evaluations."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """Adds the tables."""
    _artifacts()
    _memberships()
    _snapshot_sets()
    _evaluations()


def _artifacts() -> None:
    op.create_table(
        "artifacts",
        sa.Column("name", _NAME, primary_key=True),
        sa.Column("member_set", _NAME, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    of_it = sa.ForeignKey("artifacts.name", ondelete="CASCADE")
    op.create_table(
        "artifact_chunks",
        sa.Column("name", _NAME, of_it, primary_key=True),
        sa.Column("at", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _memberships() -> None:
    of_item = sa.ForeignKey("items.id")
    op.create_table(
        "memberships",
        sa.Column("item_id", _NUMBER, of_item, primary_key=True, autoincrement=False),
        sa.Column("sha256", _NAME, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("evaluated_at", sa.BigInteger),
        sa.Column("hash_key", sa.LargeBinary, nullable=False),
        sa.Column("evaluation", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("memberships_by_set", "memberships", ["sha256"])


def _snapshot_sets() -> None:
    of_snapshot = sa.ForeignKey("snapshots.revision", ondelete="CASCADE")
    op.create_table(
        "snapshot_sets",
        sa.Column("revision", _NUMBER, of_snapshot, primary_key=True, autoincrement=False),
        sa.Column("sha256", _NAME, primary_key=True),
    )
    op.create_index("snapshot_sets_by_set", "snapshot_sets", ["sha256"])


def _evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("segment", _NAME, nullable=False),
        sa.Column("item_id", sa.BigInteger, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("dry_run", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("actor", _NAME, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("beat_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger),
        sa.Column("added", sa.BigInteger),
        sa.Column("removed", sa.BigInteger),
        sa.Column("size", sa.BigInteger),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("failure_reason", sa.Text, nullable=False),
        sa.Column("failure_message", sa.Text, nullable=False),
        sa.Column("cancel_requested", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("evaluations_by_segment", "evaluations", ["segment", "number"])
    op.create_index(
        "evaluations_running",
        "evaluations",
        ["item_id"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
