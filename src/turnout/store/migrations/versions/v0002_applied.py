"""What documents said when they were applied last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "applied_documents",
        sa.Column("document_set", _NAME, primary_key=True),
        sa.Column("kind", _NAME, primary_key=True),
        sa.Column("key", _NAME, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
