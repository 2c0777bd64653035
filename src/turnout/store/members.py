"""The unit ids of static segments."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select, update

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
        segment, wanted = self._segment(key), list(dict.fromkeys(unit_ids))
        _check(wanted)
        present = self._present(segment, wanted)
        new = [unit_id for unit_id in wanted if unit_id not in present]
        if new:
            rows = [{"item_id": segment, "unit_id": unit_id} for unit_id in new]
            self._connection.execute(insert(members), rows)
            self._record(segment, key, "added", new, len(new))
        return len(new)

    def remove(self, key: str, unit_ids: Iterable[str]) -> int:
        """Takes units out; gives how many were there before.

        Raises:
            NotFound: There is no such segment.
            Invalid: An id is empty, or is no text that every database can keep.
        """
        segment, wanted = self._segment(key), list(dict.fromkeys(unit_ids))
        _check(wanted)
        present = self._present(segment, wanted)
        gone = [unit_id for unit_id in wanted if unit_id in present]
        for chunk in _chunks(gone):
            of_segment = members.c.item_id == segment
            self._connection.execute(
                delete(members).where(of_segment, members.c.unit_id.in_(chunk))
            )
        if gone:
            self._record(segment, key, "removed", gone, -len(gone))
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
        query = select(items.c.member_count).where(items.c.id == self._segment(key))
        count: int = self._connection.execute(query).scalar_one()
        return count

    def _segment(self, key: str) -> int:
        query = select(items.c.id).where(LIVE, items.c.kind == "segment", items.c.key == key)
        found: int | None = self._connection.execute(query).scalar()
        if found is None:
            raise NotFound("segment", key)
        return found

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

    def _record(self, segment: int, key: str, what: str, ids: list[str], more: int) -> None:
        count = self.count(key)
        before = {"member_count": count}
        after = {"member_count": count + more, what: ids}
        changed = {
            "member_count": count + more,
            # Not the etag: who edits the definition is not disturbed by members that come and go.
            "version": self._audit.next_number,
            "updated_at": self._audit.now,
        }
        is_it = items.c.id == segment
        self._connection.execute(update(items).where(is_it).values(changed))
        row = self._connection.execute(select(items).where(is_it)).one()
        left = row_hash(items, row._asdict())
        self._audit.record(item_name("segment", key), before, after, left)


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]


def _check(ids: list[str]) -> None:
    if "" in ids:
        raise Invalid("unit_ids", "a unit id is empty")
    check_text("unit_ids", *ids)
