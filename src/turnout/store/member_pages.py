"""Lists of the members of segments, by their bytes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from turnout.store.errors import NotFound
from turnout.store.item_pages import LIVE
from turnout.store.staged import AT_ONCE
from turnout.store.tables import items, members

_FEW = 5000


class MemberPages:
    """Reads members of segments, by the key of the segment.

    Args:
        connection: Inside a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, key: str, after: str = "", limit: int = 1000) -> list[str]:
        """Gives unit ids by their bytes.

        Args:
            key: Of the segment.
            after: Only those that sort after this one.
            limit: At most so many.

        Raises:
            NotFound: There is no such segment.
        """
        return self._page(self._row(key).id, after, limit)

    def all(self, key: str) -> Iterator[str]:
        """Gives every unit id by its bytes.

        Raises:
            NotFound: There is no such segment; when the first is asked for.
        """
        for batch in self.batches(key, _FEW):
            yield from batch

    def batches(self, key: str, size: int = AT_ONCE) -> Iterator[list[str]]:
        """Gives every unit id by its bytes, in lists.

        Args:
            key: Of the segment.
            size: Of each list; the last is shorter.

        Raises:
            NotFound: There is no such segment; when the first is asked for.
        """
        segment: int = self._row(key).id
        found = self._page(segment, "", size)
        while found:
            yield found
            found = self._page(segment, found[-1], size) if len(found) == size else []

    def count(self, key: str) -> int:
        """Gives how many there are.

        Raises:
            NotFound: There is no such segment.
        """
        count: int = self._row(key).member_count
        return count

    def _row(self, key: str) -> Row[Any]:
        query = select(items).where(LIVE, items.c.kind == "segment", items.c.key == key)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("segment", key)
        return row

    def _page(self, segment: int, after: str, limit: int) -> list[str]:
        query = select(members.c.unit_id).where(members.c.item_id == segment)
        query = query.where(members.c.unit_id > after).order_by(members.c.unit_id).limit(limit)
        return list(self._connection.execute(query).scalars())
