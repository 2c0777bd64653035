"""Which snapshots differ from another one in members alone."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_OF_MEMBERS = sa.text("members_of IS NOT NULL")


def upgrade() -> None:
    """Adds the column, which is NULL for snapshots of before: hashes of their rows stay."""
    op.add_column("snapshots", sa.Column("members_of", sa.BigInteger))
    op.create_index(
        "snapshots_of_members",
        "snapshots",
        ["revision"],
        sqlite_where=_OF_MEMBERS,
        postgresql_where=_OF_MEMBERS,
    )
