"""Lists of items, by key."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Select, func, select, tuple_

from turnout.store.item import Item, item_of
from turnout.store.tables import item_tags, items, memberships
from turnout.store.texts import after_all_with, folded

LIVE = items.c.removed_at.is_(None)
"""What was removed stays in the table."""

_AT_ONCE = 1000
_EVALUATED = (
    select(memberships.c["count"])
    .where(memberships.c.item_id == items.c.id, memberships.c.evaluated_at.is_not(None))
    .scalar_subquery()
)
# Of a dynamic segment it is not in the row: an evaluation leaves the segment's version alone.
_COUNT = func.coalesce(_EVALUATED, items.c.member_count).label("member_count")
_READ = [_COUNT if field.name == "member_count" else items.c[field.name] for field in fields(Item)]


def select_items() -> Select[Any]:
    """What `item_of` reads, of items that were not removed."""
    return select(*_READ).where(LIVE)


class ItemPages:
    """Reads many items.

    Args:
        connection: Inside a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self,
        kind: str,
        *,
        after: str = "",
        limit: int = 100,
        statuses: Iterable[str] = (),
        prefix: str = "",
        tags: Iterable[str] = (),
        texts: Iterable[str] = (),
        show_archived: bool = False,
    ) -> list[Item]:
        """Gives items of a kind by key.

        Args:
            kind: Of the items.
            after: Only keys that sort after this one.
            limit: At most so many.
            statuses: Only in one of these; without any, all.
            prefix: Only keys that start so.
            tags: Only those that have all of these.
            texts: Only those with all of these in their key or description, in any case.
            show_archived: Also archived ones; not needed when `statuses` names it.
        """
        query = select_items().where(items.c.kind == kind).order_by(items.c.key).limit(limit)
        query = _by_key(_by_status(query, list(statuses), show_archived), after, prefix)
        for tag in tags:
            tagged = select(item_tags.c.item_id).where(item_tags.c.tag == tag)
            query = query.where(items.c.id.in_(tagged))
        for text in texts:
            query = query.where(items.c.search.contains(folded([text]), autoescape=True))
        return self._items(query)

    def all(self) -> Iterator[Item]:
        """Gives all items of all kinds, by kind and key."""
        place = tuple_(items.c.kind, items.c.key)
        query = select_items().order_by(items.c.kind, items.c.key).limit(_AT_ONCE)
        found = self._items(query)
        while found:
            yield from found
            last = (found[-1].kind, found[-1].key)
            found = self._items(query.where(place > last)) if len(found) == _AT_ONCE else []

    def versions(self) -> dict[tuple[str, str], int]:
        """Gives the version of every item by kind and key, without reading bodies."""
        query = select(items.c.kind, items.c.key, items.c.version).where(LIVE)
        found = self._connection.execute(query)
        return {(kind, key): version for kind, key, version in found}

    def newest_version(self) -> int:
        """Grows with every change of any item; 0 when there is none."""
        return self._connection.execute(select(func.max(items.c.version))).scalar() or 0

    def changed_since(self, version: int) -> list[Item]:
        """Gives the items with a greater version, by version."""
        query = select_items().where(items.c.version > version).order_by(items.c.version)
        return self._items(query)

    def removed_since(self, version: int) -> set[tuple[str, str]]:
        """Gives kind and key of what was removed since a version; some may be there again."""
        gone = select(items.c.kind, items.c.key).where(items.c.version > version, ~LIVE)
        return {(row.kind, row.key) for row in self._connection.execute(gone)}

    def _items(self, query: Select[Any]) -> list[Item]:
        return [item_of(row) for row in self._connection.execute(query)]


def _by_status(query: Select[Any], statuses: list[str], show_archived: bool) -> Select[Any]:
    if statuses:
        return query.where(items.c.status.in_(statuses))
    return query if show_archived else query.where(items.c.status != "archived")


def _by_key(query: Select[Any], after: str, prefix: str) -> Select[Any]:
    if prefix:
        query = query.where(items.c.key >= prefix, items.c.key < after_all_with(prefix))
    return query.where(items.c.key > after) if after else query
