"""The unit ids of static segments."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from turnout.documents.names import item_name
from turnout.store.audit import Audit
from turnout.store.errors import Invalid, NotFound
from turnout.store.item_pages import LIVE
from turnout.store.row_hash import row_hash
from turnout.store.tables import items, members
from turnout.store.texts import check_text

_AT_ONCE = 5000


class Members:
    """Reads and writes the members of segments, by the key of the segment.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def add(self, key: str, unit_ids: Iterable[str]) -> int:
        """Adds units; gives how many were not there before.

        Raises:
            NotFound: There is no such segment.
            Invalid: An id is empty, or is no text that every database can keep.
        """
        segment, wanted = self._row(key), list(dict.fromkeys(unit_ids))
        _check(wanted)
        present = self._present(segment.id, wanted) if segment.member_count else set()
        new = [unit_id for unit_id in wanted if unit_id not in present]
        if new:
            rows = [{"item_id": segment.id, "unit_id": unit_id} for unit_id in new]
            self._connection.execute(insert(members), rows)
            self._record(segment, "added", new, len(new))
        return len(new)

    def remove(self, key: str, unit_ids: Iterable[str]) -> int:
        """Takes units out; gives how many were there before.

        Raises:
            NotFound: There is no such segment.
            Invalid: An id is empty, or is no text that every database can keep.
        """
        segment, wanted = self._row(key), list(dict.fromkeys(unit_ids))
        _check(wanted)
        present = self._present(segment.id, wanted)
        gone = [unit_id for unit_id in wanted if unit_id in present]
        for chunk in _chunks(gone):
            of_segment = members.c.item_id == segment.id
            self._connection.execute(
                delete(members).where(of_segment, members.c.unit_id.in_(chunk))
            )
        if gone:
            self._record(segment, "removed", gone, -len(gone))
        return len(gone)

    def page(self, key: str, after: str = "", limit: int = 1000) -> list[str]:
        """Gives unit ids by their bytes.

        Args:
            key: Of the segment.
            after: Only those that sort after this one.
            limit: At most so many.

        Raises:
            NotFound: There is no such segment.
        """
        return self._page(self._segment(key), after, limit)

    def all(self, key: str) -> Iterator[str]:
        """Gives every unit id by its bytes.

        Raises:
            NotFound: There is no such segment; when the first is asked for.
        """
        segment = self._segment(key)
        found = self._page(segment, "", _AT_ONCE)
        while found:
            yield from found
            found = self._page(segment, found[-1], _AT_ONCE)

    def count(self, key: str) -> int:
        """Gives how many there are.

        Raises:
            NotFound: There is no such segment.
        """
        count: int = self._row(key).member_count
        return count

    def _segment(self, key: str) -> int:
        segment: int = self._row(key).id
        return segment

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

    def _present(self, segment: int, unit_ids: list[str]) -> set[str]:
        present: set[str] = set()
        for chunk in _chunks(unit_ids):
            query = select(members.c.unit_id).where(members.c.item_id == segment)
            present.update(
                self._connection.execute(query.where(members.c.unit_id.in_(chunk))).scalars()
            )
        return present

    def _record(self, segment: Row[Any], what: str, ids: list[str], more: int) -> None:
        count = segment.member_count
        before = {"member_count": count}
        after = {"member_count": count + more, what: ids}
        changed = {
            "member_count": count + more,
            # Not the etag: who edits the definition is not disturbed by members that come and go.
            "version": self._audit.next_number,
            "updated_at": self._audit.now,
        }
        left = row_hash(items, {**segment._asdict(), **changed})
        self._audit.record(item_name("segment", segment.key), before, after, left)
        self._connection.execute(update(items).where(items.c.id == segment.id).values(changed))


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]


def _check(ids: list[str]) -> None:
    if "" in ids:
        raise Invalid("unit_ids", "a unit id is empty")
    check_text("unit_ids", *ids)
