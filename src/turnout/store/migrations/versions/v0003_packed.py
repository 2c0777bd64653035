"""Sealed snapshots are kept compressed: a tenth of the room."""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_CONTENTS = sa.table(
    "snapshot_contents", sa.column("revision", sa.BigInteger), sa.column("sealed", sa.LargeBinary)
)


def upgrade() -> None:
    """Compresses those that are there, one after the other: together they may be large."""
    connection = op.get_bind()
    of_it = _CONTENTS.c.revision == sa.bindparam("of")
    for known in connection.execute(sa.select(_CONTENTS.c.revision)).scalars().all():
        query = sa.select(_CONTENTS.c.sealed).where(of_it)
        packed = zlib.compress(connection.execute(query, {"of": known}).scalar_one(), 1)
        connection.execute(sa.update(_CONTENTS).where(of_it), {"of": known, "sealed": packed})
