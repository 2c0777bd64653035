"""What all items share."""

from typing import Any

from sqlalchemy import Connection, select, update

from turnout.store import json_text
from turnout.store.audit import Audit
from turnout.store.errors import Conflict
from turnout.store.row_hash import row_hash
from turnout.store.tables import workspace
from turnout.store.workspace_row import NAME_OF_WORKSPACE, WorkspaceRow


class Workspaces:
    """Reads and writes the workspace, the only one.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def get(self) -> WorkspaceRow:
        """Gives it."""
        query = select(*(column for column in workspace.columns if column.name != "id"))
        return WorkspaceRow(**self._connection.execute(query).one()._mapping)

    def change(self, row: WorkspaceRow, body: dict[str, Any]) -> WorkspaceRow:
        """Replaces the body. What changes nothing leaves no event.

        Args:
            row: As it was read; its etag must still be the current one.
            body: The whole new body.

        Raises:
            Conflict: It was changed since it was read.
            Invalid: The body is no JSON.
        """
        current = self.get()
        if current.etag != row.etag:
            raise Conflict(NAME_OF_WORKSPACE, str(current.body.get("key", "")), current.etag)
        if json_text.dump(body) == json_text.dump(current.body):
            return current
        number = self._audit.next_number
        values = {
            "id": 1,
            "body": body,
            "etag": json_text.etag_of(NAME_OF_WORKSPACE, number),
            "version": number,
            "updated_at": self._audit.now,
        }
        self._connection.execute(update(workspace).values(values))
        self._audit.record(NAME_OF_WORKSPACE, current.body, body, row_hash(workspace, values))
        return self.get()
