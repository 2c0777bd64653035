"""Segments, flags, experiments, layers and holdouts."""

from collections.abc import Sequence
from dataclasses import replace
from types import EllipsisType
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from turnout.documents.names import item_name
from turnout.store import json_text
from turnout.store.audit import Audit
from turnout.store.errors import AlreadyExists, Conflict, NotFound
from turnout.store.item import Item, NewItem, document_of, item_of, space_of
from turnout.store.item_pages import LIVE, ItemPages, select_items
from turnout.store.memberships import Memberships
from turnout.store.postgres_staging import allow_long
from turnout.store.row_hash import row_hash
from turnout.store.tables import item_tags, items, members
from turnout.store.texts import check_text, folded

_Body = dict[str, Any]

_AT_ONCE = 5000


class Items(ItemPages):
    """Reads and writes items; a write leaves an event in the log.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        super().__init__(connection)
        self._audit = audit

    def find(self, kind: str, key: str) -> Item | None:
        """Gives an item; None when there is none."""
        query = select_items().where(items.c.kind == kind, items.c.key == key)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else item_of(row)

    def get(self, kind: str, key: str) -> Item:
        """Gives an item.

        Raises:
            NotFound: There is none.
        """
        item = self.find(kind, key)
        if item is None:
            raise NotFound(kind, key)
        return item

    def create(
        self,
        kind: str,
        key: str,
        body: _Body,
        status: str = "",
        *,
        started: bool = False,
        resumes_to: str = "",
        active_body: _Body | None = None,
    ) -> Item:
        """Adds an item and gives it; see `NewItem` and `create_all`."""
        self.create_all([NewItem(kind, key, body, status, started, resumes_to, active_body)])
        return self.get(kind, key)

    def create_all(self, given: Sequence[NewItem]) -> None:
        """Adds items, each with an event of its own, in their order.

        Raises:
            AlreadyExists: A key is taken; flags and experiments share their keys.
            Invalid: A body is no JSON.
        """
        check_text("key", *(new.key for new in given))
        self._refuse_taken(given)
        rows = [self._row_of(new, at) for at, new in enumerate(given, self._audit.next_number)]
        # All of them before the first event: what is no JSON is found here.
        hashes = [row_hash(items, row) for row in rows]
        for new, left in zip(given, hashes, strict=True):
            after = document_of(new.status, new.body)
            self._audit.record(item_name(new.kind, new.key), None, after, left)
        self._insert(items, rows)
        self._insert(item_tags, [tag for row in rows for tag in _tags(row["id"], row["body"])])

    def change(
        self,
        item: Item,
        *,
        body: _Body | None = None,
        status: str | None = None,
        started: bool | None = None,
        resumes_to: str | None = None,
        active_body: _Body | EllipsisType | None = ...,
    ) -> Item:
        """Changes what is given of an item. What changes nothing leaves no event.

        Args:
            item: As it was read; its etag must still be the current one.
            body: The whole new body.
            status: The new status.
            started: See `Item`.
            resumes_to: See `Item`.
            active_body: See `Item`; `...` leaves it as it is.

        Raises:
            Conflict: It was changed since it was read.
            NotFound: It was removed since.
            Invalid: The body is no JSON.
        """
        current = self._current(item)
        values: dict[str, Any] = {
            "body": current.body if body is None else body,
            "status": current.status if status is None else status,
            "started": current.started if started is None else started,
            "resumes_to": current.resumes_to if resumes_to is None else resumes_to,
            "active_body": current.active_body if active_body is ... else active_body,
        }
        if all(_alike(value, getattr(current, field)) for field, value in values.items()):
            return current
        number = self._audit.next_number
        values |= self._definition(current.kind, current.key, values["body"], number)
        kept = self._connection.execute(select(items).where(items.c.id == current.id)).one()
        left = row_hash(items, {**kept._mapping, **values})
        after = document_of(values["status"], values["body"])
        self._audit.record(current.name, current.document, after, left)
        self._connection.execute(update(items).where(items.c.id == current.id).values(values))
        if (tags := _tags(current.id, values["body"])) != _tags(current.id, current.body):
            self._connection.execute(delete(item_tags).where(item_tags.c.item_id == current.id))
            self._insert(item_tags, tags)
        del values["search"]  # of the row alone
        return replace(current, **values)

    def remove(self, item: Item) -> None:
        """Removes an item with its members; its key is free again.

        Raises:
            Conflict: It was changed since it was read.
            NotFound: It was removed since.
        """
        current = self._current(item)
        if current.kind == "segment":
            Memberships(self._connection, self._audit).remove(current.key)
        number = self._audit.record(current.name, current.document, None)
        gone = {"removed_at": self._audit.now, "updated_at": self._audit.now, "version": number}
        self._connection.execute(update(items).where(items.c.id == current.id).values(gone))
        allow_long(self._connection)  # there may be millions of members
        for table in (item_tags, members):
            self._connection.execute(delete(table).where(table.c.item_id == current.id))

    def _current(self, item: Item) -> Item:
        """The item as it is now. No other writer can change it before the end of this one."""
        current = self.get(item.kind, item.key)
        if current.id != item.id or current.etag != item.etag:
            raise Conflict(item.kind, item.key, current.etag)
        return current

    def _refuse_taken(self, given: Sequence[NewItem]) -> None:
        taken: dict[tuple[str, str], str] = {}
        for space in dict.fromkeys(space_of(new.kind) for new in given):
            keys = [new.key for new in given if space_of(new.kind) == space]
            for at in range(0, len(keys), _AT_ONCE):
                query = select(items.c.key, items.c.kind).where(LIVE, items.c.space == space)
                query = query.where(items.c.key.in_(keys[at : at + _AT_ONCE]))
                taken |= {(space, row.key): row.kind for row in self._connection.execute(query)}
        for new in given:
            place = space_of(new.kind), new.key
            if place in taken:
                raise AlreadyExists(new.kind, new.key, by=taken[place])
            taken[place] = new.kind

    def _row_of(self, new: NewItem, number: int) -> dict[str, Any]:
        return {
            "id": number, "kind": new.kind, "space": space_of(new.kind), "key": new.key,
            "status": new.status, "started": new.started, "resumes_to": new.resumes_to,
            "member_count": 0, "active_body": new.active_body, "created_at": self._audit.now,
            **self._definition(new.kind, new.key, new.body, number),
        }  # fmt: skip

    def _definition(self, kind: str, key: str, body: _Body, number: int) -> dict[str, Any]:
        return {
            "body": body,
            "search": folded([key, str(body.get("description", ""))]),
            "etag": json_text.etag_of(item_name(kind, key), number),
            "version": number,
            "updated_at": self._audit.now,
        }

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)


def _tags(item_id: int, body: _Body) -> list[dict[str, Any]]:
    return [{"item_id": item_id, "tag": tag} for tag in dict.fromkeys(body.get("tags", ()))]


def _alike(one: object, other: object) -> bool:
    """Whether the store would keep the same; to Python `true`, `1` and `1.0` are equal."""
    return one is other or json_text.dump(one) == json_text.dump(other)
