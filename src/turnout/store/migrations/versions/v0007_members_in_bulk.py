"""Members name their segment without a foreign key: it cost more than all else of an import.

PostgreSQL looks it up for every row, 3 µs each. A segment takes its members along when it is
removed, and the log tells of rows that belong to none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Drops it; SQLite can only make the table again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE members DROP CONSTRAINT IF EXISTS members_item_id_fkey")
        return
    op.rename_table("members", "members_of_before")
    op.create_table(
        "members",
        sa.Column("item_id", _NUMBER, primary_key=True),
        sa.Column("unit_id", _NAME, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO members SELECT item_id, unit_id FROM members_of_before")
    op.drop_table("members_of_before")
