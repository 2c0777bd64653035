"""Holds what the tables say now against what the log says was written last."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from turnout.documents.names import item_name
from turnout.store import json_text
from turnout.store.audit_members import MARK, LastMembers
from turnout.store.item import document_of
from turnout.store.item_pages import LIVE
from turnout.store.published import published_of, summary_of_published
from turnout.store.scheduled_change import scheduled_of, summary_of_scheduled
from turnout.store.tables import items, scheduled_changes, snapshots, tokens, workspace
from turnout.store.token import summary_of_token, token_of
from turnout.store.workspace_row import FIRST_BODY, NAME_OF_WORKSPACE

_FIRST = {NAME_OF_WORKSPACE: json_text.dump(FIRST_BODY)}


class _Written(NamedTuple):
    number: int
    fingerprint: str | None


class LastWritten:
    """What was written last of each resource, as the log is read from its begin."""

    def __init__(self) -> None:
        self._members = LastMembers()
        self._written = {
            name: _Written(0, json_text.fingerprint(text)) for name, text in _FIRST.items()
        }

    def read(self, number: int, resource: str, after: str | None) -> None:
        """Takes the next event."""
        self._members.read(number, resource, after)
        if after is None:
            self._written.pop(resource, None)
        elif not after.startswith(MARK):
            self._written[resource] = _Written(number, json_text.fingerprint(after))

    def first_other(self, connection: Connection) -> tuple[int, str] | None:
        """Gives the event that a row does not agree with, and the name of the row.

        The number is 0 when there is no event about a row; None when all agree.
        """
        try:
            return self._first_row(connection) or self._members.first_other(connection)
        except (TypeError, ValueError) as error:
            return 0, f"a row that cannot be read: {error}"

    def _first_row(self, connection: Connection) -> tuple[int, str] | None:
        left = dict(self._written)
        for name, text in _rows(connection):
            written = left.pop(name, _Written(0, None))
            if written.fingerprint != json_text.fingerprint(text):
                return written.number, name
        return next(((written.number, name) for name, written in left.items()), None)


def _rows(connection: Connection) -> Iterator[tuple[str, str]]:
    """The name of every row that is there, and what the log would say of it."""
    columns = (items.c.kind, items.c.key, items.c.status, items.c.body)
    for kind, key, status, body in connection.execute(select(*columns).where(LIVE)):
        yield item_name(kind, key), json_text.dump(document_of(status, body))
    for row in connection.execute(select(workspace.c.body)):
        yield NAME_OF_WORKSPACE, json_text.dump(row.body)
    for row in connection.execute(select(snapshots)):
        published = published_of(row)
        yield f"snapshots/{published.revision}", json_text.dump(summary_of_published(published))
    for row in connection.execute(select(scheduled_changes)):
        change = scheduled_of(row)
        yield change.name, json_text.dump(summary_of_scheduled(change))
    for row in connection.execute(select(tokens)):
        token = token_of(row)
        yield f"tokens/{token.name}", json_text.dump(summary_of_token(token))
