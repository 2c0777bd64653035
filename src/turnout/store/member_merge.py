"""Sets of members changed by statements over all of them, not id by id."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, literal, select

from turnout.store.member_changes import NAMED_MOST, Told, named, told_of, told_of_all
from turnout.store.mixed import mixed
from turnout.store.postgres_staging import allow_long
from turnout.store.staged import AT_ONCE, Staged, present_ids, staged_ids
from turnout.store.tables import members

_Ids = Select[Any]

_STAGED = select(staged_ids.c.unit_id)
_PRESENT = select(present_ids.c.unit_id)
_IS_PRESENT = exists().where(present_ids.c.unit_id == staged_ids.c.unit_id)


class MemberMerge:
    """Merges staged ids with the members of one segment.

    Each change gives what the log tells of it, empty when nothing changed, and how many came and
    went.

    Args:
        connection: Inside a transaction that writes.
        segment: The store's own number of it.
        staged: Put aside on this connection.
    """

    def __init__(self, connection: Connection, segment: int, staged: Staged) -> None:
        self._connection = connection
        self._segment = segment
        self._staged = staged
        self._present = self._find_present()
        self._new = staged.count - self._present

    def append(self) -> tuple[Told, int, int]:
        """Adds those that are no members yet."""
        if not self._new:
            return {}, 0, 0
        told = told_of("added", self._new, self._ids(self._absent), self._mixture_of_new)
        self._insert()
        return told, self._new, 0

    def take_out(self) -> tuple[Told, int, int]:
        """Removes those that are members."""
        if not self._present:
            return {}, 0, 0
        told = told_of("removed", self._present, self._ids(_PRESENT), self._mixture_of_present)
        gone = exists().where(present_ids.c.unit_id == members.c.unit_id)
        self._connection.execute(delete(members).where(self._is_own, gone))
        return told, 0, self._present

    def replace(self) -> tuple[Told, int, int]:
        """Makes them the members; those that are already stay as they are."""
        stays = exists().where(staged_ids.c.unit_id == members.c.unit_id)
        is_gone = self._is_own if not self._present else self._is_own & ~stays
        count = select(func.count()).select_from(members).where(self._is_own)
        removed = self._connection.execute(count).scalar_one() - self._present
        told = self._told_of_replacing(removed, select(members.c.unit_id).where(is_gone))
        if removed:
            self._connection.execute(delete(members).where(is_gone))
        if self._new:
            self._insert()
        return told, self._new, removed

    def _told_of_replacing(self, removed: int, gone: _Ids) -> Told:
        halves = ("added", self._new, self._absent), ("removed", removed, gone)
        told: Told = {}
        for what, count, ids in halves:
            names = named(count, self._ids(ids)) if count else []
            if names is None:
                return told_of_all(self._new, removed, self._staged.mixture)
            told |= {what: names} if names else {}
        return told

    @property
    def _is_own(self) -> Any:  # noqa: ANN401 - an expression
        return members.c.item_id == self._segment

    @property
    def _absent(self) -> _Ids:
        """The staged ones that are no members."""
        return _STAGED.where(~_IS_PRESENT) if self._present else _STAGED

    def _find_present(self) -> int:
        self._connection.execute(delete(present_ids))
        any_member = select(members.c.unit_id).where(self._is_own).limit(1)
        if self._connection.execute(any_member).first() is None:
            return 0
        is_member = exists().where(self._is_own, members.c.unit_id == staged_ids.c.unit_id)
        found = insert(present_ids).from_select(["unit_id"], _STAGED.where(is_member))
        self._connection.execute(found)
        count = select(func.count()).select_from(present_ids)
        return self._connection.execute(count).scalar_one()

    def _mixture_of_new(self) -> int:
        """Reads those that are fewer: the members among the staged ones, or the others."""
        if self._present > self._new:
            return mixed(self._ids(self._absent)) if self._new else 0
        return self._staged.mixture ^ (mixed(self._ids(_PRESENT)) if self._present else 0)

    def _mixture_of_present(self) -> int:
        return self._staged.mixture ^ self._mixture_of_new()

    def _insert(self) -> None:
        segment = literal(self._segment, members.c.item_id.type)
        rows = self._absent.with_only_columns(segment, staged_ids.c.unit_id)
        self._connection.execute(insert(members).from_select(["item_id", "unit_id"], rows))

    def _ids(self, query: _Ids) -> Iterator[str]:
        streamed = query.execution_options(yield_per=AT_ONCE)
        for batch in self._connection.execute(streamed).scalars().partitions():
            yield from batch


def take_out_members(connection: Connection, segment: int, other: int) -> tuple[Told, int]:
    """Removes the members of one segment that another has; see `MemberMerge`.

    Args:
        connection: Inside a transaction that writes.
        segment: The store's own number of it.
        other: That of the other.

    Returns:
        What the log tells of it, and how many went.
    """
    allow_long(connection)
    others = members.alias()
    is_other = exists().where(others.c.item_id == other, others.c.unit_id == members.c.unit_id)
    goes = (members.c.item_id == segment) & is_other
    query = select(members.c.unit_id).where(goes).execution_options(yield_per=AT_ONCE)
    count, mixture, few = 0, 0, list[str]()
    for unit_ids in connection.execute(query).scalars().partitions():
        count += len(unit_ids)
        mixture ^= mixed(unit_ids)
        few += unit_ids[: NAMED_MOST - len(few)]
    if not count:
        return {}, 0
    connection.execute(delete(members).where(goes))
    return told_of("removed", count, few, lambda: mixture), count
