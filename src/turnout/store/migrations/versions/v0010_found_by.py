"""What found the members of each segment: its query, parameters and unit."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds the column, which is NULL for members of before: hashes of their rows stay."""
    op.add_column("memberships", sa.Column("found_by", sa.Text))
