"""Holds what the tables say now against what the log says was written last."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, select

from turnout.documents.names import item_name
from turnout.store import json_text
from turnout.store.artifact_name import set_name
from turnout.store.audit_artifacts import content_hash, first_names_of_sets
from turnout.store.audit_members import MARK, LastMembers
from turnout.store.evaluation import evaluation_hash, evaluation_of, summary_of_evaluation
from turnout.store.item import document_of
from turnout.store.item_pages import LIVE
from turnout.store.membership import membership_name, summary_of_membership
from turnout.store.published import published_of, snapshot_hash, summary_of_published
from turnout.store.row_hash import row_hash
from turnout.store.scheduled_change import scheduled_of, summary_of_scheduled
from turnout.store.tables import (
    evaluations,
    items,
    memberships,
    scheduled_changes,
    snapshot_contents,
    snapshot_sets,
    snapshots,
    tokens,
    workspace,
)
from turnout.store.token import summary_of_token, token_of
from turnout.store.workspace_row import FIRST_BODY, NAME_OF_WORKSPACE

_OWNER = memberships.c.item_id

_FIRST = {NAME_OF_WORKSPACE: json_text.dump(FIRST_BODY)}


class _Written(NamedTuple):
    number: int
    document: str | None
    """The fingerprint of what an event of before tells; of later ones the hash of the row does."""
    row: str | None


class _Kept(NamedTuple):
    """A row that is there."""

    name: str
    document: str
    """What an event tells of it."""
    row: str
    """Its hash."""


class LastWritten:
    """What was written last of each resource, as the log is read from its begin."""

    def __init__(self) -> None:
        self._members = LastMembers()
        self._written = {
            name: _Written(0, json_text.fingerprint(text), None) for name, text in _FIRST.items()
        }

    def read(self, number: int, resource: str, after: str | None, row: str | None) -> None:
        """Takes the next event."""
        self._members.read(number, resource, after)
        if after is None:
            self._written.pop(resource, None)
        elif row is not None:
            self._written[resource] = _Written(number, None, row)
        elif not after.startswith(MARK):
            self._written[resource] = _Written(number, json_text.fingerprint(after), None)

    def first_other(self, connection: Connection) -> tuple[int, str] | None:
        """Gives the event that a row does not agree with, and the name of the row.

        The number is 0 when there is no event about a row; None when all agree.
        """
        try:
            return (
                self._first_row(connection)
                or self._members.first_other(connection)
                or self._first_set(connection)
            )
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            return 0, f"a row that cannot be read: {error}"

    def _first_row(self, connection: Connection) -> tuple[int, str] | None:
        left = dict(self._written)
        for kept in _rows(connection):
            written = left.pop(kept.name, _Written(0, None, None))
            if not _agree(written, kept):
                return written.number, kept.name
        return next(((written.number, name) for name, written in left.items()), None)

    def _first_set(self, connection: Connection) -> tuple[int, str] | None:
        for sha256, by in first_names_of_sets(connection).items():
            if content_hash(connection, sha256) != sha256:
                return self._written[by].number, set_name(sha256)
        return None


def _agree(written: _Written, kept: _Kept) -> bool:
    if written.row is not None:
        return written.row == kept.row
    return written.document == json_text.fingerprint(kept.document)


def _rows(connection: Connection) -> Iterator[_Kept]:
    """Every row that is there, and what the log would say of it."""
    for row in connection.execute(select(items).where(LIVE)):
        document = document_of(row.status, row.body)
        yield _kept(items, row, item_name(row.kind, row.key), document)
    for row in connection.execute(select(workspace)):
        yield _kept(workspace, row, NAME_OF_WORKSPACE, row.body)
    for row in connection.execute(select(snapshots)):
        of_it = snapshot_contents.c.revision == row.revision
        content = connection.execute(select(snapshot_contents).where(of_it)).one_or_none()
        sets = connection.execute(
            select(snapshot_sets.c.sha256).where(snapshot_sets.c.revision == row.revision)
        ).scalars()
        told = json_text.dump(summary_of_published(published_of(row)))
        hashed = snapshot_hash(row._asdict(), content._asdict() if content else {}, sets)
        yield _Kept(f"snapshots/{row.revision}", told, hashed)
    for row in connection.execute(select(scheduled_changes)):
        change = scheduled_of(row)
        yield _kept(scheduled_changes, row, change.name, summary_of_scheduled(change))
    for row in connection.execute(select(tokens)):
        yield _kept(tokens, row, f"tokens/{row.name}", summary_of_token(token_of(row)))
    yield from _rows_of_members(connection)


def _rows_of_members(connection: Connection) -> Iterator[_Kept]:
    owned = select(memberships, items.c.key).outerjoin(items, LIVE & (items.c.id == _OWNER))
    for row in connection.execute(owned):
        summary = summary_of_membership(row._mapping)
        yield _kept(memberships, row, membership_name(row.key or ""), summary)
    for one in connection.execute(select(evaluations)).mappings():
        evaluation = evaluation_of(one)
        told = json_text.dump(summary_of_evaluation(evaluation))
        yield _Kept(evaluation.name, told, evaluation_hash(evaluation))


def _kept(table: Table, row: Row[Any], name: str, document: dict[str, Any]) -> _Kept:
    return _Kept(name, json_text.dump(document), row_hash(table, row._asdict()))
