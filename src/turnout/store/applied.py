"""What documents said when they were applied last: the base of the next three-way merge."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from turnout.store.tables import applied_documents
from turnout.store.texts import check_text

Identity = tuple[str, str]
"""Kind and key."""


class Applied:
    """Reads and replaces what was applied, by the set of documents that it came in.

    It leaves no event of its own: the changes that came of it do.

    Args:
        connection: Inside a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, document_set: str) -> dict[Identity, dict[str, Any]]:
        """Gives the items of a set as its documents wrote them; none when it is new."""
        query = select(applied_documents).where(applied_documents.c.document_set == document_set)
        return {(row.kind, row.key): row.body for row in self._connection.execute(query)}

    def replace(self, document_set: str, bodies: Mapping[Identity, Mapping[str, Any]]) -> None:
        """Makes these the items of a set.

        Raises:
            Invalid: The name of the set is no text that every database can keep.
        """
        check_text("document_set", document_set)
        of_set = applied_documents.c.document_set == document_set
        self._connection.execute(delete(applied_documents).where(of_set))
        rows = [
            {"document_set": document_set, "kind": kind, "key": key, "body": dict(body)}
            for (kind, key), body in bodies.items()
        ]
        if rows:
            self._connection.execute(insert(applied_documents), rows)
