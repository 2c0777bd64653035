"""Reads the whole audit log and says whether anybody tampered with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from turnout.store.audit_event import hash_of
from turnout.store.audit_rows import LastWritten
from turnout.store.tables import audit_events, audit_head

NO_HASH = "0" * 64
"""What stands before the first event."""

_AT_ONCE = 1000


@dataclass(frozen=True)
class Verdict:
    """What the chain says."""

    intact: bool
    count: int
    """Events that were read and fit."""
    first_broken: str
    """`auditEvents/NUMBER` of the first that does not fit, or that a row of another table does not
    agree with. Empty when intact, and for a row that no event tells of."""
    message: str
    head: str
    """The hash of the last event that fits. Who keeps it elsewhere sees a chain that was written
    anew as a whole."""


def verify(connection: Connection) -> Verdict:
    """Follows the chain from the first event to the last, and holds the tables against it."""
    number, previous = 0, NO_HASH
    written = LastWritten()
    for row in _rows(connection):
        if row.number != number + 1:
            return _broken(number, previous, "is missing")
        if row.hash != hash_of(previous, row):
            return _broken(number, previous, "is not what was written, or not where it was")
        number, previous = row.number, row.hash
        written.read(number, row.resource, row.after, row.row_hash)
    verdict = _against_head(connection, number, previous)
    other = written.first_other(connection) if verdict.intact else None
    return verdict if other is None else _not_as_written(verdict, *other)


def _not_as_written(verdict: Verdict, number: int, name: str) -> Verdict:
    said = f"what `auditEvents/{number}` says" if number else "in the audit log at all"
    message = f"the store was tampered with: `{name}` is not {said}"
    return replace(
        verdict,
        intact=False,
        first_broken=f"auditEvents/{number}" if number else "",
        message=message,
    )


def _against_head(connection: Connection, number: int, previous: str) -> Verdict:
    head = connection.execute(select(audit_head.c.number, audit_head.c.hash)).one_or_none()
    if head is None:
        return _broken(number, previous, "cannot be told: the head of the log is missing")
    if head.number > number:
        return _broken(number, previous, "is missing")
    if (head.number, head.hash) != (number, previous):
        last = max(number - 1, 0)
        return _broken(last, previous, "is not where the head of the log says that it ends")
    return Verdict(True, number, "", f"the audit log is intact: {number} events", previous)


def _broken(fits: int, head: str, what: str) -> Verdict:
    name = f"auditEvents/{fits + 1}"
    return Verdict(False, fits, name, f"the audit log was tampered with: `{name}` {what}", head)


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    """Every row by its number; also negative ones, which nobody wrote by turnout."""
    query = select(audit_events).order_by(audit_events.c.number).limit(_AT_ONCE)
    rows = connection.execute(query).all()
    while rows:
        yield from rows
        rows = connection.execute(query.where(audit_events.c.number > rows[-1].number)).all()
