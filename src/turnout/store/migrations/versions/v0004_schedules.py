"""What is to be done at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WAITING = sa.text("ended_at IS NULL")
_TABLE = "scheduled_changes"
_TIME = ["due_at", "number"]


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        _TABLE,
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("item", _NAME, nullable=False),
        sa.Column("item_id", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("publish", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("creator", _NAME, nullable=False),
        sa.Column("key_prefixes", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("approver", _NAME, nullable=False),
        sa.Column("applied_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("failure_reason", sa.Text, nullable=False),
        sa.Column("failure_message", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("scheduled_changes_by_time", _TABLE, _TIME)
    op.create_index(
        "scheduled_changes_waiting",
        _TABLE,
        _TIME,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index("scheduled_changes_by_version", _TABLE, ["version"])
