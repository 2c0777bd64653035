"""Segments, flags, experiments, layers and holdouts."""

from types import EllipsisType
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from turnout.documents.names import item_name
from turnout.store import json_text
from turnout.store.audit import Audit
from turnout.store.errors import AlreadyExists, Conflict, NotFound
from turnout.store.item import Item, document_of, item_of, space_of
from turnout.store.item_pages import LIVE, ItemPages, select_items
from turnout.store.row_hash import row_hash
from turnout.store.tables import item_tags, items, members
from turnout.store.texts import check_text, folded

_Body = dict[str, Any]


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
        """Adds an item.

        Args:
            kind: One of the values of `documents.names.ITEM_KINDS`.
            key: Its key.
            body: The document without its status and without members.
            status: Empty for a layer.
            started: Whether it runs at once.
            resumes_to: See `Item`.
            active_body: See `Item`.

        Raises:
            AlreadyExists: The key is taken; flags and experiments share their keys.
            Invalid: The body is no JSON.
        """
        check_text("key", key)
        self._refuse_taken(kind, key)
        number = self._audit.next_number
        values = {
            "id": number, "kind": kind, "space": space_of(kind), "key": key, "status": status,
            "started": started, "resumes_to": resumes_to, "member_count": 0,
            "active_body": active_body, "created_at": self._audit.now,
        }  # fmt: skip
        values |= self._definition(kind, key, body, number)
        left = row_hash(items, values)
        self._audit.record(item_name(kind, key), None, document_of(status, body), left)
        self._connection.execute(insert(items).values(values))
        self._replace_tags(number, body)
        return self.get(kind, key)

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
        left = row_hash(items, {**vars(current), "space": space_of(current.kind), **values})
        after = document_of(values["status"], values["body"])
        self._audit.record(current.name, current.document, after, left)
        self._connection.execute(update(items).where(items.c.id == current.id).values(values))
        self._replace_tags(current.id, values["body"])
        return self.get(current.kind, current.key)

    def remove(self, item: Item) -> None:
        """Removes an item with its members; its key is free again.

        Raises:
            Conflict: It was changed since it was read.
            NotFound: It was removed since.
        """
        current = self._current(item)
        number = self._audit.record(current.name, current.document, None)
        gone = {"removed_at": self._audit.now, "updated_at": self._audit.now, "version": number}
        self._connection.execute(update(items).where(items.c.id == current.id).values(gone))
        for table in (item_tags, members):
            self._connection.execute(delete(table).where(table.c.item_id == current.id))

    def _current(self, item: Item) -> Item:
        """The item as it is now. No other writer can change it before the end of this one."""
        current = self.get(item.kind, item.key)
        if current.id != item.id or current.etag != item.etag:
            raise Conflict(item.kind, item.key, current.etag)
        return current

    def _refuse_taken(self, kind: str, key: str) -> None:
        query = select(items.c.kind).where(LIVE, items.c.space == space_of(kind))
        by = self._connection.execute(query.where(items.c.key == key)).scalar()
        if by is not None:
            raise AlreadyExists(kind, key, by=by)

    def _definition(self, kind: str, key: str, body: _Body, number: int) -> dict[str, Any]:
        return {
            "body": body,
            "search": folded([key, str(body.get("description", ""))]),
            "etag": json_text.etag_of(item_name(kind, key), number),
            "version": number,
            "updated_at": self._audit.now,
        }

    def _replace_tags(self, item_id: int, body: _Body) -> None:
        self._connection.execute(delete(item_tags).where(item_tags.c.item_id == item_id))
        tags = [{"item_id": item_id, "tag": tag} for tag in dict.fromkeys(body.get("tags", ()))]
        if tags:
            self._connection.execute(insert(item_tags), tags)


def _alike(one: object, other: object) -> bool:
    """Whether the store would keep the same; to Python `true`, `1` and `1.0` are equal."""
    return one is other or json_text.dump(one) == json_text.dump(other)
