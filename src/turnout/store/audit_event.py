"""One event of the audit log, and the hash that chains it to the one before."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from turnout.store import json_text
from turnout.store.columns import to_moment

HASHED = ("number", "at", "actor", "method", "resource", "peer", "before", "after")
"""The columns that the hash is over, in this order; behind them `row_hash` where there is one."""


@dataclass(frozen=True)
class AuditEvent:
    """One write."""

    number: int
    """From 1 without gaps."""
    at: datetime
    actor: str
    method: str
    resource: str
    """For example `flags/new-checkout`."""
    peer: str
    before: dict[str, Any] | None
    """None: there was nothing before."""
    after: dict[str, Any] | None
    """None: nothing is left."""
    hash: str


def hash_of(previous: str, row: object) -> str:
    """The hash of an event: over the one before and its columns as they are kept, in hex."""
    told = [previous, *(getattr(row, name) for name in HASHED)]
    left: str | None = getattr(row, "row_hash", None)
    if left is not None:
        told.append(left)
    return hashlib.sha256(json_text.canonical(told).encode()).hexdigest()


def event_of(row: Row[Any]) -> AuditEvent:
    """Reads a row, also one that was tampered with."""
    return AuditEvent(
        number=row.number,
        at=to_moment(row.at if isinstance(row.at, int) else 0),
        actor=row.actor,
        method=row.method,
        resource=row.resource,
        peer=row.peer,
        before=_document(row.before),
        after=_document(row.after),
        hash=row.hash,
    )


def _document(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        found = json_text.load(text)
    except (TypeError, ValueError):
        found = None
    return found if isinstance(found, dict) else {"unreadable": text}
