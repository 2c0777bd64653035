"""Holds the bytes of member sets against the SHA-256 that events call them by."""

import hashlib

from sqlalchemy import Connection, select

from turnout.store.artifact_name import set_name
from turnout.store.item_pages import LIVE
from turnout.store.membership import membership_name
from turnout.store.tables import artifact_chunks, items, memberships, snapshot_sets


def first_names_of_sets(connection: Connection) -> dict[str, str]:
    """Gives who names each set, by its SHA-256: as the log calls a segment's or a snapshot."""
    found: dict[str, str] = {}
    owned = select(items.c.key, memberships.c.sha256).join(items).where(LIVE)
    for row in connection.execute(owned.order_by(items.c.key)):
        found.setdefault(row.sha256, membership_name(row.key))
    for row in connection.execute(select(snapshot_sets).order_by(snapshot_sets.c.revision)):
        found.setdefault(row.sha256, f"snapshots/{row.revision}")
    return found


def content_hash(connection: Connection, sha256: str) -> str:
    """Gives the SHA-256 of the bytes that are kept of a set, in hex."""
    hashed = hashlib.sha256()
    of_it = artifact_chunks.c.name == set_name(sha256)
    places = select(artifact_chunks.c.at).where(of_it).order_by(artifact_chunks.c.at)
    for at in connection.execute(places).scalars().all():
        query = select(artifact_chunks.c.content).where(of_it, artifact_chunks.c.at == at)
        hashed.update(connection.execute(query).scalar_one())
    return hashed.hexdigest()
