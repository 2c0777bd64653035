"""Which revision an evaluation made."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds the column, which is NULL for evaluations of before: hashes of their rows stay."""
    op.add_column("evaluations", sa.Column("revision", sa.BigInteger))
