"""The unit ids of static segments."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from turnout.documents.names import item_name
from turnout.store.audit import Audit
from turnout.store.member_changes import Told, told_of
from turnout.store.member_merge import MemberMerge, take_out_members
from turnout.store.member_pages import MemberPages
from turnout.store.mixed import mixed
from turnout.store.row_hash import row_hash
from turnout.store.staged import Staged
from turnout.store.tables import items, members
from turnout.store.unit_ids import check_unit_ids

_AT_ONCE = 5000


@dataclass(frozen=True)
class MemberCounts:
    """What became of the members of a segment."""

    added: int
    removed: int
    count: int
    """How many there are now."""


class Members(MemberPages):
    """Reads and writes the members of segments, by the key of the segment.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        super().__init__(connection)
        self._audit = audit

    def add(self, key: str, unit_ids: Iterable[str]) -> int:
        """Adds units; gives how many were not there before.

        Raises:
            NotFound: There is no such segment.
            Invalid: An id is empty, too long, or no text that every database can keep.
        """
        segment, wanted = self._row(key), list(dict.fromkeys(unit_ids))
        check_unit_ids(wanted)
        present = self._present(segment.id, wanted) if segment.member_count else set()
        new = [unit_id for unit_id in wanted if unit_id not in present]
        if new:
            rows = [{"item_id": segment.id, "unit_id": unit_id} for unit_id in new]
            self._connection.execute(insert(members), rows)
            told = told_of("added", len(new), new, lambda: mixed(new))
            self._record(segment, told, len(new))
        return len(new)

    def remove(self, key: str, unit_ids: Iterable[str]) -> int:
        """Takes units out; gives how many were there before.

        Raises:
            NotFound: There is no such segment.
            Invalid: An id is empty, too long, or no text that every database can keep.
        """
        segment, wanted = self._row(key), list(dict.fromkeys(unit_ids))
        check_unit_ids(wanted)
        present = self._present(segment.id, wanted)
        gone = [unit_id for unit_id in wanted if unit_id in present]
        for chunk in _chunks(gone):
            of_segment = members.c.item_id == segment.id
            self._connection.execute(
                delete(members).where(of_segment, members.c.unit_id.in_(chunk))
            )
        if gone:
            self._record(
                segment, told_of("removed", len(gone), gone, lambda: mixed(gone)), -len(gone)
            )
        return len(gone)

    def append(self, key: str, staged: Staged) -> MemberCounts:
        """Adds units that were put aside; see `Store.write_with`.

        Raises:
            NotFound: There is no such segment.
        """
        return self._merge(key, staged, MemberMerge.append)

    def take_out(self, key: str, staged: Staged) -> MemberCounts:
        """Takes units out that were put aside.

        Raises:
            NotFound: There is no such segment.
        """
        return self._merge(key, staged, MemberMerge.take_out)

    def replace(self, key: str, staged: Staged) -> MemberCounts:
        """Makes units that were put aside the members, and no others.

        Raises:
            NotFound: There is no such segment.
        """
        return self._merge(key, staged, MemberMerge.replace)

    def take_out_segment(self, key: str, other: str) -> MemberCounts:
        """Takes the members out that another segment has now, as rows: a static one.

        Raises:
            NotFound: There is no such segment.
        """
        segment = self._row(key)
        told, removed = take_out_members(self._connection, segment.id, self._row(other).id)
        return self._recorded(segment, told, MemberCounts(0, removed, segment.member_count))

    def _present(self, segment: int, unit_ids: list[str]) -> set[str]:
        present: set[str] = set()
        for chunk in _chunks(unit_ids):
            query = select(members.c.unit_id).where(members.c.item_id == segment)
            present.update(
                self._connection.execute(query.where(members.c.unit_id.in_(chunk))).scalars()
            )
        return present

    def _merge(
        self, key: str, staged: Staged, change: Callable[[MemberMerge], tuple[Told, int, int]]
    ) -> MemberCounts:
        if staged.connection is not self._connection:
            raise RuntimeError("these ids were put aside for another transaction")
        segment = self._row(key)
        told, added, removed = change(MemberMerge(self._connection, segment.id, staged))
        return self._recorded(segment, told, MemberCounts(added, removed, segment.member_count))

    def _recorded(self, segment: Row[Any], told: Told, counts: MemberCounts) -> MemberCounts:
        if not told:
            return counts
        more = counts.added - counts.removed
        self._record(segment, told, more)
        return replace(counts, count=counts.count + more)

    def _record(self, segment: Row[Any], told: Told, more: int) -> None:
        count = segment.member_count
        before = {"member_count": count}
        after = {"member_count": count + more, **told}
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
