"""Which member set is the newest of each segment."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from turnout.store.artifact_name import set_name
from turnout.store.artifacts import UNNAMED_FOR, Artifacts
from turnout.store.audit import Audit
from turnout.store.errors import NotFound
from turnout.store.item_pages import LIVE
from turnout.store.membership import Membership, membership_name, summary_of_membership
from turnout.store.row_hash import row_hash
from turnout.store.tables import items, memberships

_FIELDS = [field.name for field in fields(Membership)]
_IS_SEGMENT = LIVE & (items.c.kind == "segment")


class Memberships:
    """Reads and writes the newest set of each segment; a write leaves an event in the log.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def of(self, key: str) -> Membership | None:
        """Gives that of a segment; None when it has none, or is not there."""
        row = self._row(key)
        return None if row is None else _membership_of(row)

    def all(self) -> dict[str, Membership]:
        """Gives those of all segments, by the key of the segment."""
        query = select(items.c.key, memberships).join(items).where(_IS_SEGMENT)
        rows = self._connection.execute(query.order_by(items.c.key)).mappings()
        return {row["key"]: _membership_of(row) for row in rows}

    def replace(self, key: str, membership: Membership) -> None:
        """Makes a set the newest of a segment, and forgets sets that nothing names any more.

        The same again leaves no event.

        Args:
            key: Of the segment.
            membership: Its set is an artifact already, or in Redis.

        Raises:
            NotFound: There is no such segment, or no such artifact.
        """
        segment, before = self._segment(key), self._row(key)
        artifacts = Artifacts(self._connection, self._audit)
        if not membership.shards:
            artifacts.size(set_name(membership.sha256))
        if before is not None and _membership_of(before) == membership:
            return
        number = self._audit.next_number
        row = {"item_id": segment, **vars(membership), "version": number}
        told = summary_of_membership(before) if before else None
        left = row_hash(memberships, row)
        self._audit.record(membership_name(key), told, summary_of_membership(row), left)
        if before is None:
            self._connection.execute(insert(memberships).values(row))
        else:
            of_it = memberships.c.item_id == segment
            self._connection.execute(update(memberships).where(of_it).values(row))
        artifacts.remove_unnamed(self._audit.now - UNNAMED_FOR)

    def remove(self, key: str) -> None:
        """Forgets the set of a segment; nothing happens when it has none."""
        before = self._row(key)
        if before is None:
            return
        self._audit.record(membership_name(key), summary_of_membership(before), None)
        of_it = memberships.c.item_id == before["item_id"]
        self._connection.execute(delete(memberships).where(of_it))

    def _segment(self, key: str) -> int:
        query = select(items.c.id).where(_IS_SEGMENT, items.c.key == key)
        found: int | None = self._connection.execute(query).scalar()
        if found is None:
            raise NotFound("segment", key)
        return found

    def _row(self, key: str) -> Mapping[Any, Any] | None:
        query = select(memberships).join(items).where(_IS_SEGMENT, items.c.key == key)
        return self._connection.execute(query).mappings().one_or_none()


def _membership_of(row: Mapping[Any, Any]) -> Membership:
    values = {name: row[name] for name in _FIELDS}
    return Membership(**values | {"hash_key": bytes(values["hash_key"])})
