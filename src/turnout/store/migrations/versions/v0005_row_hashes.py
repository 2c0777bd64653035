"""Events tell the whole row that they leave; segments that were removed leave no members."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ITEMS = sa.table("items", sa.column("id"), sa.column("removed_at"))
_MEMBERS = sa.table("members", sa.column("item_id"))


def upgrade() -> None:
    """Adds the column; events of before have none, and their hashes stay what they are."""
    op.add_column("audit_events", sa.Column("row_hash", sa.Text))
    gone = sa.select(_ITEMS.c.id).where(_ITEMS.c.removed_at.is_not(None))
    op.execute(sa.delete(_MEMBERS).where(_MEMBERS.c.item_id.in_(gone)))
